/**
 * The size of a growing collection, measured now and then and extrapolated between: Spark's `SizeTracker`.
 *
 * The collection is measured at once, then each time the number of updates has grown by a tenth, so that
 * n updates cost about 24·log10(n) measurements. Between them it is taken to grow by as many bytes an update as it did
 * between the last two.
 */
export class SizeTracker {
  readonly #measure: () => number;
  #updates = 1;
  #nextSample = 2;
  #last = { size: 0, updates: 1 };
  #bytesPerUpdate = 0;

  /** `measure` gives the collection's size in bytes; it may cost, `estimateSize` for example. */
  constructor(measure: () => number) {
    this.#measure = measure;
    this.reset();
  }

  /** The collection was changed by one update, or by several. */
  afterUpdate(count = 1): void {
    this.#updates += count;
    if (this.#updates < this.#nextSample) return;
    const size = this.#measure();
    // A collection that shrank is not taken to go on shrinking.
    this.#bytesPerUpdate = Math.max(0, (size - this.#last.size) / (this.#updates - this.#last.updates));
    this.#remember(size);
  }

  /** Measures anew and forgets the past: after the collection was emptied or rebuilt. */
  reset(): void {
    this.#updates = 1;
    this.#bytesPerUpdate = 0;
    this.#remember(this.#measure());
  }

  /** Estimated bytes now. */
  estimate(): number {
    return Math.floor(this.#last.size + this.#bytesPerUpdate * (this.#updates - this.#last.updates));
  }

  #remember(size: number): void {
    this.#last = { size, updates: this.#updates };
    this.#nextSample = Math.ceil(this.#updates * 1.1);
  }
}
