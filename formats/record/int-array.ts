/** Whole numbers in the narrowest typed array, in frames: one byte for its type, padding to 8, the values. */
import type { ByteReader } from '../bytes/byte-reader.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';

export type IntArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;

/** By the number stored in the frame. */
const INT_ARRAYS = [Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array] as const;

/** Frames keep bulk data at multiples of this from their start, so that any typed array can view it. */
export const ALIGNMENT = 8;

export function writeInts(out: ByteWriter, values: IntArray, base: number): void {
  out.u8(INT_ARRAYS.findIndex((maker) => values instanceof maker));
  out.align(ALIGNMENT, base);
  out.raw(values);
}

/** `count` values as a view of the input; only unsigned types and Int32Array are taken when `isUnsigned`. */
export function readInts(source: ByteReader, count: number, isUnsigned = false): IntArray {
  const start = source.offset;
  const type = source.u8();
  const maker = INT_ARRAYS[type];
  if (maker === undefined || (isUnsigned && (type === 0 || type === 2))) {
    throw source.corrupt('a type of whole numbers', type, start);
  }
  source.align(ALIGNMENT);
  const bytes = source.raw(count * maker.BYTES_PER_ELEMENT);
  return new maker(bytes.buffer as ArrayBuffer, bytes.byteOffset, count);
}
