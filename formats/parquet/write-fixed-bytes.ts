/** Numbers that are written as byte arrays of one length: decimals of more than 18 digits, and half floats. */
import { invariant } from '../../lib/base/invariant.ts';
import { numberToHalf } from '../bytes/half-float.ts';
import type { BytesVector, Int64Vector, NumberVector, WideVector } from '../schema/vector.ts';

/** The values of all slots, `byteLength` bytes each. */
export function fixedByteArrays(vector: NumberVector | Int64Vector | WideVector, byteLength: number): BytesVector {
  const { type, length, validity, nullCount } = vector;
  const bytes = new Uint8Array(length * byteLength);
  if (vector.layout === 'number' && type.kind === 'float') halfFloats(vector, bytes);
  else bigEndian(vector, bytes, byteLength);
  const starts = new Int32Array(length);
  for (let i = 0; i < length; i++) starts[i] = i * byteLength;
  const lengths = new Int32Array(length).fill(byteLength);
  return { layout: 'bytes', type, length, validity, nullCount, bytes, starts, lengths };
}

/** Two's complement, most significant byte first. */
function bigEndian(vector: NumberVector | Int64Vector | WideVector, bytes: Uint8Array, byteLength: number): void {
  const words = vector.layout === 'wide' ? vector.words : vector.layout === 'int64' ? vector.lanes : vector.values;
  const width = vector.layout === 'wide' ? vector.width : vector.layout === 'int64' ? 2 : 1;
  invariant(words instanceof Int32Array, 'decimals are signed');
  for (let i = 0; i < vector.length; i++) {
    const sign = (words[i * width + width - 1] as number) >> 31;
    for (let k = 0; k < byteLength; k++) {
      const word = k >> 2 < width ? (words[i * width + (k >> 2)] as number) : sign;
      bytes[(i + 1) * byteLength - 1 - k] = word >> (8 * (k & 3));
    }
  }
}

function halfFloats(vector: NumberVector, bytes: Uint8Array): void {
  for (let i = 0; i < vector.length; i++) {
    const half = numberToHalf(vector.values[i] as number);
    bytes[2 * i] = half;
    bytes[2 * i + 1] = half >> 8;
  }
}
