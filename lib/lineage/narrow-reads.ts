import type { LineageNode, NarrowRead } from './lineage-node.ts';

/**
 * Every partition that a task may read when it computes `partition` of `node`, itself included, each once: through
 * narrow dependencies, up to sources and shuffles. Where `stopAt` holds, a node is given and what it reads is not.
 * Iterative, and linear in what it gives. Partitions must have been found: see `findPartitions`.
 */
export function* allNarrowReads(
  node: LineageNode,
  partition: number,
  stopAt: (node: LineageNode) => boolean = () => false,
): Generator<NarrowRead, void, undefined> {
  const entered = new Map<LineageNode, Set<number>>();
  const stack: NarrowRead[] = [{ node, partition }];
  for (let read = stack.pop(); read !== undefined; read = stack.pop()) {
    const known = entered.get(read.node);
    if (known === undefined) entered.set(read.node, new Set([read.partition]));
    else if (known.has(read.partition)) continue;
    else known.add(read.partition);
    yield read;
    if (stopAt(read.node)) continue;
    // Not by spreading: a coalesced partition may read more of them than a call takes arguments.
    for (const next of read.node.narrowReads(read.partition)) stack.push(next);
  }
}
