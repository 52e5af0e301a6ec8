/**
 * Pairs of numbers on their way to the buckets, in the order they came, as three typed arrays.
 *
 * Why not arrays of pairs: a pair takes 64 bytes that V8 has to move out of its nursery, and is taken apart again when
 * it is written. What a log holds is dealt out by one counting sort when it is full, which keeps the order of each
 * bucket. Pays in `bench` distinct-keys.
 */
import { invariant } from '../base/invariant.ts';

/** What each bucket holds: slots `starts[b]` to `starts[b + 1] - 1`. Overwritten by the next pairs. */
export interface DealtNumbers {
  readonly starts: Int32Array;
  readonly keys: Float64Array;
  readonly values: Float64Array;
}

export class NumberLog {
  /** Slots of the pairs so far: whoever appends writes the arrays at `count`, never past `capacity`. */
  count = 0;
  buckets: Int32Array = new Int32Array(0);
  keys: Float64Array = new Float64Array(0);
  values: Float64Array = new Float64Array(0);
  #dealtKeys: Float64Array = new Float64Array(0);
  #dealtValues: Float64Array = new Float64Array(0);

  get capacity(): number {
    return this.buckets.length;
  }

  /** Makes room for `room` more pairs; the arrays may be others afterwards. */
  reserve(room: number): void {
    const capacity = this.count + room;
    if (capacity <= this.capacity) return;
    const { buckets, keys, values } = this;
    this.buckets = new Int32Array(capacity);
    this.keys = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.buckets.set(buckets.subarray(0, this.count));
    this.keys.set(keys.subarray(0, this.count));
    this.values.set(values.subarray(0, this.count));
  }

  /** Deals all pairs out to `numBuckets` and starts again. */
  deal(numBuckets: number): DealtNumbers {
    const { count, buckets, keys, values } = this;
    // A typed array drops what is written past its end without a word.
    invariant(count <= this.capacity, `${count} pairs in a log of ${this.capacity}`);
    // A single bucket has them in this order.
    if (numBuckets === 1) {
      this.count = 0;
      return { starts: Int32Array.of(0, count), keys, values };
    }
    if (this.#dealtKeys.length < count) {
      this.#dealtKeys = new Float64Array(this.capacity);
      this.#dealtValues = new Float64Array(this.capacity);
    }
    const dealtKeys = this.#dealtKeys;
    const dealtValues = this.#dealtValues;
    const starts = new Int32Array(numBuckets + 1);
    for (let i = 0; i < count; i++) (starts[(buckets[i] as number) + 1] as number)++;
    for (let b = 1; b <= numBuckets; b++) starts[b] = (starts[b] as number) + (starts[b - 1] as number);
    const next = starts.slice();
    for (let i = 0; i < count; i++) {
      const bucket = buckets[i] as number;
      const at = next[bucket] as number;
      next[bucket] = at + 1;
      dealtKeys[at] = keys[i] as number;
      dealtValues[at] = values[i] as number;
    }
    this.count = 0;
    return { starts, keys: dealtKeys, values: dealtValues };
  }
}
