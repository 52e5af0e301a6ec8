/**
 * What the scheduler hands to an executor and what it gets back: plain data apart from the stage's work, which is
 * shipped once per worker. Nothing here knows how a task is run.
 */

import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import type { JobId, ShuffleId, StageId, TaskId } from '../base/ids.ts';
import type { TaskMetrics } from '../events/engine-event.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { ResultAction } from '../lineage/result-action.ts';
import type { WrittenPart } from './checkpoint-tees.ts';

/** What all tasks of a stage do with their partition of `node`. */
export type StageWork =
  | { readonly kind: 'shuffle-map'; readonly node: LineageNode; readonly dependency: ShuffleDependency }
  | { readonly kind: 'result'; readonly node: LineageNode; readonly action: ResultAction };

/** One attempt at one partition. */
export interface TaskDescription {
  readonly taskId: TaskId;
  readonly jobId: JobId;
  readonly stageId: StageId;
  readonly stageAttempt: number;
  readonly partition: number;
  /** 0 for the first try of this partition in this stage attempt. */
  readonly attempt: number;
  /** The thread that runs it: `driver` when inline. */
  readonly executor: string;
  /** Whether it is a second copy of an attempt that takes long. */
  readonly speculative: boolean;
  readonly work: StageWork;
  /**
   * The map outputs of the shuffles the stage reads, by map index. One that is not complete is left out, as when
   * blocks make it unnecessary: a task that needs it all the same ends as `fetch-failed` with `mapIndex` -1.
   */
  readonly shuffles: ReadonlyMap<ShuffleId, readonly MapOutput[]>;
}

/** What one attempt adds to one accumulator: all it added, put together on its thread. */
export interface AccumulatorUpdate {
  readonly id: number;
  readonly value: unknown;
}

/** How an attempt ended. An executor never rejects: whatever goes wrong becomes an outcome. */
export type TaskOutcome =
  /** `value` is the action's partial result, or undefined for a map task, which has `mapOutput`. */
  | {
      readonly kind: 'succeeded';
      readonly value: unknown;
      readonly mapOutput: MapOutput | undefined;
      /** One for each accumulator the attempt added to. The driver merges them once a partition. */
      readonly accumulators: readonly AccumulatorUpdate[];
      /** Parts of checkpoints that the attempt wrote on its way, if any. */
      readonly checkpointParts?: readonly WrittenPart[];
      readonly metrics: TaskMetrics;
    }
  | { readonly kind: 'failed'; readonly error: Error; readonly metrics: TaskMetrics }
  /** A map output was missing or damaged: that map partition has to be computed again, then this task. */
  | {
      readonly kind: 'fetch-failed';
      readonly shuffleId: ShuffleId;
      readonly mapIndex: number;
      readonly error: Error;
      readonly metrics: TaskMetrics;
    }
  | { readonly kind: 'cancelled'; readonly metrics: TaskMetrics };
