/**
 * The least and greatest of values, as statistics and page indexes hold them: in PLAIN encoding without lengths.
 *
 * Readers drop row groups and pages by these bounds, so they must hold for whatever a reader means by order:
 * - a NaN is greater than all numbers for DuckDB and Spark and unordered for others: with one there are no bounds;
 * - 0 and -0 may be equal or not: a least 0 becomes -0, a greatest -0 becomes 0;
 * - byte arrays are ordered by bytes without sign, which is the order of code points for UTF-8, not that of JS strings;
 * - decimals are ordered by number, integers by their sign or without.
 */
import type { DataType } from '../schema/data-type.ts';
import type { PhysicalType } from './metadata.ts';
import type { ByteArrayStore } from './write-byte-arrays.ts';
import type { FixedStore } from './write-fixed.ts';

/** How the values of a leaf are ordered. */
export type ValueOrder =
  | 'none'
  | 'boolean'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bytes'
  | 'decimal';

export interface Bounds {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
}

export function orderOf(type: DataType, physical: PhysicalType): ValueOrder {
  if (type.kind === 'null') return 'none';
  const isUnsigned = type.kind === 'int' && !type.signed;
  switch (physical) {
    case 'BOOLEAN':
      return 'boolean';
    case 'INT32':
      return isUnsigned ? 'uint32' : 'int32';
    case 'INT64':
      return isUnsigned ? 'uint64' : 'int64';
    case 'FLOAT':
      return 'float32';
    case 'DOUBLE':
      return 'float64';
    case 'INT96':
      return 'none';
    default:
      return type.kind === 'decimal' ? 'decimal' : type.kind === 'float' ? 'float16' : 'bytes';
  }
}

/** The bounds of the values from `from` to `to`; undefined when there are none. */
export function fixedBounds(store: FixedStore, order: ValueOrder, from: number, to: number): Bounds | undefined {
  if (from === to) return undefined;
  const { values } = store;
  switch (order) {
    case 'int32':
      return int32Bounds(values, from, to);
    case 'uint32':
      return uint32Bounds(values, from, to);
    case 'int64':
      return int64Bounds(values, from, to, 0);
    case 'uint64':
      // With the sign bit turned, the order without sign is that with sign.
      return int64Bounds(values, from, to, -0x80000000);
    case 'float32':
      return floatBounds(new Float32Array(values.buffer, values.byteOffset, to), from, to);
    case 'float64':
      return floatBounds(new Float64Array(values.buffer, values.byteOffset, to), from, to);
    default:
      return undefined;
  }
}

function int32Bounds(values: Int32Array, from: number, to: number): Bounds {
  let min = 0x7fffffff;
  let max = -0x80000000;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min: int32Bytes(min), max: int32Bytes(max) };
}

function uint32Bounds(values: Int32Array, from: number, to: number): Bounds {
  let min = 0xffffffff;
  let max = 0;
  for (let i = from; i < to; i++) {
    const value = (values[i] as number) >>> 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min: int32Bytes(min), max: int32Bytes(max) };
}

function int64Bounds(lanes: Int32Array, from: number, to: number, flip: number): Bounds {
  let minLow = lanes[2 * from] as number;
  let minHigh = (lanes[2 * from + 1] as number) ^ flip;
  let maxLow = minLow;
  let maxHigh = minHigh;
  for (let i = from + 1; i < to; i++) {
    const low = lanes[2 * i] as number;
    const high = (lanes[2 * i + 1] as number) ^ flip;
    if (high < minHigh || (high === minHigh && low >>> 0 < minLow >>> 0)) {
      minLow = low;
      minHigh = high;
    }
    if (high > maxHigh || (high === maxHigh && low >>> 0 > maxLow >>> 0)) {
      maxLow = low;
      maxHigh = high;
    }
  }
  return { min: int32Bytes(minLow, minHigh ^ flip), max: int32Bytes(maxLow, maxHigh ^ flip) };
}

function floatBounds(values: Float32Array | Float64Array, from: number, to: number): Bounds | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    if (Number.isNaN(value)) return undefined;
  }
  const bytes = (value: number): Uint8Array => {
    const one = values instanceof Float32Array ? Float32Array.of(value) : Float64Array.of(value);
    return new Uint8Array(one.buffer);
  };
  return { min: bytes(min === 0 ? -0 : min), max: bytes(max === 0 ? 0 : max) };
}

function int32Bytes(...words: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(words).buffer);
}

/** The bounds of booleans, a byte each. */
export function booleanBounds(values: Uint8Array, from: number, to: number): Bounds | undefined {
  if (from === to) return undefined;
  const piece = values.subarray(from, to);
  return { min: Uint8Array.of(piece.includes(0) ? 0 : 1), max: Uint8Array.of(piece.includes(1) ? 1 : 0) };
}

