/**
 * The values of a leaf of four or eight bytes while a row group is gathered: as int32 words, lowest first, whatever the
 * type makes of them.
 */
import { invariant } from '../../lib/base/invariant.ts';
import type { DataType } from '../schema/data-type.ts';
import type { Vector } from '../schema/vector.ts';
import { GrowingInts } from './write-buffers.ts';

export class FixedStore {
  readonly kind = 'fixed';
  /** Words of a value. */
  readonly words: 1 | 2;
  readonly #values = new GrowingInts();

  constructor(words: 1 | 2) {
    this.words = words;
  }

  get count(): number {
    return this.words === 1 ? this.#values.length : this.#values.length / 2;
  }

  get sizeBytes(): number {
    return this.#values.length * 4;
  }

  /** The values: an array that may be longer, and lives until the next `append`. */
  get values(): Int32Array {
    return this.#values.values;
  }

  clear(): void {
    this.#values.clear();
  }

  /** Appends the values of all slots from `from` to `to`, which are there. */
  appendAll(vector: Vector, from: number, to: number): void {
    const { words } = this;
    const source = wordsOf(vector, words);
    this.#values.reserve((to - from) * words);
    this.#values.values.set(source.subarray(from * words, to * words), this.#values.length);
    this.#values.length += (to - from) * words;
  }

  /** Appends the values of the slots `slots[0] … slots[count - 1]`, which are there. */
  append(vector: Vector, slots: Int32Array, count: number): void {
    const { words } = this;
    const source = wordsOf(vector, words);
    const target = this.#values;
    target.reserve(count * words);
    const { values } = target;
    let at = target.length;
    if (words === 1) {
      for (let k = 0; k < count; k++) values[at++] = source[slots[k] as number] as number;
    } else {
      for (let k = 0; k < count; k++) {
        const i = 2 * (slots[k] as number);
        values[at++] = source[i] as number;
        values[at++] = source[i + 1] as number;
      }
    }
    target.length = at;
  }
}

/** The values of a vector as words of their physical type: a view where they lie so, which they mostly do. */
function wordsOf(vector: Vector, words: 1 | 2): Int32Array {
  if (vector.layout === 'int64') return words === 2 ? vector.lanes : lowWords(vector.lanes, vector.length);
  invariant(vector.layout === 'number', `a vector of ${vector.layout} for numbers`);
  return asWords(numbersOf(vector.values, vector.type, words, vector.length), words, vector.length);
}

function asWords(values: Int32Array | Uint32Array | Float32Array | Float64Array, words: 1 | 2, length: number) {
  return new Int32Array(values.buffer, values.byteOffset, length * words);
}

/** Decimals of few digits may lie in 64 bits, where a file had them as byte arrays. */
function lowWords(lanes: Int32Array, length: number): Int32Array {
  const low = new Int32Array(length);
  for (let i = 0; i < length; i++) low[i] = lanes[2 * i] as number;
  return low;
}

function numbersOf(
  values: Int32Array | Uint32Array | Float32Array | Float64Array,
  type: DataType,
  words: 1 | 2,
  length: number,
): Int32Array | Uint32Array | Float32Array | Float64Array {
  if (type.kind === 'float') {
    if (words === 1) return values instanceof Float32Array ? values : Float32Array.from(values.subarray(0, length));
    return values instanceof Float64Array ? values : Float64Array.from(values.subarray(0, length));
  }
  if (words === 1) {
    const isInt = values instanceof Int32Array || values instanceof Uint32Array;
    return isInt ? values : Int32Array.from(values.subarray(0, length));
  }
  const wide = new Int32Array(2 * length);
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    wide[2 * i] = value;
    wide[2 * i + 1] = Math.floor(value / 2 ** 32);
  }
  return wide;
}
