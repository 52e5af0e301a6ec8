/**
 * A block on its way into memory: what is there so far, the rest still to come, and the memory reserved for it.
 *
 * Memory is reserved ahead in steps of half the size so far, as Spark does, so that a growing block asks seldom. But
 * only memory that is free is taken ahead: other blocks are evicted for what is needed, not for what may be.
 */
import type { MemoryBudget } from '../memory/memory-budget.ts';
import type { BlockId } from './block-id.ts';
import { closing } from './closing-iterator.ts';
import { itemRows, type StoredItem } from './stored-item.ts';

const INITIAL_BYTES = 1024 * 1024;
/** In a small budget the first reservation is this part of it: a MiB would refuse every block. */
const INITIAL_PART = 64;
const GROWTH = 1.5;

/** Holds its reservation and its source until `keep`, `close` or the end of `drain`. */
export class Unrolling {
  readonly items: StoredItem[] = [];
  rowCount = 0;
  readonly #budget: MemoryBudget;
  readonly #id: BlockId;
  readonly #source: Iterator<StoredItem>;
  #reserved = 0;
  #used = 0;
  #sourceDone = false;

  constructor(budget: MemoryBudget, id: BlockId, source: Iterator<StoredItem>) {
    this.#budget = budget;
    this.#id = id;
    this.#source = source;
  }

  /** Takes the first reservation, for at least `bytes`; gives whether there was room. */
  reserve(bytes: number): boolean {
    this.#used += bytes;
    const initial = Math.max(bytes, Math.min(INITIAL_BYTES, Math.floor(this.#budget.totalBytes / INITIAL_PART)));
    return this.#acquire(initial, bytes);
  }

  /** The next item of the source; undefined at its end. */
  next(): StoredItem | undefined {
    if (this.#sourceDone) return undefined;
    let next: IteratorResult<StoredItem, unknown>;
    try {
      next = this.#source.next();
    } catch (error) {
      // A source that raised has ended: there is nothing to return to.
      this.#sourceDone = true;
      throw error;
    }
    if (next.done === true) {
      this.#sourceDone = true;
      return undefined;
    }
    return next.value;
  }

  /** Adds an item of `bytes`. It is kept in any case; false says that there was no room to reserve for it. */
  add(item: StoredItem, bytes: number): boolean {
    this.items.push(item);
    this.rowCount += itemRows(item);
    this.#used += bytes;
    if (this.#used <= this.#reserved) return true;
    return this.#acquire(Math.ceil(this.#used * GROWTH) - this.#reserved, this.#used - this.#reserved);
  }

  /** The block is complete: gives back what was reserved beyond its size and hands over the rest. Gives that. */
  keep(): number {
    this.#budget.releaseStorage(this.#reserved - this.#used);
    this.#reserved = 0;
    return this.#used;
  }

  /** What was unrolled, then the rest of the source; gives memory and source back at its end or `return()`. */
  drain(): IterableIterator<StoredItem> {
    return closing(this.#drain(), () => this.close());
  }

  *#drain(): IterableIterator<StoredItem> {
    yield* this.items;
    // From here on nothing of what was reserved is in use.
    this.items.length = 0;
    this.#release();
    for (let item = this.next(); item !== undefined; item = this.next()) yield item;
  }

  /** Gives back the reservation and closes the source. Doing so twice does nothing. */
  close(): void {
    this.#release();
    if (this.#sourceDone) return;
    this.#sourceDone = true;
    this.#source.return?.();
  }

  #acquire(wanted: number, needed: number): boolean {
    const bytes = wanted <= this.#budget.storageFreeBytes ? wanted : needed;
    if (!this.#budget.acquireStorage(this.#id, bytes)) return false;
    this.#reserved += bytes;
    return true;
  }

  #release(): void {
    this.#budget.releaseStorage(this.#reserved);
    this.#reserved = 0;
  }
}
