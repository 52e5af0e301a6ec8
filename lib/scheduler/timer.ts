/** Calls back once after a while, unless stopped by what it gives. Specs drive it by hand. */
export type Timer = (delayMs: number, action: () => void) => () => void;

/** Keeps the process alive: a job that waits to be tried again is not over. */
export function startTimeout(delayMs: number, action: () => void): () => void {
  const timeout = setTimeout(action, delayMs);
  return () => clearTimeout(timeout);
}

/** One call to come, or none. */
export class Alarm {
  readonly #timer: Timer;
  readonly #action: () => void;
  #stop: (() => void) | undefined;

  constructor(timer: Timer, action: () => void) {
    this.#timer = timer;
    this.#action = action;
  }

  get isSet(): boolean {
    return this.#stop !== undefined;
  }

  /** Calls after `delayMs`, and not when it was to call before. */
  set(delayMs: number): void {
    this.stop();
    this.#stop = this.#timer(delayMs, () => {
      this.#stop = undefined;
      this.#action();
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