/** The bounds of byte arrays: copies. */
export function byteArrayBounds(
  store: ByteArrayStore,
  order: ValueOrder,
  from: number,
  to: number,
): Bounds | undefined {
  if (from === to) return undefined;
  const compare = comparing(order);
  const coded = store.coded();
  let search: BoundSearch;
  if (coded === undefined) {
    const { bytes, ends } = store.plain();
    search = new BoundSearch(bytes, compare);
    const prefix = store.prefixBytes;
    let start = from === 0 ? 0 : (ends[from - 1] as number);
    for (let i = from; i < to; i++) {
      const end = ends[i] as number;
      search.look(start + prefix, end - start - prefix);
      start = end;
    }
  } else {
    const { dictionary, codes } = coded;
    const { bytes, starts, lengths } = dictionary.entries();
    const isUsed = new Uint8Array(dictionary.count);
    for (let i = from; i < to; i++) isUsed[codes[i] as number] = 1;
    search = new BoundSearch(bytes, compare);
    for (let code = 0; code < isUsed.length; code++) {
      if (isUsed[code] === 1) search.look(starts[code] as number, lengths[code] as number);
    }
  }
  const bounds = search.bounds();
  return order === 'float16' ? halfBounds(bounds) : bounds;
}

type CompareBytes = (a: Uint8Array, aStart: number, aLength: number, bStart: number, bLength: number) => number;

class BoundSearch {
  readonly #bytes: Uint8Array;
  readonly #compare: CompareBytes;
  #min = -1;
  #minLength = 0;
  #max = -1;
  #maxLength = 0;

  constructor(bytes: Uint8Array, compare: CompareBytes) {
    this.#bytes = bytes;
    this.#compare = compare;
  }

  look(start: number, length: number): void {
    const bytes = this.#bytes;
    if (this.#min < 0) {
      this.#min = this.#max = start;
      this.#minLength = this.#maxLength = length;
    } else if (this.#compare(bytes, start, length, this.#min, this.#minLength) < 0) {
      this.#min = start;
      this.#minLength = length;
    } else if (this.#compare(bytes, start, length, this.#max, this.#maxLength) > 0) {
      this.#max = start;
      this.#maxLength = length;
    }
  }

  bounds(): Bounds {
    return {
      min: this.#bytes.slice(this.#min, this.#min + this.#minLength),
      max: this.#bytes.slice(this.#max, this.#max + this.#maxLength),
    };
  }
}

function comparing(order: ValueOrder): CompareBytes {
  return order === 'decimal' ? compareSigned : order === 'float16' ? compareHalves : compareUnsigned;
}

function compareUnsigned(bytes: Uint8Array, aStart: number, aLength: number, bStart: number, bLength: number): number {
  const common = Math.min(aLength, bLength);
  for (let k = 0; k < common; k++) {
    const difference = (bytes[aStart + k] as number) - (bytes[bStart + k] as number);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** Two's complement of one length, most significant byte first. */
function compareSigned(bytes: Uint8Array, aStart: number, aLength: number, bStart: number, bLength: number): number {
  const signs = ((bytes[bStart] as number) >> 7) - ((bytes[aStart] as number) >> 7);
  return signs === 0 ? compareUnsigned(bytes, aStart, aLength, bStart, bLength) : signs;
}

function compareHalves(bytes: Uint8Array, aStart: number, _: number, bStart: number): number {
  return halfRank(bytes, aStart) - halfRank(bytes, bStart);
}

/** Half floats as integers in the same order; NaN lies beyond the infinities. */
function halfRank(bytes: Uint8Array, at: number): number {
  const half = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  return half & 0x8000 ? -(half & 0x7fff) : half;
}

const HALF_INFINITY = 0x7c00;

function halfBounds(bounds: Bounds): Bounds | undefined {
  const min = halfRank(bounds.min, 0);
  const max = halfRank(bounds.max, 0);
  if (min < -HALF_INFINITY || max > HALF_INFINITY) return undefined;
  const zero = (sign: number) => Uint8Array.of(0, sign);
  return { min: min === 0 ? zero(0x80) : bounds.min, max: max === 0 ? zero(0) : bounds.max };
}

/** Compares two bounds of one leaf. */
export function compareBounds(order: ValueOrder, a: Uint8Array, b: Uint8Array): number {
  const viewA = new DataView(a.buffer, a.byteOffset, a.byteLength);
  const viewB = new DataView(b.buffer, b.byteOffset, b.byteLength);
  switch (order) {
    case 'int32':
      return viewA.getInt32(0, true) - viewB.getInt32(0, true);
    case 'uint32':
      return viewA.getUint32(0, true) - viewB.getUint32(0, true);
    case 'int64':
      return compareBigInts(viewA.getBigInt64(0, true), viewB.getBigInt64(0, true));
    case 'uint64':
      return compareBigInts(viewA.getBigUint64(0, true), viewB.getBigUint64(0, true));
    case 'float32':
      return compareNumbers(viewA.getFloat32(0, true), viewB.getFloat32(0, true));
    case 'float64':
      return compareNumbers(viewA.getFloat64(0, true), viewB.getFloat64(0, true));
    case 'float16':
      return halfRank(a, 0) - halfRank(b, 0);
    case 'decimal': {
      const signs = ((b[0] as number) >> 7) - ((a[0] as number) >> 7);
      return signs === 0 ? Buffer.compare(a, b) : signs;
    }
    default:
      return Buffer.compare(a, b);
  }
}

function compareBigInts(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Not by difference: that of two infinities is none. */
function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
