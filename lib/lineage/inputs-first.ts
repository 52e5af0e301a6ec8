import type { LineageNode } from './lineage-node.ts';

/**
 * A node and all it is made from, by `inputsOf`, each once and inputs first: of a node's inputs, those of the last one
 * come first. Iterative, since lineages may be of any depth, and linear.
 */
export function inputsFirst(root: LineageNode, inputsOf: (node: LineageNode) => readonly LineageNode[]): LineageNode[] {
  const found: LineageNode[] = [];
  const entered = new Set<LineageNode>();
  const stack: { readonly node: LineageNode; readonly leaving: boolean }[] = [{ node: root, leaving: false }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, leaving } = top;
    if (leaving) {
      found.push(node);
      continue;
    }
    if (entered.has(node)) continue;
    entered.add(node);
    stack.push({ node, leaving: true });
    for (const input of inputsOf(node)) stack.push({ node: input, leaving: false });
  }
  return found;
}
