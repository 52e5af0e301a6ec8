/** Calls back once after a while, unless stopped by what it gives. Specs drive it by hand. */
export type Timer = (delayMs: number, action: () => void) => () => void;

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
