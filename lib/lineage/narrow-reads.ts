import type { Dependency } from './dependency.ts';
import type { LineageNode, NarrowRead } from './lineage-node.ts';

/** What of a walk is left out. */
export interface NarrowWalk {
  /** Where it holds, a partition of a node is given and what it reads is not. Asked after it was given. */
  readonly stopAt?: (node: LineageNode, partition: number) => boolean;
  /** Steps for which it holds are passed over, at a hundredth of the cost: chains of them are long. */
  readonly passOver?: (step: LineageNode) => boolean;
}

/**
 * A walk up to the nearest blocks. `hasBlock` is asked of datasets that are kept: one that has no block yet is computed,
 * from the blocks of those before it.
 */
export function toBlocks(hasBlock: (node: LineageNode, partition: number) => boolean): NarrowWalk {
  return {
    stopAt: (node, partition) => node.isPersisted && hasBlock(node, partition),
    passOver: (step) => !step.isPersisted,
  };
}

const NEVER = (): boolean => false;

/**
 * Every partition that a task may read when it computes `partition` of `node`, itself included, each once: through
 * narrow dependencies, up to sources and shuffles. Iterative, and linear in what it gives. Partitions must have been
 * found: see `findPartitions`.
 */
export function* allNarrowReads(
  node: LineageNode,
  partition: number,
  { stopAt = NEVER, passOver = NEVER }: NarrowWalk = {},
): Generator<NarrowRead, void, undefined> {
  const entered = new Map<LineageNode, Set<number>>();
  const stack: NarrowRead[] = [{ node, partition }];
  for (let read = stack.pop(); read !== undefined; read = stack.pop()) {
    const at = afterSteps(read.node, passOver);
    if (at !== read.node) read = { node: at, partition: read.partition };
    const known = entered.get(at);
    if (known === undefined) entered.set(at, new Set([read.partition]));
    else if (known.has(read.partition)) continue;
    else known.add(read.partition);
    yield read;
    if (stopAt(at, read.partition)) continue;
    // Not by spreading: a coalesced partition may read more of them than a call takes arguments.
    for (const next of at.narrowReads(read.partition)) stack.push(next);
  }
}

/** The first node from here upwards that is no step to be passed over. A step reads its parent's partition of the same number. */
function afterSteps(from: LineageNode, passOver: (step: LineageNode) => boolean): LineageNode {
  let node = from;
  while (node.kind === 'step' && passOver(node)) node = (node.dependencies[0] as Dependency).parent;
  return node;
}
