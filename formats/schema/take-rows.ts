/**
 * Some rows of a vector, in memory of their own: those that a predicate kept. What was read into shared memory may then
 * be overwritten.
 */
import { unreachable } from '../../lib/base/invariant.ts';
import type { Field } from './data-type.ts';
import { ownVector } from './own-vector.ts';
import { type BytesVector, type DictionaryVector, isValid, type Vector } from './vector.ts';

/** The rows at `rows`, in that order; a row may be taken twice. */
export function takeRows(vector: Vector, rows: Int32Array): Vector {
  const { type } = vector;
  const length = rows.length;
  const common = { type, length, ...takeValidity(vector, rows) };
  switch (vector.layout) {
    case 'null':
      return { ...common, layout: 'null' };
    case 'boolean':
      return { ...common, layout: 'boolean', values: takeNumbers(vector.values, new Uint8Array(length), rows) };
    case 'number':
      return { ...common, layout: 'number', values: takeAnyNumbers(vector.values, rows) };
    case 'int64':
      return { ...common, layout: 'int64', lanes: takeWords(vector.lanes, 2, rows) };
    case 'wide':
      return { ...common, layout: 'wide', width: vector.width, words: takeWords(vector.words, vector.width, rows) };
    case 'bytes':
      return { ...takeBytes(vector, rows), ...common };
    case 'dictionary':
      return takeCodes(vector, rows, common);
    case 'list': {
      const { offsets, elements } = takeElements(vector.offsets, rows);
      return { ...common, layout: 'list', offsets, element: takeRows(vector.element, elements) };
    }
    case 'map': {
      const { offsets, elements } = takeElements(vector.offsets, rows);
      const keys = takeRows(vector.keys, elements);
      return { ...common, layout: 'map', offsets, keys, values: takeRows(vector.values, elements) };
    }
    case 'struct':
      return { ...common, layout: 'struct', fields: vector.fields.map((each) => takeRows(each, rows)) };
    default:
      return unreachable(vector);
  }
}

/** `rowCount` rows of nothing: a column that a file does not have. */
export function missingVector({ type }: Field, rowCount: number): Vector {
  return { layout: 'null', type, length: rowCount, nullCount: rowCount, validity: undefined };
}

function takeValidity(
  { layout, validity }: Vector,
  rows: Int32Array,
): { readonly validity: Uint8Array | undefined; readonly nullCount: number } {
  if (layout === 'null') return { validity: undefined, nullCount: rows.length };
  if (validity === undefined) return { validity, nullCount: 0 };
  const taken = new Uint8Array((rows.length + 7) >> 3);
  let nullCount = 0;
  for (let i = 0; i < rows.length; i++) {
    if (isValid(validity, rows[i] as number)) taken[i >> 3] = (taken[i >> 3] as number) | (1 << (i & 7));
    else nullCount++;
  }
  return nullCount === 0 ? { validity: undefined, nullCount } : { validity: taken, nullCount };
}

function takeNumbers<A extends Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array>(
  values: A,
  target: A,
  rows: Int32Array,
): A {
  for (let i = 0; i < rows.length; i++) target[i] = values[rows[i] as number] as number;
  return target;
}

function takeAnyNumbers(
  values: Int32Array | Uint32Array | Float32Array | Float64Array,
  rows: Int32Array,
): Int32Array | Uint32Array | Float32Array | Float64Array {
  if (values instanceof Int32Array) return takeNumbers(values, new Int32Array(rows.length), rows);
  if (values instanceof Uint32Array) return takeNumbers(values, new Uint32Array(rows.length), rows);
  if (values instanceof Float32Array) return takeNumbers(values, new Float32Array(rows.length), rows);
  return takeNumbers(values, new Float64Array(rows.length), rows);
}

function takeWords(words: Int32Array, width: number, rows: Int32Array): Int32Array {
  const taken = new Int32Array(width * rows.length);
  for (let i = 0, to = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * width;
    for (let w = 0; w < width; w++) taken[to++] = words[from + w] as number;
  }
  return taken;
}

function takeBytes(vector: BytesVector, rows: Int32Array): BytesVector {
  const starts = new Int32Array(rows.length);
  const lengths = new Int32Array(rows.length);
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const length = vector.lengths[rows[i] as number] as number;
    starts[i] = total;
    lengths[i] = length;
    total += length;
  }
  const bytes = new Uint8Array(total);
  for (let i = 0; i < rows.length; i++) {
    const from = vector.starts[rows[i] as number] as number;
    copyBytes(vector.bytes, from, lengths[i] as number, bytes, starts[i] as number);
  }
  const { type, length } = { type: vector.type, length: rows.length };
  return { layout: 'bytes', type, length, validity: undefined, nullCount: 0, bytes, starts, lengths };
}

/** A loop is faster than a call for what strings mostly are. */
function copyBytes(from: Uint8Array, at: number, length: number, to: Uint8Array, target: number): void {
  if (length > 32) to.set(from.subarray(at, at + length), target);
  else for (let i = 0; i < length; i++) to[target + i] = from[at + i] as number;
}

/** Of a few rows with a large dictionary, the values themselves: the dictionary would be most of it. */
function takeCodes(
  vector: DictionaryVector,
  rows: Int32Array,
  common: Pick<Vector, 'type' | 'length' | 'validity' | 'nullCount'>,
): Vector {
  const { dictionary } = vector;
  const codes = takeNumbers(vector.codes, new Int32Array(rows.length), rows);
  if (dictionary.length <= rows.length) {
    return { ...common, layout: 'dictionary', codes, dictionary: ownVector(dictionary) as BytesVector };
  }
  const { validity } = common;
  if (validity === undefined) return { ...takeBytes(dictionary, codes), ...common };
  // Missing values have code 0, whose value would take room.
  const present = codes.filter((_, i) => isValid(validity, i));
  const taken = takeBytes(dictionary, present);
  const starts = new Int32Array(rows.length);
  const lengths = new Int32Array(rows.length);
  for (let i = 0, at = 0; i < rows.length; i++) {
    if (!isValid(validity, i)) continue;
    starts[i] = taken.starts[at] as number;
    lengths[i] = taken.lengths[at++] as number;
  }
  return { ...common, layout: 'bytes', bytes: taken.bytes, starts, lengths };
}

function takeElements(
  offsets: Int32Array,
  rows: Int32Array,
): { readonly offsets: Int32Array; readonly elements: Int32Array } {
  const taken = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    taken[i + 1] = (taken[i] as number) + (offsets[row + 1] as number) - (offsets[row] as number);
  }
  const elements = new Int32Array(taken[rows.length] as number);
  for (let i = 0, at = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    for (let k = offsets[row] as number; k < (offsets[row + 1] as number); k++) elements[at++] = k;
  }
  return { offsets: taken, elements };
}
