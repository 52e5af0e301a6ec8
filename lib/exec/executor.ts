import type { StageId } from '../base/ids.ts';
import type { TaskDescription, TaskOutcome } from './task.ts';

/** Runs task attempts: inline in the user's thread, or on workers. */
export interface Executor {
  /** How many attempts it runs at a time; the scheduler never starts more. */
  readonly slots: number;
  /** Names the executor in events and errors: `driver` when inline. */
  readonly name: string;
  /** Runs one attempt to its end. Never rejects. Aborting `signal` makes it end soon as `cancelled`. */
  run(task: TaskDescription, signal: AbortSignal): Promise<TaskOutcome>;
  /** The stage is over: what was compiled or shipped for it may go. */
  forgetStage(stageId: StageId): void;
  close(): Promise<void>;
}
