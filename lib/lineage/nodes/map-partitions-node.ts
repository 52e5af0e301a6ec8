import { rowBatch } from '../../../formats/schema/batch.ts';
import { CairnError, describeValue } from '../../base/errors.ts';
import { ComputedNode, type LineageNode, type NodeOrigin } from '../lineage-node.ts';
import type { Partition } from '../partition.ts';
import { recordsOf, settle } from '../records.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

/** What a user's partition function gives back: anything iterable that is not a promise. */
export type PartitionFunction = (records: IterableIterator<unknown>, index: number) => Iterable<unknown>;

/** Applies a function to the iterator of each partition. */
export class MapPartitionsNode extends ComputedNode {
  readonly kind = 'map-partitions';
  readonly className = 'MapPartitionsRDD';
  readonly f: PartitionFunction;

  constructor(
    origin: NodeOrigin,
    parent: LineageNode,
    f: PartitionFunction,
    options: { readonly keepsPartitioning?: boolean } = {},
  ) {
    super(origin, [{ kind: 'narrow', parent }], options.keepsPartitioning === true ? parent.partitioner : undefined);
    this.f = f;
  }

  get parent(): LineageNode {
    return this.parentAt(0);
  }

  protected override computePartitions(): readonly Partition[] {
    return this.parent.partitions.map(({ index }) => ({ index, split: undefined }));
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const batches = yield* settle(this.parent, partition.index, task);
    const records = recordsOf(batches);
    try {
      yield* batchRecords(this.f(records, partition.index), task.batchRows, 'mapPartitions');
    } finally {
      // A function need not read to the end, nor close what it leaves: the parent may hold a file.
      records.return?.();
    }
  }
}

/** Cuts an iterable that a user's function gave into batches. Raises INVALID_ARGUMENT when it is not iterable. */
export function* batchRecords(records: Iterable<unknown>, batchRows: number, method: string): BatchIterator {
  if (records === null || records === undefined || typeof records[Symbol.iterator] !== 'function') {
    throw new CairnError('INVALID_ARGUMENT', {
      method,
      argument: "the function's result",
      expected: 'an iterable, such as an array or a generator',
      found: describeValue(records),
    });
  }
  let rows: unknown[] = [];
  for (const record of records) {
    rows.push(record);
    if (rows.length === batchRows) {
      yield rowBatch(rows);
      rows = [];
    }
  }
  if (rows.length > 0) yield rowBatch(rows);
}
