import { ComputedNode, type LineageNode, type NarrowRead, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

interface CoalesceSplit {
  readonly from: number;
  readonly to: number;
}

/** Fewer partitions without a shuffle: partition i reads a run of neighbouring parent partitions in order. */
export class CoalesceNode extends ComputedNode {
  readonly kind = 'coalesce';
  readonly className = 'CoalescedRDD';
  readonly maxPartitions: number;

  constructor(origin: NodeOrigin, parent: LineageNode, maxPartitions: number) {
    super(origin, [{ kind: 'narrow', parent }]);
    this.maxPartitions = maxPartitions;
  }

  get parent(): LineageNode {
    return this.parentAt(0);
  }

  protected override computePartitions(): readonly Partition<CoalesceSplit>[] {
    const available = this.parent.partitions.length;
    const count = Math.min(this.maxPartitions, available);
    return partitionsOf(count, (i) => ({
      from: Math.floor((i * available) / count),
      to: Math.floor(((i + 1) * available) / count),
    }));
  }

  protected override parentReads(partition: number): readonly NarrowRead[] {
    const { from, to } = (this.partitions[partition] as Partition).split as CoalesceSplit;
    const { parent } = this;
    return Array.from({ length: to - from }, (_, i) => ({ node: parent, partition: from + i }));
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const { from, to } = partition.split as CoalesceSplit;
    const { parent } = this;
    for (let i = from; i < to; i++) yield* task.iterate(parent, i);
  }
}
