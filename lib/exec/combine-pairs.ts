/** Combines pairs by key: the reduce side of a shuffle, and what needs no shuffle because equal keys are together. */
import type { Aggregator } from '../lineage/dependency.ts';
import type { BatchIterator } from '../lineage/task-context.ts';
import { ExternalAggregator } from '../shuffle/external-aggregator.ts';
import { CombineFold, type PlainRun } from './combine-fold.ts';
import type { GatheringTask } from './gathering.ts';

export interface CombineInput {
  readonly pairs: BatchIterator;
  readonly aggregator: Aggregator;
  /** Whether the pairs' values are combiners already. */
  readonly isMerging: boolean;
  /** Undefined: record by record. */
  readonly run: PlainRun | undefined;
  /** Pairs there are, where that is known. */
  readonly rowCount?: number;
}

/**
 * Batches of `[key, combiner]`, keys in order of first appearance, whatever there is of memory. Raises NOT_A_PAIR, what
 * the functions throw, and MEMORY_LIMIT for a single combiner that has no room.
 */
export function* combinePairs(task: GatheringTask, input: CombineInput): BatchIterator {
  const { pairs, aggregator, isMerging, run, rowCount } = input;
  const { memory, spills, batchRows } = task;
  using aggregation = new ExternalAggregator({
    memory,
    spills,
    batchRows,
    rowCount,
    onBatch: () => task.throwIfCancelled(),
    newFold: (host, isNumbered) => new CombineFold({ aggregator, isMerging, run, host, isNumbered }),
  });
  try {
    for (const batch of pairs) {
      task.throwIfCancelled();
      if (batch.kind === 'pending') yield batch;
      else aggregation.add(batch);
    }
    for (const batch of aggregation.results()) {
      task.throwIfCancelled();
      yield batch;
    }
  } catch (error) {
    aggregation.abandon();
    throw error;
  }
}
