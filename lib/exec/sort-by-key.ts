/** Sorts the pairs of a reduce partition by key. */
import type { KeyOrder } from '../lineage/key-order.ts';
import type { BatchIterator } from '../lineage/task-context.ts';
import { ExternalSorter } from '../shuffle/external-sorter.ts';
import type { GatheringTask } from './gathering.ts';

/** The same pairs in order of their keys; equal keys keep their order. Pending batches are passed on. */
export function* sortByKey(task: GatheringTask, pairs: BatchIterator, order: KeyOrder): BatchIterator {
  const check = (): void => task.throwIfCancelled();
  const { memory, spills, batchRows } = task;
  using sorter = new ExternalSorter({ memory, spills, order, batchRows, check });
  for (const batch of pairs) {
    check();
    if (batch.kind === 'pending') yield batch;
    else sorter.add(batch);
  }
  for (const batch of sorter.batches()) {
    check();
    yield batch;
  }
}
