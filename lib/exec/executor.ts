import type { StageId } from '../base/ids.ts';
import type { TaskDescription, TaskOutcome } from './task.ts';

/** Runs task attempts: inline in the user's thread, or on workers. */
export interface Executor {
  /** How many attempts it runs at a time; the scheduler never starts more. */
  readonly slots: number;
  /**
   * The names of the threads that can take an attempt now, those to be used first in front; `driver` alone when
   * inline. Up to date whenever the scheduler looks: `run` takes the thread from the list before it returns, unless
   * the thread takes several, and a thread is back by the time the promise of its attempt settles. Must not raise.
   */
  idle(): readonly string[];
  /** Sets who is told when a thread becomes idle by other means than the end of an attempt: it started, or came anew. */
  onIdle(listener: () => void): void;
  /**
   * Runs one attempt to its end on the thread `task.executor`, which is idle. Never rejects. Aborting `signal` makes
   * it end soon as `cancelled`.
   */
  run(task: TaskDescription, signal: AbortSignal): Promise<TaskOutcome>;
  /** The stage is over: what was compiled or shipped for it may go. */
  forgetStage(stageId: StageId): void;
  close(): Promise<void>;
}
