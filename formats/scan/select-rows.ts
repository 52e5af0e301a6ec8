/**
 * Finds the rows of vectors for which a bound predicate is true. Values are compared as they lie: no JS value is made of
 * one but for wide decimals and 64-bit bounds beyond 2^53, and a dictionary is asked once an entry.
 */
import { unreachable } from '../../lib/base/invariant.ts';
import {
  type BytesVector,
  bigInts,
  type DictionaryVector,
  type Int64Vector,
  isValid,
  type NumberVector,
  type Vector,
  type WideVector,
} from '../schema/vector.ts';
import type { BoundPredicate, ColumnTest } from './bind-predicate.ts';
import { containsValue, type OrderedValue, type ValueRange, type ValueSet } from './value-set.ts';

/** The numbers of the rows that match, ascending. `vectors` are by the numbers of the predicate's columns. */
export function selectRows(predicate: BoundPredicate, vectors: readonly Vector[], rowCount: number): Int32Array {
  const rows = new Int32Array(rowCount);
  for (let i = 0; i < rowCount; i++) rows[i] = i;
  return rows.subarray(0, narrow(predicate, vectors, rows, rowCount));
}

/** Keeps those of the first `count` rows that match, in order, at the front. Gives how many. */
function narrow(predicate: BoundPredicate, vectors: readonly Vector[], rows: Int32Array, count: number): number {
  switch (predicate.kind) {
    case 'all': {
      let left = count;
      for (const part of predicate.of) {
        if (left === 0) return 0;
        left = narrow(part, vectors, rows, left);
      }
      return left;
    }
    case 'any':
      return narrowAny(predicate.of, vectors, rows, count);
    default:
      return narrowByTest(predicate, vectors[predicate.column] as Vector, rows, count);
  }
}

/** Each part sees the rows that no part before it took. */
function narrowAny(
  parts: readonly BoundPredicate[],
  vectors: readonly Vector[],
  rows: Int32Array,
  count: number,
): number {
  const marks = new Uint8Array(count === 0 ? 0 : (rows[count - 1] as number) + 1);
  let open = rows.slice(0, count);
  for (const part of parts) {
    if (open.length === 0) break;
    const candidates = open.slice();
    const found = narrow(part, vectors, candidates, candidates.length);
    for (let i = 0; i < found; i++) marks[candidates[i] as number] = 1;
    open = open.filter((row) => marks[row] === 0);
  }
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    rows[kept] = row;
    kept += marks[row] as number;
  }
  return kept;
}

function narrowByTest(test: ColumnTest, vector: Vector, rows: Int32Array, count: number): number {
  const { validity } = vector;
  switch (test.kind) {
    case 'null':
      if (vector.layout !== 'null' && validity === undefined) return 0;
      return vector.layout === 'null' ? count : keepBy(rows, count, (row) => !isValid(validity, row));
    case 'present':
      if (vector.layout === 'null') return 0;
      return keepPresent(validity, rows, count);
    case 'values':
      if (vector.layout === 'null') return 0;
      return narrowByValues(test.set, vector, rows, keepPresent(validity, rows, count));
    default:
      return unreachable(test);
  }
}

function keepPresent(validity: Uint8Array | undefined, rows: Int32Array, count: number): number {
  if (validity === undefined) return count;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    rows[kept] = row;
    kept += ((validity[row >> 3] as number) >> (row & 7)) & 1;
  }
  return kept;
}

function keepBy(rows: Int32Array, count: number, isKept: (row: number) => boolean): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    if (isKept(row)) rows[kept++] = row;
  }
  return kept;
}

