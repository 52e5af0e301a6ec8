/** One value to bytes and back: broadcasts, captured values, single results. Many records go through frames. */
import { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { ValueReader } from './value-reader.ts';
import { ValueWriter } from './value-writer.ts';

/** The value's bytes, which the caller owns. Raises `VALUE_NOT_SERIALIZABLE`. */
export function encodeValue(value: unknown): Uint8Array {
  using out = new ByteWriter();
  new ValueWriter(out).write(value);
  return out.take();
}

/** The inverse of `encodeValue`. Raises `CORRUPT_DATA` unless the bytes are exactly one value. */
export function decodeValue(bytes: Uint8Array): unknown {
  const source = new ByteReader(bytes);
  const value = new ValueReader(source).read();
  source.end();
  return value;
}
