import { types } from 'node:util';

/**
 * What is to run at the end of a task attempt: what nodes have open, and the listeners of users' functions. The last one
 * registered runs first, and all run, whatever others throw.
 */
export class TaskListeners {
  readonly #completions: (() => unknown)[] = [];
  readonly #failures: ((error: Error) => unknown)[] = [];
  #settled: ((promise: Promise<unknown>) => Promise<void>) | undefined;
  #end: { readonly error: Error | undefined } | undefined;

  /** `settled` waits for what a listener gives, unless the attempt is cancelled. */
  constructor(settled: (promise: Promise<unknown>) => Promise<void>) {
    this.#settled = settled;
  }

  /** Runs `listener` when the attempt ends; at once when it has. */
  onCompletion(listener: () => unknown): void {
    if (this.#end === undefined) this.#completions.push(listener);
    else unawaited(listener());
  }

  /** Runs `listener` when the attempt fails; at once when it has. */
  onFailure(listener: (error: Error) => unknown): void {
    if (this.#end === undefined) this.#failures.push(listener);
    else if (this.#end.error !== undefined) unawaited(listener(this.#end.error));
  }

  /** Runs what was registered, those for a failure first. Gives what they threw, in this order. Never rejects. */
  async run(error: Error | undefined): Promise<readonly unknown[]> {
    const thrown: unknown[] = [];
    if (error !== undefined) {
      for (let next = this.#failures.pop(); next !== undefined; next = this.#failures.pop()) {
        const listener = next;
        await this.#attempt(() => listener(error), thrown);
      }
    }
    for (let next = this.#completions.pop(); next !== undefined; next = this.#completions.pop()) {
      await this.#attempt(next, thrown);
    }
    this.#end = { error };
    // Functions may keep a way to listen; what runs the task must not stay with it.
    this.#settled = undefined;
    return thrown;
  }

  async #attempt(listener: () => unknown, thrown: unknown[]): Promise<void> {
    try {
      const given = listener();
      if (!types.isPromise(given)) return;
      unawaited(given);
      await this.#settled?.(given);
    } catch (error) {
      thrown.push(error);
    }
  }
}

/** A promise that nobody waits for may be rejected all the same. */
function unawaited(given: unknown): void {
  if (types.isPromise(given)) given.catch(() => {});
}
