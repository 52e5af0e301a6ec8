/**
 * Pairs of numbers that a sort gathers: two typed arrays, or one while each key is its own value.
 *
 * What counts is the room, not what is in it: the arrays double until they are as large as the share allows, and serve
 * for the next run then.
 */
import { type NumberPairs, NumberSorter, SORT_BYTES, SORT_PAIR_BYTES } from './number-sorter.ts';
import type { NumberColumns } from './pair-columns.ts';

/** Room at first, however small the share is. */
const FIRST_ROOM = 256;
const NUMBER_BYTES = 8;

export class HeldNumbers {
  readonly #ascending: boolean;
  readonly #shareBytes: number;
  readonly #hold: (bytes: number) => boolean;
  #count = 0;
  #keys = new Float64Array(0);
  /** Undefined while each key is its own value. */
  #values: Float64Array | undefined;
  #sorter = new NumberSorter();

  /** `hold` is told how much is held, and says whether that may be. */
  constructor(ascending: boolean, shareBytes: number, hold: (bytes: number) => boolean) {
    this.#ascending = ascending;
    this.#shareBytes = shareBytes;
    this.#hold = hold;
  }

  get count(): number {
    return this.#count;
  }

  /** The pairs in the order they came. */
  get pairs(): NumberPairs {
    return { keys: this.#keys, values: this.#values ?? this.#keys };
  }

  /** Takes pairs from `from` on, as many as there may be; gives how many. None: there is no more room. */
  add({ keys, values }: NumberColumns, from: number): number {
    if (keys !== values && this.#values === undefined && !this.#takeValues()) return 0;
    if (this.#count === this.#keys.length && !this.#grow()) return 0;
    const taken = Math.min(keys.values.length - from, this.#keys.length - this.#count);
    this.#keys.set(keys.values.subarray(from, from + taken), this.#count);
    this.#values?.set(values.values.subarray(from, from + taken), this.#count);
    this.#count += taken;
    return taken;
  }

  /** Whether each key is its own value. */
  get isSame(): boolean {
    return this.#values === undefined;
  }

  /** The pairs in order, in the arrays they are held in or sorted with: `clear` before more are added. */
  sorted(): NumberPairs {
    if (this.#values !== undefined) {
      return this.#sorter.sortPairs(this.#keys, this.#values, this.#count, this.#ascending);
    }
    const keys = this.#sorter.sort(this.#keys, this.#count, this.#ascending);
    return { keys, values: keys };
  }

  /** The pairs in order, which are the caller's then: nothing is held any more. */
  finish(): NumberPairs {
    const pairs = this.sorted();
    this.release();
    return pairs;
  }

  /** Starts again with the same arrays. */
  clear(): void {
    this.#count = 0;
  }

  /** Gives the arrays back, whatever is in them. */
  release(): void {
    this.#count = 0;
    this.#keys = new Float64Array(0);
    this.#values &&= new Float64Array(0);
    this.#sorter = new NumberSorter();
    this.#hold(0);
  }

  /** Begins to hold values besides the keys. False where what is held has to go first. */
  #takeValues(): boolean {
    const room = this.#keys.length;
    if (room === 0) {
      this.#values = new Float64Array(0);
      return true;
    }
    if (this.#count > 0) {
      if (room * PAIR_BYTES > this.#shareBytes || !this.#hold(room * PAIR_BYTES)) {
        this.#hold(room * KEY_BYTES);
        return false;
      }
      this.#values = this.#keys.slice();
    } else {
      this.release();
      this.#values = new Float64Array(0);
    }
    return true;
  }

  #grow(): boolean {
    const rowBytes = this.#values === undefined ? KEY_BYTES : PAIR_BYTES;
    const room = this.#keys.length;
    const most = Math.floor(this.#shareBytes / rowBytes);
    const wanted = Math.max(FIRST_ROOM, Math.min(2 * room, most));
    if (wanted <= room) return false;
    if (!this.#hold(wanted * rowBytes) && room > 0) {
      this.#hold(room * rowBytes);
      return false;
    }
    this.#keys = grown(this.#keys, this.#count, wanted);
    this.#values &&= grown(this.#values, this.#count, wanted);
    return true;
  }
}

/** Bytes a pair takes, with what sorting it needs. */
const KEY_BYTES = NUMBER_BYTES + SORT_BYTES;
const PAIR_BYTES = 2 * NUMBER_BYTES + SORT_PAIR_BYTES;

function grown(numbers: Float64Array, count: number, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(numbers.subarray(0, count));
  return larger;
}
