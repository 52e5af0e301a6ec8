import type { RandomAccess } from './random-access.ts';

/**
 * A file of which the bytes that were read first are kept: readers of formats with their index at the end read the last
 * bytes at once, and what else lies in these, the columns of a small file, is not read twice. Keeps a copy as large as
 * the first read. The file stays the caller's.
 */
export class KeptTail implements RandomAccess {
  readonly #file: RandomAccess;
  #kept: Uint8Array | undefined;
  #keptAt = 0;

  constructor(file: RandomAccess) {
    this.#file = file;
  }

  get path(): string {
    return this.#file.path;
  }

  sizeBytes(): number {
    return this.#file.sizeBytes();
  }

  read(target: Uint8Array, position: number): number {
    const kept = this.#kept;
    if (kept === undefined) {
      const count = this.#file.read(target, position);
      this.#kept = target.slice(0, count);
      this.#keptAt = position;
      return count;
    }
    const end = position + target.length;
    const isInside = position < this.#keptAt + kept.length && end > this.#keptAt && end <= this.#keptAt + kept.length;
    if (!isInside) return this.#file.read(target, position);
    const before = Math.max(0, this.#keptAt - position);
    if (before > 0) {
      const count = this.#file.read(target.subarray(0, before), position);
      if (count < before) return count;
    }
    const from = Math.max(0, position - this.#keptAt);
    target.set(kept.subarray(from, from + target.length - before), before);
    return target.length;
  }
}
