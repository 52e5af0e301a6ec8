/** Sorts the pairs of a reduce partition by key. */
import type { KeyOrder } from '../lineage/key-order.ts';
import { recordsOf, rowBatches } from '../lineage/records.ts';
import type { BatchIterator } from '../lineage/task-context.ts';
import { sortPairs } from '../shuffle/sort-pairs.ts';
import type { GatheringTask } from './gathering.ts';

/** The same pairs in order of their keys; equal keys keep their order. The batches must not be pending. */
export function* sortByKey(task: GatheringTask, pairs: BatchIterator, order: KeyOrder): BatchIterator {
  yield* rowBatches(sortPairs([...recordsOf(pairs)] as [unknown, unknown][], order), task.batchRows);
}
