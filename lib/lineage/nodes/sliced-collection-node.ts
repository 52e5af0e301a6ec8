import type { Batch } from '../../../formats/schema/batch.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { BatchIterator } from '../task-context.ts';

/** A `CollectionNode` where its records are not, as in a worker: each slice comes from whoever holds it. */
export class SlicedCollectionNode extends ComputedNode {
  readonly kind = 'collection';
  readonly className: string;
  readonly numSlices: number;
  readonly #batchesOf: (slice: number) => Iterable<Batch>;

  constructor(origin: NodeOrigin, className: string, numSlices: number, batchesOf: (slice: number) => Iterable<Batch>) {
    super(origin, []);
    this.className = className;
    this.numSlices = numSlices;
    this.#batchesOf = batchesOf;
  }

  protected override computePartitions(): readonly Partition[] {
    return partitionsOf(this.numSlices, () => undefined);
  }

  override *compute(partition: Partition): BatchIterator {
    yield* this.#batchesOf(partition.index);
  }
}
