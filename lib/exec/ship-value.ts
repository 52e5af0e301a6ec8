/**
 * Results on their way to the driver: primitives as they are, long arrays as record frames of some thousand rows each,
 * everything else as one record. What arrives is what a block would give back.
 */
import { ByteReader } from '../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { ValueReader } from '../../formats/record/value-reader.ts';
import { ValueWriter } from '../../formats/record/value-writer.ts';
import { decodeRows, encodeRows } from './row-frames.ts';

/** A value that has left its thread. Bytes are whole buffers, to be transferred. */
export type ShippedValue =
  | { readonly kind: 'primitive'; readonly value: unknown }
  | { readonly kind: 'record'; readonly bytes: Uint8Array }
  | { readonly kind: 'rows'; readonly chunks: readonly Uint8Array[] };

/** Shorter arrays are one record: columns do not pay, and a name that someone gave to an array is kept. */
const MIN_ROWS = 1000;
const ROWS_PER_FRAME = 8192;

/** Encodes a value. Raises `VALUE_NOT_SERIALIZABLE`, in whose path the value is called `name`, and `LIMIT_EXCEEDED`. */
export function shipValue(value: unknown, name: string): ShippedValue {
  if (isPrimitive(value)) return { kind: 'primitive', value };
  if (isRows(value))
    return { kind: 'rows', chunks: encodeRows(value, 0, value.length, { rowsPerFrame: ROWS_PER_FRAME }) };
  using out = new ByteWriter({ initialBytes: 1024 });
  new ValueWriter(out, name).write(value);
  return { kind: 'record', bytes: out.take() };
}

/** The inverse of `shipValue`. Raises what a registered class's `fromRecord` raises, and `RECORD_CLASS_UNKNOWN`. */
export function receiveValue(shipped: ShippedValue): unknown {
  switch (shipped.kind) {
    case 'primitive':
      return shipped.value;
    case 'record':
      return new ValueReader(new ByteReader(shipped.bytes)).read();
    case 'rows':
      return decodeRows(shipped.chunks, 'the result of a task');
  }
}

/** Bytes that travel. */
export function sizeOfShipped(shipped: ShippedValue): number {
  switch (shipped.kind) {
    case 'primitive':
      return typeof shipped.value === 'string' ? shipped.value.length * 2 : 8;
    case 'record':
      return shipped.bytes.length;
    case 'rows':
      return shipped.chunks.reduce((sum, { length }) => sum + length, 0);
  }
}

/** The buffers that leave this thread with the value. */
export function buffersOf(shipped: ShippedValue): ArrayBuffer[] {
  if (shipped.kind === 'primitive') return [];
  const parts = shipped.kind === 'record' ? [shipped.bytes] : shipped.chunks;
  return parts.map(({ buffer }) => buffer as ArrayBuffer);
}

function isPrimitive(value: unknown): boolean {
  const type = typeof value;
  return value === null || (type !== 'object' && type !== 'function' && type !== 'symbol');
}

/** A long array of nothing but its elements, as far as can be told without asking for the name of each. */
function isRows(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value) || value.length < MIN_ROWS || Object.getPrototypeOf(value) !== Array.prototype)
    return false;
  for (let i = 0; i < value.length; i++) if (value[i] === undefined && !Object.hasOwn(value, i)) return false;
  return true;
}
