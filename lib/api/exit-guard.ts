/**
 * What a process owes its sessions when it ends without closing them.
 *
 * The event loop has run dry while a job waits: its promise can never settle, and Node would exit, with code 0 unless a
 * module awaits it at its top level. The job then fails, which gives the program its turn to hear of it, one line goes
 * to stderr, and the exit code is not 0.
 *
 * The process exits, by `process.exit`, by an error nobody caught or at its end, while sessions are open: they are
 * ended on the spot. Nothing may wait there. A function of a job that exits with code 0 in the session's own thread
 * takes the job's answer with it: the exit code is not 0 then either. All other codes stay as they are.
 */
import { type Logger, stderrLogger } from '../base/logger.ts';
import { currentTask } from '../exec/current-task.ts';

/** Node's own code for a module that waits at its top level for what never comes. */
const UNSETTLED = 13;

/** What a guard ends. */
export interface Exiting {
  /** Fails the jobs that run; gives their names. Called where nothing is left that could end them. */
  failStuckJobs(): readonly string[];
  /** Ends it at once, without waiting for what it runs. `code`: the exit code, where that is what ends it. */
  abandon(by: string, code?: number): void;
}

/** The part of `process` a guard uses; specs bring another. */
export interface ExitingProcess {
  exitCode?: number | string | null | undefined;
  on(event: 'beforeExit' | 'exit', listener: (code: number) => void): unknown;
  off(event: 'beforeExit' | 'exit', listener: (code: number) => void): unknown;
}

export interface ExitGuardOptions {
  readonly process: ExitingProcess;
  readonly logger: Logger;
  /** Whether the code that runs belongs to a task. */
  readonly isInsideTask: () => boolean;
}

/** See the file header. Has listeners from the first session it guards to the last. */
export class ExitGuard {
  readonly #options: ExitGuardOptions;
  readonly #sessions = new Set<Exiting>();

  constructor(options: ExitGuardOptions) {
    this.#options = options;
  }

  /** Watches over the session until disposed. */
  guard(session: Exiting): Disposable {
    const { process } = this.#options;
    if (this.#sessions.size === 0) {
      process.on('beforeExit', this.#onDry);
      process.on('exit', this.#onExit);
    }
    this.#sessions.add(session);
    return {
      [Symbol.dispose]: () => {
        if (!this.#sessions.delete(session) || this.#sessions.size > 0) return;
        process.off('beforeExit', this.#onDry);
        process.off('exit', this.#onExit);
      },
    };
  }

  readonly #onDry = (): void => {
    const { process, logger } = this.#options;
    for (const session of [...this.#sessions]) {
      for (const name of session.failStuckJobs()) {
        process.exitCode ||= UNSETTLED;
        logger.warn(`${name} can never end: it waits for a promise, and nothing is left in the process to settle it`);
      }
    }
  };

  readonly #onExit = (code: number): void => {
    const { process, logger, isInsideTask } = this.#options;
    let by = `the end of its process (exit code ${code})`;
    if (isInsideTask()) {
      by = `a function of a job, which called process.exit(${code})`;
      if (code === 0) {
        process.exitCode = 1;
        logger.warn('a function of a job called process.exit(0): the job has no answer, and the exit code is 1');
      }
    }
    for (const session of [...this.#sessions]) {
      try {
        session.abandon(by, code);
      } catch {
        // An error here would replace the exit code. What stays is removed by the next session in the directory.
      }
    }
  };
}

/** The guard of this thread. */
export const exitGuard = new ExitGuard({
  process,
  logger: stderrLogger,
  isInsideTask: () => currentTask() !== undefined,
});
