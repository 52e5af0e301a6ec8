/**
 * Sorts numbers by radix, in the engine's natural order: -0 equals 0, NaN is the greatest, equal keys keep their order.
 *
 * The bits of a double, with the sign flipped for positives and all bits for negatives, order as an unsigned integer does;
 * all bits flipped once more give the order from the greatest down. Of these, the highest bit in which any two keys differ
 * and the 31 below it put nearly all keys in their place: three digits of LSD radix, or two where keys are few. An
 * insertion sort moves the others, a step or two each. Where it would have to move many, as among keys that share these
 * bits, radix over all six digits does the work. Pays in `bench` sort and sort-spill.
 *
 * Threading: a sorter keeps its arrays between calls, and what it gives lies in them: good until the next call.
 */
import {
  ALL_DIGITS,
  COUNTS,
  countAll,
  countWindow,
  DIGITS,
  type Digit,
  flipDoubles,
  flipIntegers,
  insertDoubles,
  insertWithOrder,
  scatter,
  scatterWithOrder,
  unflipDoubles,
  WINDOW_DIGITS,
} from './radix-loops.ts';

/** Numbers with the numbers that belong to them; the same array twice where each key is its own value. */
export interface NumberPairs {
  readonly keys: Float64Array;
  readonly values: Float64Array;
}

/** Bytes a number that `sort` needs besides the keys. */
export const SORT_BYTES = 8;
/** Bytes a pair that `sortPairs` needs besides keys and values. */
export const SORT_PAIR_BYTES = 24;
/** Keys that two digits put in their place. */
const FEW_KEYS = 1 << 15;
/** Steps a key, on average, that insertion may take. */
const STEPS = 4;

export class NumberSorter {
  readonly #counts = new Int32Array(COUNTS);
  readonly #differences = new Int32Array(2);
  #first = new Float64Array(0);
  #second = new Float64Array(0);
  #firstOrder = new Int32Array(0);
  #secondOrder = new Int32Array(0);

