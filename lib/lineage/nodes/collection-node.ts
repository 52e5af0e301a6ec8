import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import { rowBatches } from '../records.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

/** A slice of the collection: records `from` to `to - 1`. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** Records of the user's own array, cut as Spark's `parallelize` does: slice i is `[i·len/n, (i+1)·len/n)`. */
export class CollectionNode extends ComputedNode {
  readonly kind = 'collection';
  readonly className: string = 'ParallelCollectionRDD';
  readonly records: readonly unknown[];
  readonly numSlices: number;

  constructor(origin: NodeOrigin, records: readonly unknown[], numSlices: number) {
    super(origin, []);
    this.records = records;
    this.numSlices = numSlices;
  }

  protected override computePartitions(): readonly Partition<Slice>[] {
    const length = this.records.length;
    return partitionsOf(this.numSlices, (i) => ({
      from: Math.floor((i * length) / this.numSlices),
      to: Math.floor(((i + 1) * length) / this.numSlices),
    }));
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const { from, to } = partition.split as Slice;
    yield* rowBatches(this.records, task.batchRows, from, to);
  }
}
