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

  constructor(origin: NodeOrigin, parents: readonly LineageNode[]) {
    super(
      origin,
      parents.map((parent) => ({ kind: 'narrow', parent })),
    );
  }

  get parents(): readonly LineageNode[] {
    return this.allParents();
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

  protected override parentReads(partition: number): readonly NarrowRead[] {
    const split = (this.partitions[partition] as Partition).split as UnionSplit;
    return [{ node: this.parentAt(split.parent), partition: split.partition }];
  }

  override compute(partition: Partition, task: TaskContext): BatchIterator {
    const split = partition.split as UnionSplit;
    return task.iterate(this.parentAt(split.parent), split.partition);
  }
}

/** Spark's PartitionerAwareUnionRDD: partition i is partition i of every parent, which all share a partitioner. */
export class PartitionerAwareUnionNode extends ComputedNode {
  readonly kind = 'partitioner-aware-union';
  readonly className = 'PartitionerAwareUnionRDD';

  constructor(origin: NodeOrigin, parents: readonly LineageNode[], partitioner: Partitioner) {
    super(
      origin,
      parents.map((parent) => ({ kind: 'narrow', parent })),
      partitioner,
    );
  }

  get parents(): readonly LineageNode[] {
    return this.allParents();
  }

  protected override computePartitions(): readonly Partition[] {
    return this.parentAt(0).partitions.map(({ index }) => ({ index, split: undefined }));
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    for (const parent of this.parents) yield* task.iterate(parent, partition.index);
  }
}
