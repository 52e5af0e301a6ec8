/** Values of one length as they lie in buffers of Arrow: as arrays of vectors. Buffers are shared where they can be. */
import { halfToNumber } from '../bytes/half-float.ts';
import type { DecimalType } from '../schema/data-type.ts';
import { isValid, type Vector } from '../schema/vector.ts';
import { type ArrowPlace, damaged } from './damage.ts';

/** What a decoder knows of a column. */
export interface Slots {
  readonly length: number;
  /** Slots of missing values hold anything. */
  readonly validity: Uint8Array | undefined;
  readonly where: ArrowPlace;
}

type Values<L extends Vector['layout']> = Omit<
  Extract<Vector, { readonly layout: L }>,
  'type' | 'validity' | 'nullCount'
>;

/** The buffer, which must have `sizeBytes`, at a multiple of `alignment` bytes. Raises `ARROW_CORRUPT`. */
export function alignedBytes(bytes: Uint8Array, sizeBytes: number, alignment: number, where: ArrowPlace): Uint8Array {
  if (bytes.length < sizeBytes) throw damaged(where, `${sizeBytes} bytes of values`, bytes.length);
  return bytes.byteOffset % alignment === 0 ? bytes : new Uint8Array(bytes);
}

function int32s(bytes: Uint8Array, count: number, where: ArrowPlace, alignment = 4): Int32Array {
  const own = alignedBytes(bytes, count * 4, alignment, where);
  return new Int32Array(own.buffer, own.byteOffset, count);
}

/** Bits as a byte each. */
export function booleans(bytes: Uint8Array, { length, where }: Slots): Values<'boolean'> {
  alignedBytes(bytes, (length + 7) >> 3, 1, where);
  const values = new Uint8Array(length);
  for (let i = 0; i < length; i++) values[i] = ((bytes[i >> 3] as number) >> (i & 7)) & 1;
  return { layout: 'boolean', length, values };
}

/** Integers of up to 32 bits. */
export function integers(bytes: Uint8Array, bits: number, signed: boolean, slots: Slots): Values<'number'> {
  const { length, where } = slots;
  const own = alignedBytes(bytes, (length * bits) / 8, bits / 8, where);
  const { buffer, byteOffset } = own;
  if (bits === 32) {
    return numbers(signed ? new Int32Array(buffer, byteOffset, length) : new Uint32Array(buffer, byteOffset, length));
  }
  if (bits === 16) {
    const narrow = signed ? new Int16Array(buffer, byteOffset, length) : new Uint16Array(buffer, byteOffset, length);
    return numbers(Int32Array.from(narrow));
  }
  const narrow = signed ? new Int8Array(buffer, byteOffset, length) : new Uint8Array(buffer, byteOffset, length);
  return numbers(Int32Array.from(narrow));
}

function numbers(values: Values<'number'>['values']): Values<'number'> {
  return { layout: 'number', length: values.length, values };
}

/** Floating-point numbers; those of 16 bits in 32. */
export function floats(bytes: Uint8Array, bits: 16 | 32 | 64, { length, where }: Slots): Values<'number'> {
  const { buffer, byteOffset } = alignedBytes(bytes, (length * bits) / 8, bits / 8, where);
  if (bits === 64) return numbers(new Float64Array(buffer, byteOffset, length));
  if (bits === 32) return numbers(new Float32Array(buffer, byteOffset, length));
  return numbers(Float32Array.from(new Uint16Array(buffer, byteOffset, length), halfToNumber));
}

/** 64-bit integers as pairs. */
export function lanes(bytes: Uint8Array, { length, where }: Slots): Values<'int64'> {
  return { layout: 'int64', length, lanes: int32s(bytes, 2 * length, where, 8) };
}

const MILLIS = 1000n;

/** Seconds as milliseconds. Raises `ARROW_CORRUPT` for those that 64 bits do not hold then. */
export function secondsAsMillis(bytes: Uint8Array, slots: Slots): Values<'int64'> {
  const { length, validity, where } = slots;
  const seconds = lanes(bytes, slots).lanes;
  const values = new BigInt64Array(seconds.buffer, seconds.byteOffset, length);
  const millis = new BigInt64Array(length);
  for (let i = 0; i < length; i++) {
    if (!isValid(validity, i)) continue;
    const value = (values[i] as bigint) * MILLIS;
    millis[i] = value;
    if (millis[i] !== value) throw damaged(where, 'seconds that a clock can show', `${values[i]}`);
  }
  return { layout: 'int64', length, lanes: new Int32Array(millis.buffer) };
}

const SECONDS_A_DAY = 86_400;

/** Seconds of a day as milliseconds. */
export function daySecondsAsMillis(bytes: Uint8Array, slots: Slots): Values<'number'> {
  const { length, validity, where } = slots;
  const seconds = int32s(bytes, length, where);
  const millis = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const value = seconds[i] as number;
    if (!isValid(validity, i)) continue;
    if (value < 0 || value > SECONDS_A_DAY) throw damaged(where, 'seconds of a day', value);
    millis[i] = value * 1000;
  }
  return numbers(millis);
}

/**
 * Unscaled integers of `bits` bits in as many words as a vector has for so many digits. Raises `ARROW_CORRUPT` for one
 * that those do not hold.
 */
export function decimals(
  bytes: Uint8Array,
  { precision }: DecimalType,
  bits: number,
  slots: Slots,
): Values<'number'> | Values<'int64'> | Values<'wide'> {
  const { length, validity, where } = slots;
  const width = bits / 32;
  const words = int32s(bytes, length * width, where, bits === 32 ? 4 : 8);
  if (bits === 32) return numbers(words);
  const kept = precision <= 18 ? 2 : precision <= 38 ? 4 : 8;
  const own = kept >= width ? words : narrow(words, width, kept);
  for (let i = 0; own !== words && i < length; i++) {
    const sign = (own[(i + 1) * kept - 1] as number) >> 31;
    for (let w = kept; w < width; w++) {
      if (words[i * width + w] === sign || !isValid(validity, i)) continue;
      throw damaged(where, `a decimal of ${precision} digits`, 'one of more');
    }
  }
  return kept === 2 ? { layout: 'int64', length, lanes: own } : { layout: 'wide', length, words: own, width: kept };
}

function narrow(words: Int32Array, width: number, kept: number): Int32Array {
  const count = words.length / width;
  const own = new Int32Array(count * kept);
  for (let i = 0; i < count; i++) for (let w = 0; w < kept; w++) own[i * kept + w] = words[i * width + w] as number;
  return own;
}

/**
 * Codes, each below `limit` where it is there, 0 where it is not. Raises `ARROW_CORRUPT`.
 */
export function codes(bytes: Uint8Array, bits: number, signed: boolean, limit: number, slots: Slots): Int32Array {
  const { length, validity, where } = slots;
  // Of 64-bit ones the lower half is the code, and the upper one has to be 0.
  const isLong = bits === 64;
  const words = isLong ? lanes(bytes, slots).lanes : integers(bytes, bits, signed, slots).values;
  const found = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    if (!isValid(validity, i)) continue;
    const code = (isLong ? words[2 * i] : words[i]) as number;
    if (code < 0 || code >= limit || (isLong && words[2 * i + 1] !== 0)) {
      throw damaged(where, `a code below ${limit}`, isLong ? 'another' : code);
    }
    found[i] = code;
  }
  return found;
}
