import { unreachable } from '../../lib/base/invariant.ts';
import type { BytesVector, TableBatch, Vector } from './vector.ts';

/** The batch in memory of its own, which holds what its vectors show and little more. */
export function ownBatch(batch: TableBatch): TableBatch {
  return { ...batch, vectors: batch.vectors.map(ownVector) };
}

/** A vector in memory of its own. */
export function ownVector(vector: Vector): Vector {
  const { length } = vector;
  const validity = vector.validity === undefined ? undefined : copy(vector.validity, (length + 7) >> 3);
  switch (vector.layout) {
    case 'null':
      return { ...vector, validity };
    case 'boolean':
      return { ...vector, validity, values: copy(vector.values, length) };
    case 'number':
      return { ...vector, validity, values: vector.values.slice(0, length) };
    case 'int64':
      return { ...vector, validity, lanes: vector.lanes.slice(0, 2 * length) };
    case 'wide':
      return { ...vector, validity, words: vector.words.slice(0, vector.width * length) };
    case 'bytes':
      return { ...ownBytes(vector), validity };
    case 'dictionary':
      return { ...vector, validity, codes: vector.codes.slice(0, length), dictionary: ownBytes(vector.dictionary) };
    case 'list':
      return { ...vector, validity, offsets: vector.offsets.slice(0, length + 1), element: ownVector(vector.element) };
    case 'map': {
      const offsets = vector.offsets.slice(0, length + 1);
      return { ...vector, validity, offsets, keys: ownVector(vector.keys), values: ownVector(vector.values) };
    }
    case 'struct':
      return { ...vector, validity, fields: vector.fields.map(ownVector) };
    default:
      return unreachable(vector);
  }
}

/** Not `slice`: that of a Buffer copies nothing. */
function copy(bytes: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(bytes.subarray(0, length));
}

/**
 * Strings or binary in memory of their own, but for the bitmap.
 *
 * Values mostly lie close together, with their lengths between them: copying from the first to the last is one move.
 * Where much lies between, as where a few were taken from many, they are moved one by one.
 */
export function ownBytes(vector: BytesVector): BytesVector {
  const { bytes, length } = vector;
  const starts = vector.starts.slice(0, length);
  const lengths = vector.lengths.slice(0, length);
  let first = Number.MAX_SAFE_INTEGER;
  let last = 0;
  let total = 0;
  for (let i = 0; i < length; i++) {
    const size = lengths[i] as number;
    if (size === 0) continue;
    const start = starts[i] as number;
    if (start < first) first = start;
    if (start + size > last) last = start + size;
    total += size;
  }
  if (total === 0) return { ...vector, bytes: new Uint8Array(), starts: starts.fill(0), lengths };
  if (last - first <= 2 * total + 8 * length + 1024) {
    for (let i = 0; i < length; i++) starts[i] = lengths[i] === 0 ? 0 : (starts[i] as number) - first;
    return { ...vector, bytes: new Uint8Array(bytes.subarray(first, last)), starts, lengths };
  }
  const own = new Uint8Array(total);
  for (let i = 0, at = 0; i < length; i++) {
    const start = starts[i] as number;
    const size = lengths[i] as number;
    own.set(bytes.subarray(start, start + size), at);
    starts[i] = at;
    at += size;
  }
  return { ...vector, bytes: own, starts, lengths };
}
