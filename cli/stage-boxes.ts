import type { LineageGraph } from '../lib/index.ts';

/**
 * Which datasets are drawn in one box: those that tasks compute in one go, as narrow dependencies connect them. Boxes that
 * shuffles lead between in a circle are one. Gives the box of each dataset, by the number of one of its datasets.
 */
export function stageBoxes({ nodes, edges }: LineageGraph): ReadonlyMap<number, number> {
  const parents = new Map<number, number>(nodes.map(({ node }) => [node, node]));
  const find = (node: number): number => {
    let root = node;
    while (parents.get(root) !== root) root = parents.get(root) as number;
    for (let at = node; at !== root; ) {
      const next = parents.get(at) as number;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  const known = edges.filter(({ parent, child }) => parents.has(parent) && parents.has(child));
  for (const { parent, child, kind } of known) if (kind === 'narrow') parents.set(find(parent), find(child));
  const links = known.flatMap(({ parent, child }): [number, number][] => {
    const [from, to] = [find(parent), find(child)];
    return from === to ? [] : [[from, to]];
  });
  for (const circle of circles(links)) for (const box of circle) parents.set(find(box), find(circle[0] as number));
  return new Map(nodes.map(({ node }) => [node, find(node)]));
}

/** Sets of boxes that lead to each other, found by Tarjan's method; iterative, as chains of shuffles may be long. */
function circles(links: readonly (readonly [number, number])[]): readonly (readonly number[])[] {
  const next = new Map<number, number[]>();
  for (const [from, to] of links) {
    const list = next.get(from);
    if (list === undefined) next.set(from, [to]);
    else list.push(to);
  }
  const indexes = new Map<number, number>();
  const lows = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const found: number[][] = [];
  for (const start of next.keys()) {
    if (indexes.has(start)) continue;
    const stack: { readonly box: number; at: number }[] = [{ box: start, at: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { box } = top;
      if (top.at === 0 && !indexes.has(box)) {
        indexes.set(box, indexes.size);
        lows.set(box, indexes.get(box) as number);
        open.push(box);
        isOpen.add(box);
      }
      const target = next.get(box)?.[top.at++];
      if (target !== undefined) {
        if (!indexes.has(target)) stack.push({ box: target, at: 0 });
        else if (isOpen.has(target)) lows.set(box, Math.min(lows.get(box) as number, indexes.get(target) as number));
        continue;
      }
      stack.pop();
      const low = lows.get(box) as number;
      const outer = stack.at(-1)?.box;
      if (outer !== undefined) lows.set(outer, Math.min(lows.get(outer) as number, low));
      if (low !== indexes.get(box)) continue;
      const circle = open.splice(open.lastIndexOf(box));
      for (const each of circle) isOpen.delete(each);
      if (circle.length > 1) found.push(circle);
    }
  }
  return found;
}
