import { ComputedNode, type LineageNode, type NodeOrigin } from '../lineage-node.ts';
import type { Partition } from '../partition.ts';
import type { Partitioner } from '../partitioner.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

/**
 * A checkpointed dataset as a worker knows it: what it is called and where its records are. How they were computed does
 * not travel any more.
 */
export class TruncatedNode extends ComputedNode {
  readonly kind = 'truncated';
  readonly className: string;

  constructor(origin: NodeOrigin, checkpoint: LineageNode, className: string, partitioner: Partitioner | undefined) {
    super(origin, [{ kind: 'narrow', parent: checkpoint }], partitioner);
    this.className = className;
  }

  protected override computePartitions(): readonly Partition[] {
    return this.parentAt(0).partitions.map(({ index }) => ({ index, split: undefined }));
  }

  override compute(partition: Partition, task: TaskContext): BatchIterator {
    return task.iterate(this.parentAt(0), partition.index);
  }
}
