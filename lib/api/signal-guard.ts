/**
 * Stands in for what a signal does by default, for as long as sessions are open: SIGINT, SIGTERM and SIGHUP then end the
 * sessions first and the process second, by that very signal, so that shells and supervisors see what they expect.
 *
 * It takes the place of the default action and of nothing else. Where the program listens to the signal itself, Node's
 * default does not apply, and neither does this: the program decides, and closes its sessions as it likes. The package
 * signal-exit steps back in the same way, for anybody, so two of that manner would wait for each other for ever; its
 * listeners, and those of other copies of this module, are told from the program's own. See docs/decisions/011.
 *
 * Threading: signals reach the main thread only; in any other a guard does nothing. A signal waits while a function
 * computes in the session's thread, as in every program that listens to it.
 */
import { isMainThread } from 'node:worker_threads';
import { type Clock, systemClock } from '../base/clock.ts';
import { startTimeout } from '../base/start-timeout.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type EndingSignal = (typeof SIGNALS)[number];

/** A session that has not ended by then is left: the next one in its directory removes what stays. */
const CLOSE_WITHIN_MS = 1500;
/** Terminals signal the whole group of processes, and npm forwards that: what comes at once was asked for once. */
const SAME_REQUEST_MS = 250;

/** Listeners that step back for any other carry this, whichever copy of this module they are of. */
const STANDS_IN = Symbol.for('cairn-engine.stands-in-for-default');
/** Where release 4 of signal-exit keeps its state; release 3 has it in a property of `process`. */
const SIGNAL_EXIT_4 = Symbol.for('signal-exit emitter');

/** What a guard ends. */
export interface Interruptible {
  /** Ends it with what it runs, for this reason. May raise: the process ends all the same. */
  interrupt(by: string): Promise<void>;
  /** Ends it at once, without waiting for what it runs. */
  abandon(by: string): void;
}

/** The part of `process` a guard uses; specs bring another. */
export interface SignalledProcess extends Pick<NodeJS.EventEmitter, 'prependListener' | 'off' | 'listeners'> {
  readonly pid: number;
  kill(pid: number, signal: EndingSignal): unknown;
}

export interface SignalGuardOptions {
  readonly process: SignalledProcess;
  readonly clock: Clock;
  /** Whether signals arrive in this thread. */
  readonly isReached: boolean;
  /** Calls back once, unless stopped by what it gives. Keeps the process alive until then. */
  readonly timer: (delayMs: number, action: () => void) => () => void;
}

/** See the file header. Has listeners from the first session it guards to the last. */
export class SignalGuard {
  readonly #options: SignalGuardOptions;
  readonly #sessions = new Set<Interruptible>();
  readonly #listener: (signal: EndingSignal) => void;
  #startedMs: number | undefined;
  #hasListeners = false;
  #stopTimer: () => void = () => {};

  constructor(options: SignalGuardOptions) {
    this.#options = options;
    this.#listener = Object.assign((signal: EndingSignal) => this.#onSignal(signal), { [STANDS_IN]: true });
  }

  /** Ends the session should a signal come, until disposed. */
  guard(session: Interruptible): Disposable {
    if (!this.#options.isReached) return { [Symbol.dispose]() {} };
    this.#sessions.add(session);
    this.#listen();
    return {
      [Symbol.dispose]: () => {
        this.#sessions.delete(session);
        // While the process ends, the second signal still has to be told from the first.
        if (this.#sessions.size === 0 && this.#startedMs === undefined) this.#stopListening();
      },
    };
  }

  #listen(): void {
    if (this.#hasListeners) return;
    this.#hasListeners = true;
    // In front: a listener of the program's that wants one signal only is gone when its turn is over.
    for (const signal of SIGNALS) this.#options.process.prependListener(signal, this.#listener);
  }

  #stopListening(): void {
    if (!this.#hasListeners) return;
    this.#hasListeners = false;
    for (const signal of SIGNALS) this.#options.process.off(signal, this.#listener);
  }

  #onSignal(signal: EndingSignal): void {
    const { process, clock, timer } = this.#options;
    if (this.#startedMs !== undefined) {
      if (clock.monotonicMs() - this.#startedMs >= SAME_REQUEST_MS) this.#end(signal);
      return;
    }
    if (isDecidedByOthers(process, signal)) return;
    this.#startedMs = clock.monotonicMs();
    const sessions = [...this.#sessions];
    this.#stopTimer = timer(CLOSE_WITHIN_MS, () => {
      for (const session of sessions) {
        try {
          session.abandon(signal);
        } catch {
          // The process ends all the same, and the others shall be ended before it.
        }
      }
      this.#end(signal);
    });
    Promise.allSettled(sessions.map((session) => session.interrupt(signal))).then(() => this.#end(signal));
  }

  /** By the signal itself: without our listeners its default action applies, or that of who else stepped back. */
  #end(signal: EndingSignal): void {
    if (this.#startedMs === undefined) return;
    this.#startedMs = undefined;
    this.#stopTimer();
    this.#stopListening();
    this.#options.process.kill(this.#options.process.pid, signal);
  }
}

/** Whether the program, or a package that does not step back, listens to the signal too. */
function isDecidedByOthers(of: SignalledProcess, signal: EndingSignal): boolean {
  const others = of.listeners(signal).filter((listener) => !(typeof listener === 'function' && STANDS_IN in listener));
  return others.length > signalExitCount(of) + signalExitCount(globalThis);
}

/** How many listeners a release of signal-exit has on each signal: where each keeps that for others to see. */
function signalExitCount(holder: object): number {
  const emitter: unknown = Reflect.get(holder, holder === globalThis ? SIGNAL_EXIT_4 : '__signal_exit_emitter__');
  const count: unknown = typeof emitter === 'object' && emitter !== null ? Reflect.get(emitter, 'count') : 0;
  return typeof count === 'number' ? count : 0;
}

/** The guard of this process. */
export const signalGuard = new SignalGuard({
  process,
  clock: systemClock,
  isReached: isMainThread,
  timer: startTimeout,
});
