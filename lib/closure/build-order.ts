/**
 * In which order functions are created, and which of them together.
 *
 * A function's captures are `const` in the worker, so whatever it captures is created before it. Functions that
 * capture each other, or share a variable that one of them assigns, are created by one piece of source: they are the
 * strongly connected components of the graph (Tarjan's algorithm, which gives them in the order that is wanted). It
 * runs on a stack of its own, so that long chains of functions are no problem.
 */

export interface OrderInput {
  /** Nodes that need others for being created: functions, bound functions, instances made by hooks. */
  readonly units: readonly number[];
  /** The nodes that a node needs; those that are no units stand for what they need themselves. */
  readonly needsOf: (node: number) => readonly number[];
  /** Functions that share a variable. */
  readonly together: readonly (readonly number[])[];
  /** Breaks ties within a group: before (negative) or after. */
  readonly compare: (a: number, b: number) => number;
}

/** The groups, each after those it needs. */
export function findBuildOrder({ units, needsOf, together, compare }: OrderInput): number[][] {
  const isUnit = new Set(units);
  const partners = new Map<number, number[]>();
  for (const members of together) {
    // A ring: whoever shares a variable reaches all others that do.
    for (const [i, member] of members.entries()) {
      const next = members[(i + 1) % members.length] as number;
      partners.set(member, [...(partners.get(member) ?? []), next]);
    }
  }
  const edges = (unit: number) => [...unitsBehind(needsOf(unit), needsOf, isUnit), ...(partners.get(unit) ?? [])];
  return components(units, edges).map((group) => group.sort(compare));
}

/** The units among nodes, and behind those that are none. */
function unitsBehind(
  nodes: readonly number[],
  needsOf: (node: number) => readonly number[],
  isUnit: ReadonlySet<number>,
): readonly number[] {
  const found: number[] = [];
  const seen = new Set<number>();
  const stack = [...nodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (isUnit.has(node)) found.push(node);
    else stack.push(...needsOf(node));
  }
  return found.sort((a, b) => a - b);
}

interface Visit {
  readonly node: number;
  readonly next: readonly number[];
  at: number;
}

function components(nodes: readonly number[], edges: (node: number) => readonly number[]): number[][] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const onStack = new Set<number>();
  const stack: number[] = [];
  const groups: number[][] = [];
  const enter = (node: number): Visit => {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    stack.push(node);
    onStack.add(node);
    return { node, next: edges(node), at: 0 };
  };
  const lower = (node: number, value: number) => low.set(node, Math.min(low.get(node) as number, value));
  for (const root of nodes) {
    if (index.has(root)) continue;
    const path = [enter(root)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const next = visit.next[visit.at++];
      if (next !== undefined) {
        if (!index.has(next)) path.push(enter(next));
        else if (onStack.has(next)) lower(visit.node, index.get(next) as number);
        continue;
      }
      path.pop();
      const up = path.at(-1);
      if (up !== undefined) lower(up.node, low.get(visit.node) as number);
      if (low.get(visit.node) === index.get(visit.node)) groups.push(closeGroup(visit.node, stack, onStack));
    }
  }
  return groups;
}

function closeGroup(root: number, stack: number[], onStack: Set<number>): number[] {
  const group: number[] = [];
  for (;;) {
    const node = stack.pop() as number;
    onStack.delete(node);
    group.push(node);
    if (node === root) return group;
  }
}
