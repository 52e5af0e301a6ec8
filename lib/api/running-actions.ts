/**
 * The actions of a session that have not given their answer: what each waits for, and what has to be undone when the
 * process ends before it.
 */
import { attemptAll } from '../base/attempt-all.ts';
import { CairnError } from '../base/errors.ts';
import type { JobHandle } from '../scheduler/job-handle.ts';

/** An action under way. Disposed when its answer, or its error, is known. */
export class RunningAction implements Disposable {
  /** As `collect at job.ts:14`. */
  readonly name: string;
  readonly undo: (() => void) | undefined;
  readonly #onEnd: () => void;
  /** Its own job, or one that prepares it. */
  #job: JobHandle | undefined;
  #stuckJob: JobHandle | undefined;

  constructor(name: string, undo: (() => void) | undefined, onEnd: () => void) {
    this.name = name;
    this.undo = undo;
    this.#onEnd = onEnd;
  }

  /** The values of a job that is the action's now. */
  async follow(job: JobHandle): Promise<unknown[]> {
    this.#job = job;
    try {
      return await job.result;
    } finally {
      this.#job = undefined;
    }
  }

  /** Ends the job it waits for, which can never end by itself. Gives how to name it; undefined when there is none. */
  failStuck(): string | undefined {
    if (this.#job === undefined) return undefined;
    this.#stuckJob = this.#job;
    this.#job.cancel('it waited for a promise that nothing was left to settle');
    return `job ${this.#stuckJob.jobId} (${this.name})`;
  }

  /** The error the user gets: JOB_ABANDONED for a job that was ended by `failStuck`. */
  explain(error: unknown): unknown {
    const job = this.#stuckJob;
    if (job === undefined || !CairnError.is(error, 'JOB_CANCELLED')) return error;
    return new CairnError('JOB_ABANDONED', { job: job.jobId, name: this.name }, { cause: error });
  }

  [Symbol.dispose](): void {
    this.#onEnd();
  }
}

/** See the file header. */
export class RunningActions {
  readonly #actions = new Set<RunningAction>();

  get size(): number {
    return this.#actions.size;
  }

  /** An action begins. `undo` removes what it has written so far, should the process end before the action. */
  begin(name: string, undo?: () => void): RunningAction {
    const action = new RunningAction(name, undo, () => this.#actions.delete(action));
    this.#actions.add(action);
    return action;
  }

  /** Fails all jobs that run, with JOB_ABANDONED; gives their names. */
  failStuck(): readonly string[] {
    return [...this.#actions].map((action) => action.failStuck()).filter((name) => name !== undefined);
  }

  /** Undoes what the running actions have written. Raises the first error. */
  undo(): void {
    attemptAll([...this.#actions].map((action) => () => action.undo?.()));
  }
}
