/** Numbers that are written as byte arrays of one length: decimals of more than 18 digits, and half floats. */
import { invariant } from '../../lib/base/invariant.ts';
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

/** The nearest half float, ties to even: beyond 65504 an infinity. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65_520) return sign | 0x7c00;
  // Below 2^-14 all steps are 2^-24; above, 2^-10 of the power of two below.
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const steps = roundToEven(size / 2 ** (exponent - 10));
  // A carry out of the fraction goes into the exponent, as it should.
  return sign | (((exponent + 14) << 10) + steps);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