/** All `rows` hold values. */
function narrowByValues(set: ValueSet, vector: Vector, rows: Int32Array, count: number): number {
  switch (vector.layout) {
    case 'number':
      return vector.type.kind === 'float'
        ? keepFloats(set, vector, rows, count)
        : keepNumbers(set, vector.values, rows, count);
    case 'boolean':
      return keepNumbers(set, vector.values, rows, count);
    case 'int64':
      return keepInt64s(set, vector, rows, count);
    case 'wide':
      return keepBy(rows, count, (row) => containsValue(set, wideValue(vector, row)));
    case 'bytes':
      return keepBytes(set, vector, rows, count);
    case 'dictionary':
      return keepCodes(set, vector, rows, count);
    default:
      // Null vectors were answered above; lists, maps and structs are not compared.
      return 0;
  }
}

/** Bounds of a range as the least and greatest number in it. */
interface NumberBounds {
  readonly low: number;
  readonly high: number;
}

/** Up to this many ranges are tried one after another; more are searched. */
const FEW_RANGES = 4;

/** Integers of up to 32 bits: bounds beyond 2^53 are as good as infinite. */
function keepNumbers(set: ValueSet, values: ArrayLike<number>, rows: Int32Array, count: number): number {
  return keepWithin(integerBounds(set), values, rows, count);
}

function integerBounds(set: ValueSet): readonly NumberBounds[] {
  return (set.ranges as readonly ValueRange<bigint>[]).map(({ low, end }) => ({
    low: low === undefined ? Number.NEGATIVE_INFINITY : Number(low),
    high: end === undefined ? Number.POSITIVE_INFINITY : Number(end - 1n),
  }));
}

/** benchmark: bench/cases/parquet.ts. One range, the usual case, has a loop of its own without calls. */
function keepWithin(
  bounds: readonly NumberBounds[],
  values: ArrayLike<number>,
  rows: Int32Array,
  count: number,
): number {
  let kept = 0;
  const [only] = bounds;
  if (only !== undefined && bounds.length === 1) {
    const { low, high } = only;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const value = values[row] as number;
      rows[kept] = row;
      kept += value >= low && value <= high ? 1 : 0;
    }
    return kept;
  }
  if (bounds.length <= FEW_RANGES) {
    return keepBy(rows, count, (row) => {
      const value = values[row] as number;
      return bounds.some(({ low, high }) => value >= low && value <= high);
    });
  }
  const lows = Float64Array.from(bounds, ({ low }) => low);
  const highs = Float64Array.from(bounds, ({ high }) => high);
  return keepBy(rows, count, (row) => {
    const value = values[row] as number;
    const at = lastAtMost(lows, value);
    return at >= 0 && value <= (highs[at] as number);
  });
}

/** The last of ascending numbers that is at most `value`; -1 when none is. */
function lastAtMost(ascending: Float64Array, value: number): number {
  let from = 0;
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] as number) <= value) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

function keepFloats(set: ValueSet, vector: NumberVector, rows: Int32Array, count: number): number {
  const { values } = vector;
  const [only] = set.ranges as readonly ValueRange<number>[];
  if (only !== undefined && set.ranges.length === 1) {
    const low = only.low ?? Number.NEGATIVE_INFINITY;
    const { end } = only;
    // Where NaN is not in the range, comparisons drop it: each of them is false.
    if (!Number.isNaN(low) && end !== undefined) {
      let kept = 0;
      const isBounded = !Number.isNaN(end);
      for (let i = 0; i < count; i++) {
        const row = rows[i] as number;
        const value = values[row] as number;
        rows[kept] = row;
        kept += value >= low && (isBounded ? value < end : value <= Number.POSITIVE_INFINITY) ? 1 : 0;
      }
      return kept;
    }
  }
  return keepBy(rows, count, (row) => containsValue(set, values[row] as number));
}

