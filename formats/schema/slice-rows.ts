import { unreachable } from '../../lib/base/invariant.ts';
import type { TableBatch, Vector } from './vector.ts';

/**
 * Rows `from … to - 1` of all vectors: views of the memory that the batch has, and that live as long. Slices of a column
 * have one dictionary, the same object, so that what is made of it once serves all of them.
 */
export function sliceRows(batch: TableBatch, from: number, to: number): TableBatch {
  return { fields: batch.fields, rowCount: to - from, vectors: batch.vectors.map((each) => sliceOf(each, from, to)) };
}

function sliceOf(vector: Vector, from: number, to: number): Vector {
  const { type } = vector;
  const length = to - from;
  const common = { type, length, ...validityOf(vector, from, to) };
  switch (vector.layout) {
    case 'null':
      return { ...common, layout: 'null' };
    case 'boolean':
      return { ...common, layout: 'boolean', values: vector.values.subarray(from, to) };
    case 'number':
      return { ...common, layout: 'number', values: vector.values.subarray(from, to) };
    case 'int64':
      return { ...common, layout: 'int64', lanes: vector.lanes.subarray(2 * from, 2 * to) };
    case 'wide': {
      const { width } = vector;
      return { ...common, layout: 'wide', width, words: vector.words.subarray(width * from, width * to) };
    }
    case 'dictionary':
      return { ...common, layout: 'dictionary', codes: vector.codes.subarray(from, to), dictionary: vector.dictionary };
    case 'bytes': {
      const { bytes } = vector;
      const starts = vector.starts.subarray(from, to);
      return { ...common, layout: 'bytes', bytes, starts, lengths: vector.lengths.subarray(from, to) };
    }
    case 'list': {
      const [offsets, first, last] = offsetsOf(vector.offsets, from, to);
      return { ...common, layout: 'list', offsets, element: sliceOf(vector.element, first, last) };
    }
    case 'map': {
      const [offsets, first, last] = offsetsOf(vector.offsets, from, to);
      const keys = sliceOf(vector.keys, first, last);
      return { ...common, layout: 'map', offsets, keys, values: sliceOf(vector.values, first, last) };
    }
    case 'struct':
      return { ...common, layout: 'struct', fields: vector.fields.map((each) => sliceOf(each, from, to)) };
    default:
      return unreachable(vector);
  }
}

/** Offsets begin at 0, so those of a slice that does not begin at the first row are made anew. */
function offsetsOf(offsets: Int32Array, from: number, to: number): [offsets: Int32Array, first: number, last: number] {
  const slice = offsets.subarray(from, to + 1);
  const first = slice[0] ?? 0;
  const last = slice[to - from] ?? first;
  return [first === 0 ? slice : slice.map((offset) => offset - first), first, last];
}

/** Bits are moved, into bytes of their own, where the slice does not begin with a byte of them. */
function validityOf(
  { layout, validity }: Vector,
  from: number,
  to: number,
): { readonly validity: Uint8Array | undefined; readonly nullCount: number } {
  const length = to - from;
  if (layout === 'null') return { validity: undefined, nullCount: length };
  if (validity === undefined) return { validity, nullCount: 0 };
  let present = 0;
  for (let i = from; i < to; i++) present += ((validity[i >> 3] as number) >> (i & 7)) & 1;
  if (present === length) return { validity: undefined, nullCount: 0 };
  const nullCount = length - present;
  const shift = from & 7;
  const bits = validity.subarray(from >> 3, (to + 7) >> 3);
  if (shift === 0) return { validity: bits, nullCount };
  const moved = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < moved.length; i++) {
    moved[i] = ((bits[i] as number) >> shift) | ((bits[i + 1] ?? 0) << (8 - shift));
  }
  return { validity: moved, nullCount };
}
