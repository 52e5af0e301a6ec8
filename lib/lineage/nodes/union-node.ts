import { ComputedNode, type LineageNode, type NarrowRead, type NodeOrigin } from '../lineage-node.ts';
import type { Partition } from '../partition.ts';
import type { Partitioner } from '../partitioner.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

interface UnionSplit {
  readonly parent: number;
  readonly partition: number;
}

/** The partitions of all parents, one after another. */
export class UnionNode extends ComputedNode {
  readonly kind = 'union';
  readonly className = 'UnionRDD';
  readonly parents: readonly LineageNode[];

  constructor(origin: NodeOrigin, parents: readonly LineageNode[]) {
    super(
      origin,
      parents.map((parent) => ({ kind: 'narrow', parent })),
    );
    this.parents = parents;
  }

  protected override computePartitions(): readonly Partition<UnionSplit>[] {
    const partitions: Partition<UnionSplit>[] = [];
    this.parents.forEach((node, parent) => {
      for (let partition = 0; partition < node.partitions.length; partition++) {
        partitions.push({ index: partitions.length, split: { parent, partition } });
      }
    });
    return partitions;
  }

  override narrowReads(partition: number): readonly NarrowRead[] {
    const split = (this.partitions[partition] as Partition).split as UnionSplit;
    return [{ node: this.parents[split.parent] as LineageNode, partition: split.partition }];
  }

  override compute(partition: Partition, task: TaskContext): BatchIterator {
    const split = partition.split as UnionSplit;
    return task.iterate(this.parents[split.parent] as LineageNode, split.partition);
  }
}

/** Spark's PartitionerAwareUnionRDD: partition i is partition i of every parent, which all share a partitioner. */
export class PartitionerAwareUnionNode extends ComputedNode {
  readonly kind = 'partitioner-aware-union';
  readonly className = 'PartitionerAwareUnionRDD';
  readonly parents: readonly LineageNode[];

  constructor(origin: NodeOrigin, parents: readonly LineageNode[], partitioner: Partitioner) {
    super(
      origin,
      parents.map((parent) => ({ kind: 'narrow', parent })),
      partitioner,
    );
    this.parents = parents;
  }

  protected override computePartitions(): readonly Partition[] {
    return (this.parents[0] as LineageNode).partitions.map(({ index }) => ({ index, split: undefined }));
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    for (const parent of this.parents) yield* task.iterate(parent, partition.index);
  }
}
