import type { Aggregator } from '../dependency.ts';
import { ComputedNode, type LineageNode, type NodeOrigin } from '../lineage-node.ts';
import type { Partition } from '../partition.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

/** Combines pairs by key where they are: for inputs whose partitioner has brought equal keys together already. */
export class LocalCombineNode extends ComputedNode {
  readonly kind = 'local-combine';
  readonly className = 'MapPartitionsRDD';
  readonly aggregator: Aggregator;

  constructor(origin: NodeOrigin, parent: LineageNode, aggregator: Aggregator) {
    super(origin, [{ kind: 'narrow', parent }], parent.partitioner);
    this.aggregator = aggregator;
  }

  get parent(): LineageNode {
    return this.parentAt(0);
  }

  protected override computePartitions(): readonly Partition[] {
    return this.parent.partitions.map(({ index }) => ({ index, split: undefined }));
  }

  override compute(partition: Partition, task: TaskContext): BatchIterator {
    return task.combineByKey(task.iterate(this.parent, partition.index), this.aggregator);
  }
}