  /** The first `count` keys in order. They are overwritten, and the result may lie where they did. */
  sort(keys: Float64Array, count: number, ascending: boolean): Float64Array {
    const flip = ascending ? 0 : -1;
    if (this.#first.length < count) this.#first = new Float64Array(keys.length);
    const isPlain = flipDoubles(bitsOf(keys, count), count, flip, this.#differences);
    if (!isPlain) {
      unflipDoubles(bitsOf(keys, count), count, flip);
      return this.sortPairs(keys, keys, count, ascending).keys;
    }
    let sorted = this.#scatter(keys, this.#first, count, this.#windowDigits(keys, count));
    unflipDoubles(bitsOf(sorted, count), count, flip);
    if (!insertDoubles(sorted, count, ascending, STEPS * count)) {
      flipDoubles(bitsOf(sorted, count), count, flip, this.#differences);
      const free = sorted === keys ? this.#first : keys;
      sorted = this.#scatter(sorted, free, count, this.#allDigits(sorted, count));
      unflipDoubles(bitsOf(sorted, count), count, flip);
    }
    return sorted.subarray(0, count);
  }

  /** The first `count` pairs in order of their keys. They stay as they are. */
  sortPairs(keys: Float64Array, values: Float64Array, count: number, ascending: boolean): NumberPairs {
    const { order, isPlain } = this.#sortOrder(keys, count, ascending);
    const sortedKeys = this.#first.subarray(0, count);
    if (isPlain) unflipDoubles(bitsOf(this.#first, count), count, ascending ? 0 : -1);
    else gather(keys, order, sortedKeys);
    if (keys === values) return { keys: sortedKeys, values: sortedKeys };
    const sortedValues = this.#second.subarray(0, count);
    gather(values, order, sortedValues);
    return { keys: sortedKeys, values: sortedValues };
  }

  /** Where the first `count` keys stand, in their order. They stay as they are. */
  order(keys: Float64Array, count: number, ascending: boolean): Int32Array {
    return this.#sortOrder(keys, count, ascending).order;
  }

  /** Where `count` unsigned 64-bit integers stand in order, each given as two halves, the low one first. */
  orderBits(halves: Int32Array, count: number, ascending: boolean): Int32Array {
    this.#reserve(count, count);
    bitsOf(this.#first, count).set(halves);
    flipIntegers(bitsOf(this.#first, count), count, ascending ? 0 : -1, this.#differences);
    this.#scatterWithOrder(count);
    return this.#firstOrder.subarray(0, count);
  }

  #sortOrder(keys: Float64Array, count: number, ascending: boolean) {
    this.#reserve(count, keys.length);
    const flip = ascending ? 0 : -1;
    this.#first.set(keys.subarray(0, count));
    const bits = bitsOf(this.#first, count);
    const isPlain = flipDoubles(bits, count, flip, this.#differences);
    if (!isPlain) {
      normalise(keys, this.#first, count);
      flipDoubles(bits, count, flip, this.#differences);
    }
    this.#scatterWithOrder(count);
    return { order: this.#firstOrder.subarray(0, count), isPlain };
  }

  #reserve(count: number, capacity: number): void {
    if (this.#first.length < count) this.#first = new Float64Array(capacity);
    if (this.#second.length < count) this.#second = new Float64Array(capacity);
    if (this.#firstOrder.length >= count) return;
    this.#firstOrder = new Int32Array(capacity);
    this.#secondOrder = new Int32Array(capacity);
  }

  /** Highest bits that all keys share. */
  get #skip(): number {
    const high = Math.clz32(this.#differences[1] as number);
    return high < 32 ? high : 32 + Math.clz32(this.#differences[0] as number);
  }

  /** The digits of the window, counted, that are not the same in all keys. */
  #windowDigits(numbers: Float64Array, count: number): readonly Digit[] {
    const skip = this.#skip;
    if (count < 2 || skip === 64) return [];
    this.#counts.fill(0);
    countWindow(bitsOf(numbers, count), count, skip, this.#counts);
    return this.#prepared(count < FEW_KEYS ? WINDOW_DIGITS.slice(1) : WINDOW_DIGITS, count);
  }

  #allDigits(numbers: Float64Array, count: number): readonly Digit[] {
    this.#counts.fill(0);
    countAll(bitsOf(numbers, count), count, this.#counts);
    return this.#prepared(ALL_DIGITS, count);
  }

  /** Makes counts the places where the values of a digit begin; leaves out digits that are the same in all keys. */
  #prepared(digits: readonly Digit[], count: number): readonly Digit[] {
    const counts = this.#counts;
    return digits.filter(({ base }) => {
      let sum = 0;
      let isShared = false;
      for (let d = base; d < base + DIGITS; d++) {
        const here = counts[d] as number;
        if (here === count) isShared = true;
        counts[d] = sum;
        sum += here;
      }
      return !isShared;
    });
  }

  /** Sorts by digits, the lowest first; gives the array in which the result is. */
  #scatter(numbers: Float64Array, scratch: Float64Array, count: number, digits: readonly Digit[]): Float64Array {
    const skip = this.#skip;
    let [from, to] = [numbers, scratch];
    for (const digit of digits) {
      scatter(bitsOf(from, count), bitsOf(to, count), count, this.#counts, digit, skip);
      [from, to] = [to, from];
    }
    return from;
  }

  /** Sorts what is in `#first`, flipped, and makes `#firstOrder` the places it came from. */
  #scatterWithOrder(count: number): void {
    for (let i = 0; i < count; i++) this.#firstOrder[i] = i;
    this.#passWithOrder(count, this.#windowDigits(this.#first, count));
    if (insertWithOrder(bitsOf(this.#first, count), this.#firstOrder, count, STEPS * count)) return;
    this.#passWithOrder(count, this.#allDigits(this.#first, count));
  }

  #passWithOrder(count: number, digits: readonly Digit[]): void {
    const skip = this.#skip;
    for (const digit of digits) {
      const [from, to] = [bitsOf(this.#first, count), bitsOf(this.#second, count)];
      scatterWithOrder(from, to, this.#firstOrder, this.#secondOrder, count, this.#counts, digit, skip);
      [this.#first, this.#second] = [this.#second, this.#first];
      [this.#firstOrder, this.#secondOrder] = [this.#secondOrder, this.#firstOrder];
    }
  }
}

/** The halves of doubles, low ones first. */
function bitsOf(numbers: Float64Array, count: number): Int32Array {
  return new Int32Array(numbers.buffer, numbers.byteOffset, 2 * count);
}

/** One zero and one NaN for all. */
function normalise(keys: Float64Array, to: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const key = keys[i] as number;
    to[i] = key === 0 ? 0 : Number.isNaN(key) ? Number.NaN : key;
  }
}

function gather(from: Float64Array, order: Int32Array, to: Float64Array): void {
  for (let i = 0; i < order.length; i++) to[i] = from[order[i] as number] as number;
}
