/** Strings, UUIDs and binary of files as JS values. */
import { isAscii, isUtf8 } from 'node:buffer';
import type { Column, DictionaryColumn, NullMarks, StringColumn, ValueColumn } from '../schema/batch.ts';
import { ownBytes } from '../schema/own-vector.ts';
import type { BytesVector, DictionaryVector } from '../schema/vector.ts';
import { notExact } from './not-exact.ts';

/** Strings of at least this many characters would pin the text they are cut from; V8 copies shorter ones. */
const PINNING_LENGTH = 13;
/** Text decoded at once to cut short strings from. */
const CHUNK_BYTES = 64 * 1024;

/**
 * A column that owns its memory. Raises `VALUE_NOT_EXACT` for bytes that are no UTF-8: at once for a dictionary, else on
 * first use.
 */
export function stringColumn(
  vector: BytesVector | DictionaryVector,
  nulls: NullMarks | undefined,
  path: string,
): StringColumn | DictionaryColumn {
  if (vector.layout === 'bytes') return new VectorStrings(ownBytes(vector), nulls, path);
  const { codes, dictionary, length } = vector;
  return {
    ...{ kind: 'dictionary', codes: codes.slice(0, length), nulls },
    dictionary: dictionaryStrings(dictionary, path),
  };
}

/** Batches that are slices of one row group share its dictionary: its strings are made once. */
const DECODED = new WeakMap<BytesVector, readonly string[]>();

function dictionaryStrings(dictionary: BytesVector, path: string): readonly string[] {
  let strings = DECODED.get(dictionary);
  if (strings === undefined) {
    strings = decodeStrings(dictionary, path);
    DECODED.set(dictionary, strings);
  }
  return strings;
}

/** Decoded on first use, so that columns that nobody looks at cost nothing. */
class VectorStrings implements StringColumn {
  readonly kind = 'string';
  readonly nulls: NullMarks | undefined;
  readonly #vector: BytesVector;
  readonly #path: string;
  #values: readonly string[] | undefined;

  constructor(vector: BytesVector, nulls: NullMarks | undefined, path: string) {
    this.#vector = vector;
    this.nulls = nulls;
    this.#path = path;
  }

  get values(): readonly string[] {
    this.#values ??= decodeStrings(this.#vector, this.#path);
    return this.#values;
  }
}

/** The strings of a vector; '' for missing ones. */
function decodeStrings(vector: BytesVector, path: string): string[] {
  const { starts, lengths, length } = vector;
  let first = Number.MAX_SAFE_INTEGER;
  let last = 0;
  for (let i = 0; i < length; i++) {
    if (lengths[i] === 0) continue;
    first = Math.min(first, starts[i] as number);
    last = Math.max(last, (starts[i] as number) + (lengths[i] as number));
  }
  if (last === 0) return new Array<string>(length).fill('');
  const region = Buffer.from(vector.bytes.buffer, vector.bytes.byteOffset + first, last - first);
  // What lies between strings is mostly their lengths, which are ASCII too where they are short.
  return isAscii(region) ? decodeAscii(region, vector, first) : decodeUtf8(region, vector, first, path);
}

function decodeAscii(region: Buffer, vector: BytesVector, origin: number): string[] {
  const { starts, lengths, length } = vector;
  const texts = new Array<string>(length);
  let chunk = '';
  let chunkStart = 0;
  for (let i = 0; i < length; i++) {
    const size = lengths[i] as number;
    const start = (starts[i] as number) - origin;
    if (size === 0) texts[i] = '';
    else if (size >= PINNING_LENGTH) texts[i] = region.toString('latin1', start, start + size);
    else {
      if (start < chunkStart || start + size > chunkStart + chunk.length) {
        chunkStart = start;
        chunk = region.toString('latin1', start, Math.min(region.length, start + CHUNK_BYTES));
      }
      texts[i] = chunk.substring(start - chunkStart, start - chunkStart + size);
    }
  }
  return texts;
}

function decodeUtf8(region: Buffer, vector: BytesVector, origin: number, path: string): string[] {
  const { starts, lengths, length } = vector;
  const texts = new Array<string>(length);
  for (let i = 0; i < length; i++) {
    const start = (starts[i] as number) - origin;
    const end = start + (lengths[i] as number);
    const text = region.toString('utf8', start, end);
    // What stands for bytes that are no UTF-8 may also stand in the text itself.
    if (text.includes('\ufffd') && !isUtf8(region.subarray(start, end))) {
      const bytes = region.subarray(start, Math.min(end, start + 20)).toString('hex');
      throw notExact(
        path,
        `of the bytes ${bytes}`,
        'a string',
        'it is no UTF-8: read other columns, or have it written as binary',
      );
    }
    texts[i] = text;
  }
  return texts;
}

/** UUIDs as text in their usual form. */
export function uuidColumn(vector: BytesVector | DictionaryVector, nulls: NullMarks | undefined): Column {
  const values = Array.from({ length: vector.length }, (_, i) => {
    if (nulls?.[i] === 1) return '';
    const hex = Buffer.from(bytesAt(vector, i)).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  });
  return { kind: 'string', values, nulls };
}

/** Bytes of their own for each value, so that one does not keep all others. */
export function binaryColumn(vector: BytesVector | DictionaryVector): ValueColumn {
  const { validity, length } = vector;
  const values = Array.from({ length }, (_, i) => {
    const isThere = validity === undefined || ((validity[i >> 3] as number) & (1 << (i & 7))) !== 0;
    return isThere ? new Uint8Array(bytesAt(vector, i)) : null;
  });
  return { kind: 'value', values, nulls: undefined };
}

function bytesAt(vector: BytesVector | DictionaryVector, i: number): Uint8Array {
  if (vector.layout === 'dictionary') return bytesAt(vector.dictionary, vector.codes[i] as number);
  const start = vector.starts[i] as number;
  return vector.bytes.subarray(start, start + (vector.lengths[i] as number));
}
