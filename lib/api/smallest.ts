type Compare = (a: unknown, b: unknown) => number;

/** The records in ascending order, stably. By index, as `Array.sort` would put every undefined last. */
export function sortRecords(records: readonly unknown[], compare: Compare): unknown[] {
  const order = Array.from(records, (_, i) => i);
  order.sort((i, j) => compare(records[i], records[j]));
  return order.map((i) => records[i]);
}

/**
 * Collects the `n` smallest records; of equal ones those that come first. Holds at most `2n` of them at a time, and
 * looks once at most of the others.
 */
export class Smallest {
  readonly #n: number;
  readonly #room: number;
  readonly #compare: Compare;
  #held: unknown[] = [];
  #isFull = false;

  constructor(n: number, compare: Compare) {
    this.#n = n;
    this.#room = Math.max(2 * n, 64);
    this.#compare = compare;
  }

  add(record: unknown): this {
    if (this.#n === 0) return this;
    // Once n are known, a record that is not below the largest of them is out: an equal one came first.
    if (this.#isFull && this.#compare(record, this.#held[this.#n - 1]) >= 0) return this;
    this.#held.push(record);
    if (this.#held.length >= this.#room) {
      this.#held = this.records();
      this.#isFull = true;
    }
    return this;
  }

  /** Those so far, in ascending order. */
  records(): unknown[] {
    return sortRecords(this.#held, this.#compare).slice(0, this.#n);
  }
}