/** Doubles are exact for bounds below 2^53: a value beyond rounds to something that is still beyond. */
function keepInt64s(set: ValueSet, vector: Int64Vector, rows: Int32Array, count: number): number {
  const bounds = integerBounds(set);
  const isUnsigned = vector.type.kind === 'int' && !vector.type.signed;
  const isSafe = bounds.every(({ low, high }) => isSafeBound(low) && isSafeBound(high));
  if (!isSafe) {
    const values = bigInts(vector);
    return keepBy(rows, count, (row) => {
      const value = values[row] as bigint;
      return containsValue(set, isUnsigned ? BigInt.asUintN(64, value) : value);
    });
  }
  const { lanes } = vector;
  const [only] = bounds;
  if (only === undefined) return 0;
  if (bounds.length > 1) {
    const lows = Float64Array.from(bounds, ({ low }) => low);
    const highs = Float64Array.from(bounds, ({ high }) => high);
    return keepBy(rows, count, (row) => {
      const value = laneValue(lanes, row, isUnsigned);
      const at = lastAtMost(lows, value);
      return at >= 0 && value <= (highs[at] as number);
    });
  }
  const { low, high } = only;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    const value = laneValue(lanes, row, isUnsigned);
    rows[kept] = row;
    kept += value >= low && value <= high ? 1 : 0;
  }
  return kept;
}

function isSafeBound(bound: number): boolean {
  return Math.abs(bound) < Number.MAX_SAFE_INTEGER || !Number.isFinite(bound);
}

function laneValue(lanes: Int32Array, row: number, isUnsigned: boolean): number {
  const high = lanes[2 * row + 1] as number;
  return (isUnsigned ? high >>> 0 : high) * 4294967296 + ((lanes[2 * row] as number) >>> 0);
}

function wideValue({ words, width }: WideVector, row: number): bigint {
  let value = 0n;
  for (let w = width - 1; w >= 0; w--) value = (value << 32n) | BigInt((words[row * width + w] as number) >>> 0);
  return BigInt.asIntN(width * 32, value);
}

function keepBytes(set: ValueSet, vector: BytesVector, rows: Int32Array, count: number): number {
  const { bytes, starts, lengths } = vector;
  const own = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [only] = set.ranges as readonly ValueRange<Uint8Array>[];
  if (only !== undefined && set.ranges.length === 1) {
    const { low, end } = only;
    return keepBy(rows, count, (row) => {
      const start = starts[row] as number;
      const stop = start + (lengths[row] as number);
      return (
        (low === undefined || own.compare(low, 0, low.length, start, stop) >= 0) &&
        (end === undefined || own.compare(end, 0, end.length, start, stop) < 0)
      );
    });
  }
  return keepBy(rows, count, (row) => {
    const start = starts[row] as number;
    return containsValue(set, own.subarray(start, start + (lengths[row] as number)));
  });
}

function keepCodes(set: ValueSet, vector: DictionaryVector, rows: Int32Array, count: number): number {
  const { dictionary, codes } = vector;
  const entries = new Int32Array(dictionary.length);
  for (let i = 0; i < entries.length; i++) entries[i] = i;
  const matching = keepBytes(set, dictionary, entries, entries.length);
  if (matching === 0) return 0;
  if (matching === entries.length) return count;
  const isIn = new Uint8Array(dictionary.length);
  for (let i = 0; i < matching; i++) isIn[entries[i] as number] = 1;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    rows[kept] = row;
    kept += isIn[codes[row] as number] as number;
  }
  return kept;
}

/** The value of a slot that holds one, as value sets order it. Bytes are a view. Not for lists, maps and structs. */
export function orderedValue(vector: Vector, row: number): OrderedValue | undefined {
  switch (vector.layout) {
    case 'number':
      return vector.type.kind === 'float' ? (vector.values[row] as number) : BigInt(vector.values[row] as number);
    case 'boolean':
      return BigInt(vector.values[row] as number);
    case 'int64': {
      const value = bigInts(vector)[row] as bigint;
      return vector.type.kind === 'int' && !vector.type.signed ? BigInt.asUintN(64, value) : value;
    }
    case 'wide':
      return wideValue(vector, row);
    case 'bytes': {
      const start = vector.starts[row] as number;
      return vector.bytes.subarray(start, start + (vector.lengths[row] as number));
    }
    case 'dictionary':
      return orderedValue(vector.dictionary, vector.codes[row] as number);
    default:
      return undefined;
  }
}
