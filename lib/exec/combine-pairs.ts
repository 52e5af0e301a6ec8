/** Combines pairs by key: the reduce side of a shuffle, and what needs no shuffle because equal keys are together. */
import { rowBatch } from '../../formats/schema/batch.ts';
import type { Aggregator } from '../lineage/dependency.ts';
import { checkPair } from '../lineage/pair.ts';
import { recordsOf } from '../lineage/records.ts';
import type { BatchIterator, PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import { KeyTable } from '../shuffle/key-table.ts';
import type { GatheringTask } from './gathering.ts';
import { CombineSink, type Sink } from './sink.ts';

/** Runs a batch into a sink by a generated loop, and says in its errors what was done. */
export type PlainRun = (batch: Exclude<TaskBatch, PendingBatch>, sink: Sink) => void;

export interface CombineInput {
  readonly pairs: BatchIterator;
  readonly aggregator: Aggregator;
  /** Whether the pairs' values are combiners already. */
  readonly isMerging: boolean;
  /** Undefined: record by record. */
  readonly run: PlainRun | undefined;
}

/** Batches of `[key, combiner]`, keys in order of first appearance. Raises NOT_A_PAIR and what the functions throw. */
export function* combinePairs(task: GatheringTask, input: CombineInput): BatchIterator {
  const { pairs, aggregator, isMerging, run } = input;
  const sink = new CombineSink(new KeyTable(), aggregator, isMerging);
  for (const batch of pairs) {
    task.throwIfCancelled();
    if (batch.kind === 'pending') yield batch;
    else if (run !== undefined) run(batch, sink);
    else for (const record of recordsOf([batch])) sink.add(checkPair(record));
  }
  yield* pairBatches(sink.table.keys, sink.values, task.batchRows);
}

function* pairBatches(keys: readonly unknown[], values: readonly unknown[], batchRows: number): BatchIterator {
  for (let from = 0; from < keys.length; from += batchRows) {
    const to = Math.min(from + batchRows, keys.length);
    const rows = new Array<unknown>(to - from);
    for (let i = from; i < to; i++) rows[i - from] = [keys[i], values[i]];
    yield rowBatch(rows);
  }
}
