/**
 * What a task knows of the groups that it gave without having their values in memory: whether there were any, so that
 * what outlives the task is copied; that they end with it; and the few chunks of values that were read last.
 */
import { CairnError } from '../base/errors.ts';

/** Chunks kept: two inputs that are read side by side, and some more. */
const KEPT_CHUNKS = 4;

export class SpilledGroups implements Disposable {
  #any = false;
  #isOpen = true;
  /** By what they are chunks of; the one that was used last is the last one. */
  readonly #chunks = new Map<object, { readonly index: number; readonly values: readonly unknown[] }>();

  /** Whether records of the task may hold values that lie in its run files. */
  get any(): boolean {
    return this.#any;
  }

  /** There is a group of this kind now. */
  note(): void {
    this.#any = true;
  }

  /** Raises SPILLED_GROUP_CLOSED once the task is over. */
  checkOpen(): void {
    if (!this.#isOpen) throw new CairnError('SPILLED_GROUP_CLOSED', {});
  }

  /** Chunk `index` of `owner`: as it was kept, or read now. One chunk is kept of an owner, and of few of them. */
  chunk(owner: object, index: number, read: () => readonly unknown[]): readonly unknown[] {
    const kept = this.#chunks.get(owner);
    const values = kept?.index === index ? kept.values : read();
    this.#chunks.delete(owner);
    this.#chunks.set(owner, { index, values });
    if (this.#chunks.size > KEPT_CHUNKS) {
      const [oldest] = this.#chunks.keys();
      this.#chunks.delete(oldest as object);
    }
    return values;
  }

  /** The task is over. */
  [Symbol.dispose](): void {
    this.#isOpen = false;
    this.#chunks.clear();
  }
}
