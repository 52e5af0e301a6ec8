import type { ShuffleId } from '../../base/ids.ts';
import type { Dependency } from '../dependency.ts';
import { ComputedNode, type LineageNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { Partitioner } from '../partitioner.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

/**
 * `[key, [values of input 0, values of input 1, …]]` for every key of any input. An input that is already partitioned
 * alike is read in place, the others are shuffled.
 */
export class CoGroupNode extends ComputedNode {
  readonly kind = 'co-group';
  readonly className = 'CoGroupedRDD';

  constructor(
    origin: NodeOrigin,
    parents: readonly LineageNode[],
    partitioner: Partitioner,
    nextShuffleId: () => ShuffleId,
  ) {
    super(origin, coGroupDependencies(parents, partitioner, nextShuffleId), partitioner);
  }

  protected override computePartitions(): readonly Partition[] {
    return partitionsOf((this.partitioner as Partitioner).numPartitions, () => undefined);
  }

  override compute(partition: Partition, task: TaskContext): BatchIterator {
    return task.coGroup(coGroupInputs(this, partition, task));
  }
}

/** A narrow dependency on each parent that is partitioned by `partitioner` already, a shuffle of each other one. */
export function coGroupDependencies(
  parents: readonly LineageNode[],
  partitioner: Partitioner,
  nextShuffleId: () => ShuffleId,
): Dependency[] {
  return parents.map((parent) =>
    parent.partitioner?.equals(partitioner) === true
      ? { kind: 'narrow', parent }
      : {
          kind: 'shuffle',
          parent,
          partitioner,
          shuffleId: nextShuffleId(),
          aggregator: undefined,
          mapSideCombine: false,
          keyOrder: undefined,
        },
  );
}

/** The same partition of every input of `node`, whichever way it is read. */
export function coGroupInputs(node: LineageNode, partition: Partition, task: TaskContext): BatchIterator[] {
  return node.dependencies.map((dependency) =>
    dependency.kind === 'narrow'
      ? task.iterate(dependency.parent, partition.index)
      : task.readShuffle(dependency, partition.index),
  );
}
