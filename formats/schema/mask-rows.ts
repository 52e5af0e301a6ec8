import { takeRows } from './take-rows.ts';
import { isValid, type Vector } from './vector.ts';

/**
 * The vector with those values alone that `kept` has a bit for, as a bitmap of what is there: in the form that vectors
 * have, whatever lay in the slots of the others. Itself, but for what has to change: arrays may be shared.
 */
export function maskRows(vector: Vector, kept: Uint8Array | undefined): Vector {
  const { length } = vector;
  if (kept === undefined || vector.layout === 'null') return vector;
  const validity = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < validity.length; i++) validity[i] = (kept[i] as number) & (vector.validity?.[i] ?? 255);
  const nullCount = length - countBits(validity, length);
  // What is there is what was there before.
  if (nullCount === vector.nullCount) return vector;
  const common = { validity, nullCount };
  switch (vector.layout) {
    case 'bytes':
      return { ...vector, ...common, lengths: zeroed(vector.lengths, validity, length) };
    case 'dictionary':
      return { ...vector, ...common, codes: zeroed(vector.codes, validity, length) };
    case 'list': {
      const [offsets, rows] = keptElements(vector.offsets, validity, length);
      return {
        ...vector,
        ...common,
        offsets,
        element: rows === undefined ? vector.element : takeRows(vector.element, rows),
      };
    }
    case 'map': {
      const [offsets, rows] = keptElements(vector.offsets, validity, length);
      if (rows === undefined) return { ...vector, ...common, offsets };
      return {
        ...vector,
        ...common,
        offsets,
        keys: takeRows(vector.keys, rows),
        values: takeRows(vector.values, rows),
      };
    }
    case 'struct':
      return { ...vector, ...common, fields: vector.fields.map((each) => maskRows(each, validity)) };
    default:
      return { ...vector, ...common };
  }
}

/** How many of the first `length` bits are set. */
export function countBits(bits: Uint8Array, length: number): number {
  let count = 0;
  const whole = length >> 3;
  for (let i = 0; i < whole; i++) {
    let byte = bits[i] as number;
    byte -= (byte >> 1) & 0x55;
    byte = (byte & 0x33) + ((byte >> 2) & 0x33);
    count += (byte + (byte >> 4)) & 15;
  }
  for (let i = whole << 3; i < length; i++) count += ((bits[i >> 3] as number) >> (i & 7)) & 1;
  return count;
}

function zeroed(values: Int32Array, validity: Uint8Array, length: number): Int32Array {
  const own = values.slice(0, length);
  for (let i = 0; i < length; i++) if (!isValid(validity, i)) own[i] = 0;
  return own;
}

/** Missing lists are empty: offsets without their elements, and the rows of those that stay, where some do not. */
function keptElements(
  offsets: Int32Array,
  validity: Uint8Array,
  length: number,
): readonly [offsets: Int32Array, rows: Int32Array | undefined] {
  const own = new Int32Array(length + 1);
  for (let i = 0; i < length; i++) {
    const size = isValid(validity, i) ? (offsets[i + 1] as number) - (offsets[i] as number) : 0;
    own[i + 1] = (own[i] as number) + size;
  }
  const total = own[length] as number;
  if (total === offsets[length]) return [own, undefined];
  const rows = new Int32Array(total);
  for (let i = 0, at = 0; i < length; i++) {
    if (!isValid(validity, i)) continue;
    for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) rows[at++] = k;
  }
  return [own, rows];
}
