/**
 * Which task the running code belongs to, across awaits. Tasks of one thread overlap where they wait, so the answer
 * follows the code and not the thread.
 *
 * Entered once a task, never for a record. Datasets and actions are refused inside: a task that waited for another job
 * would hold the slot that the job needs.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { CairnError } from '../base/errors.ts';
import { sharedState } from '../base/shared-state.ts';
import type { AccumulatorPartials } from './accumulator-partials.ts';

/** What a function may ask about the task attempt that runs it, and leave for its end; see `taskContext()`. */
export interface TaskScope {
  /** The partition that is computed, from 0. */
  readonly partition: number;
  /** 0 for the first try of this partition in this stage attempt, 1 for the second one. */
  readonly attempt: number;
  /** The number of the stage, as in events and in the metadata. */
  readonly stage: number;
  /** The number of this attempt, which no other attempt of the session has. */
  readonly taskId: number;
  /** Aborts when the attempt is to stop. A loop that never waits sees it later than `isInterrupted()` tells it. */
  readonly signal: AbortSignal;
  /** Whether the attempt is to stop, for long loops: what it computes is no longer wanted. */
  isInterrupted(): boolean;
  /**
   * Runs `listener` when the attempt ends, however it ends; the last one registered runs first. A promise it gives is
   * awaited. When it throws, an attempt that had succeeded fails. Once the attempt is over it runs at once.
   */
  onCompletion(listener: () => unknown): void;
  /** Runs `listener` with the error when the attempt fails or is cancelled: before those of `onCompletion`, likewise. */
  onFailure(listener: (error: Error) => unknown): void;
}

/** A task attempt while it runs. */
export interface CurrentTask {
  readonly scope: TaskScope;
  readonly accumulators: AccumulatorPartials;
}

const storage = sharedState('current task 1', () => new AsyncLocalStorage<CurrentTask>());

/** Runs `work` as part of a task. */
export function withTask<T>(task: CurrentTask, work: () => T): T {
  return storage.run(task, work);
}

/** The task the caller runs in; undefined outside of tasks. */
export function currentTask(): CurrentTask | undefined {
  return storage.getStore();
}

/** Raises ACTION_INSIDE_TASK when called on behalf of a task. */
export function refuseInsideTask(method: string): void {
  if (storage.getStore() !== undefined) throw new CairnError('ACTION_INSIDE_TASK', { method });
}
