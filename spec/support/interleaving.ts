/**
 * Runs synchronous programs of several processes in any interleaving, one step at a time, without threads.
 *
 * A step is one call of the file system (or anything else passed to `step`). To go on by one step a program is run
 * again from its beginning with the results it has had so far, so it must depend on nothing else. The cost is the
 * square of its length, which is short here.
 */
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { type FileCall, WrappedFileSystem } from './wrapped-file-system.ts';

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Ends the run of a program that has used its step; never seen by a spec. */
class Paused extends Error {}

/** One process. `program` gets a way to make a step of any action. */
export class Actor {
  readonly #program: (actor: Actor) => void;
  readonly #outcomes: Outcome[] = [];
  #cursor = 0;
  #granted = false;
  #paused = false;
  #failNext: Error | undefined;
  #done = false;

  constructor(program: (actor: Actor) => void) {
    this.#program = program;
  }

  /** True when the program has returned or thrown. */
  get done(): boolean {
    return this.#done;
  }

  /** Lets the program make its next step, or fails that step with `failure` instead. */
  advance(failure?: Error): void {
    if (this.#done) return;
    this.#cursor = 0;
    this.#granted = true;
    this.#paused = false;
    this.#failNext = failure;
    try {
      this.#program(this);
    } catch {
      // Its own affair, or the pause.
    }
    if (!this.#paused) this.#done = true;
  }

  /** Makes `action` a step of the program. */
  step<T>(action: () => T): T {
    // Once paused nothing has an effect: the code that cleans up after the pause is not part of the program.
    if (this.#paused) throw new Paused();
    const known = this.#outcomes[this.#cursor];
    if (known !== undefined) {
      this.#cursor++;
      if ('error' in known) throw known.error;
      return known.value as T;
    }
    if (!this.#granted) {
      this.#paused = true;
      throw new Paused();
    }
    this.#granted = false;
    this.#cursor++;
    try {
      if (this.#failNext !== undefined) throw this.#failNext;
      const value = action();
      this.#outcomes.push({ value });
      return value;
    } catch (error) {
      this.#outcomes.push({ error });
      throw error;
    }
  }
}

/** A file system whose every call is a step of an actor. */
export class SteppedFileSystem extends WrappedFileSystem {
  readonly #actor: Actor;

  constructor(inner: FileSystem, actor: Actor) {
    super(inner);
    this.#actor = actor;
  }

  protected override around<T>(_call: FileCall, run: () => T): T {
    return this.#actor.step(run);
  }
}
