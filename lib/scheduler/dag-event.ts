/**
 * The scheduler's closed lists: what happens to it, and what it wants done about that. All plain data. `DagState` turns
 * events into effects, `DagScheduler` is the one that performs them.
 */
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import type { JobId, StageId, TaskId } from '../base/ids.ts';
import type { EngineEvent } from '../events/engine-event.ts';
import type { AccumulatorUpdate, TaskDescription, TaskOutcome } from '../exec/task.ts';
import type { CallSite } from '../lineage/call-site.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { ResultAction } from '../lineage/result-action.ts';
import type { TaskSetSpec } from './task-set.ts';

/** A job as the state sees it: whose values they are is kept outside. */
export interface JobSubmission {
  readonly jobId: JobId;
  readonly node: LineageNode;
  /** In the order their values are wanted; may repeat. */
  readonly partitions: readonly number[];
  readonly action: ResultAction;
  readonly callSite: CallSite;
  /** As `count at job.ts:14`. */
  readonly name: string;
  readonly group: string | undefined;
  readonly pool: string;
}

export type DagEvent =
  /** The node's partitions have been found out. */
  | { readonly kind: 'job-submitted'; readonly job: JobSubmission }
  | { readonly kind: 'job-cancelled'; readonly jobId: JobId; readonly reason: string; readonly cause?: unknown }
  | { readonly kind: 'group-cancelled'; readonly group: string; readonly reason: string }
  /** The driver could not go on with the job, such as when a consumer of its values threw. */
  | { readonly kind: 'job-broken'; readonly jobId: JobId; readonly error: unknown }
  | { readonly kind: 'task-started'; readonly task: TaskDescription }
  | { readonly kind: 'task-ended'; readonly task: TaskDescription; readonly outcome: TaskOutcome }
  /** The task takes much longer than others of its stage. */
  | { readonly kind: 'task-slow'; readonly task: TaskDescription }
  /** The time asked for by `post-resubmit` is over. */
  | { readonly kind: 'resubmit' }
  | { readonly kind: 'closed' };

/** An event of the engine before it is known when it happened. */
export type TimelessEvent = EngineEvent extends infer E ? (E extends EngineEvent ? Omit<E, 'atMs'> : never) : never;

export type DagEffect =
  /** Queue these tasks. */
  | { readonly kind: 'submit-tasks'; readonly taskSet: TaskSetSpec }
  /** Queue one more task of a set that was submitted. */
  | {
      readonly kind: 'enqueue-task';
      readonly stageId: StageId;
      readonly stageAttempt: number;
      readonly partition: number;
      readonly attempt: number;
    }
  /** Queue a second copy of a running task, with the set of this stage attempt, for another thread. */
  | {
      readonly kind: 'enqueue-copy';
      readonly original: TaskDescription;
      readonly stageAttempt: number;
      readonly attempt: number;
    }
  /** Abort one task: another copy of it was first. */
  | { readonly kind: 'cancel-task'; readonly taskId: TaskId }
  /** Start no more tasks of this attempt; what runs may end. */
  | { readonly kind: 'retire-tasks'; readonly stageId: StageId; readonly stageAttempt: number }
  /** Start no more tasks of any attempt, and abort what runs. */
  | { readonly kind: 'cancel-tasks'; readonly stageId: StageId }
  /** What a task added to accumulators counts. When it cannot be merged, these jobs fail. */
  | { readonly kind: 'accumulate'; readonly jobIds: readonly JobId[]; readonly updates: readonly AccumulatorUpdate[] }
  /** The output of a task became that of its map partition: readers get it from now on. */
  | {
      readonly kind: 'keep-output';
      readonly dependency: ShuffleDependency;
      readonly output: MapOutput;
      readonly durationMs: number;
    }
  /** Nobody will read this output: there is another one in its place, or no stage left that needs it. */
  | { readonly kind: 'discard-output'; readonly output: MapOutput }
  /** The value of `partitions[index]` of the job. */
  | { readonly kind: 'deliver'; readonly jobId: JobId; readonly index: number; readonly value: unknown }
  | { readonly kind: 'complete-job'; readonly jobId: JobId }
  | { readonly kind: 'fail-job'; readonly jobId: JobId; readonly error: unknown }
  /** Send `resubmit` after a while: failures of one cause come together. */
  | { readonly kind: 'post-resubmit' }
  /** No job needs the stage any more. */
  | { readonly kind: 'forget-stage'; readonly stageId: StageId }
  | { readonly kind: 'emit'; readonly event: TimelessEvent };
