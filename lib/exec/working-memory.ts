import type { MemoryBudget } from '../../storage/memory/memory-budget.ts';
import type { TaskId } from '../base/ids.ts';

/** Memory is taken from the budget, and given back, in pieces of so many bytes; smaller ones where it has little. */
const PIECE_BYTES = 1024 * 1024;
const PIECES = 64;

/**
 * What one task holds for its shuffle, counted against the session's budget: cached blocks make room for it, and do not
 * grow into it. Counted and not limited: a task spills by its share alone, which no other task and no block changes, so
 * that the same job adds its numbers in the same order whatever is cached.
 */
export class WorkingMemory implements Disposable {
  readonly #budget: MemoryBudget;
  readonly #task: TaskId;
  readonly #pieceBytes: number;
  #granted = 0;

  constructor(budget: MemoryBudget, task: TaskId) {
    this.#budget = budget;
    this.#pieceBytes = Math.max(1, Math.min(PIECE_BYTES, Math.floor(budget.totalBytes / PIECES)));
    this.#task = task;
  }

  /** Notes what is held now. There may be less room than that: blocks that are being read, or are safe, stay. */
  hold(bytes: number): void {
    const wanted = Math.ceil(bytes / this.#pieceBytes) * this.#pieceBytes;
    if (wanted > this.#granted) {
      this.#granted += this.#budget.acquireExecution(wanted - this.#granted, this.#task);
    } else if (wanted < this.#granted) {
      this.#budget.releaseExecution(this.#granted - wanted, this.#task);
      this.#granted = wanted;
    }
  }

  /** Gives everything back. Twice does nothing. */
  [Symbol.dispose](): void {
    this.#granted = 0;
    this.#budget.releaseTask(this.#task);
  }
}
