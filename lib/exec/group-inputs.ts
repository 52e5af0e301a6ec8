/** Groups several inputs of pairs by key: what joins, cogroup and subtract are made of. */
import { rowBatches } from '../lineage/records.ts';
import type { BatchIterator } from '../lineage/task-context.ts';
import { CoGrouper } from '../shuffle/co-group.ts';
import type { GatheringTask } from './gathering.ts';

/** Batches of `[key, [values of input 0, values of input 1, …]]`, keys in order of first appearance. */
export function* groupInputs(task: GatheringTask, inputs: readonly BatchIterator[]): BatchIterator {
  const groups = new CoGrouper(inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    for (const batch of inputs[i] as BatchIterator) {
      task.throwIfCancelled();
      if (batch.kind === 'pending') yield batch;
      else groups.add(batch, i);
    }
  }
  yield* rowBatches(groups.groups(), task.batchRows);
}
