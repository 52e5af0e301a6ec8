import type { LineageNode } from './lineage-node.ts';
import type { Partition } from './partition.ts';

/**
 * The partitions of a node. Its narrow ancestors find theirs first, parents before children, so that a lineage of any
 * depth needs no deep call stack. Raises what reading an input's directory raises.
 */
export function findPartitions(node: LineageNode): readonly Partition[] {
  const entered = new Set<LineageNode>();
  const stack: { readonly node: LineageNode; readonly leaving: boolean }[] = [{ node, leaving: false }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.leaving) {
      // A step finds the node that feeds its chain by a loop of its own: asking each step would make that quadratic.
      if (top.node.kind !== 'step') void top.node.partitions;
      continue;
    }
    if (top.node.arePartitionsKnown || entered.has(top.node)) continue;
    entered.add(top.node);
    stack.push({ node: top.node, leaving: true });
    for (const dependency of top.node.dependencies) {
      if (dependency.kind === 'narrow') stack.push({ node: dependency.parent, leaving: false });
    }
  }
  return node.partitions;
}
