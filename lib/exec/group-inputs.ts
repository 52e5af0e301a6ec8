/** Groups inputs of pairs by key: what groupByKey, joins, cogroup and subtract are made of. */
import { rowBatch } from '../../formats/schema/batch.ts';
import type { BatchIterator } from '../lineage/task-context.ts';
import { ExternalGrouper, type GroupForm } from '../shuffle/external-grouper.ts';
import type { GatheringTask } from './gathering.ts';

/** Batches of `[key, [values of input 0, values of input 1, …]]`, keys in order of first appearance. Raises NOT_A_PAIR. */
export function groupInputs(task: GatheringTask, inputs: readonly BatchIterator[]): BatchIterator {
  return group(task, inputs, 'values-by-input');
}

/** Batches of `[key, values]`, as `groupInputs` for a single input. */
export function groupValues(task: GatheringTask, pairs: BatchIterator): BatchIterator {
  return group(task, [pairs], 'values');
}

function* group(task: GatheringTask, inputs: readonly BatchIterator[], form: GroupForm): BatchIterator {
  const { memory, spills, spilledGroups, batchRows } = task;
  const check = (): void => task.throwIfCancelled();
  using grouper = new ExternalGrouper({
    inputs: inputs.length,
    form,
    memory,
    spills,
    spilledGroups,
    batchRows,
    check,
  });
  for (let i = 0; i < inputs.length; i++) {
    for (const batch of inputs[i] as BatchIterator) {
      check();
      if (batch.kind === 'pending') yield batch;
      else grouper.add(batch, i);
    }
  }
  for (const rows of grouper.batches()) {
    check();
    yield rowBatch(rows);
  }
}
