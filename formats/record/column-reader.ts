/**
 * Reads a tree of columns from bytes that may be anything. Typed arrays are views of the input. Whatever a later
 * reader relies on is checked here: marks, codes below the dictionary's size, rising offsets, lengths that add up.
 */
import type { ByteReader } from '../bytes/byte-reader.ts';
import type { Column, NullMarks } from '../schema/batch.ts';
import { COLUMN_KINDS, HAS_NULLS, SAME_AS_BEFORE } from './column-kinds.ts';
import { EncodedStrings } from './encoded-strings.ts';
import { MAX_OBJECT_KEYS, MAX_TUPLE_LENGTH } from './infer-columns.ts';
import { ALIGNMENT, readInts } from './int-array.ts';
import { MAX_COLUMN_DEPTH } from './limits.ts';
import { narrowNulls } from './narrow-columns.ts';
import { decodeTexts, readTextBlock } from './text-block.ts';
import { ValueReader } from './value-reader.ts';

/** The next column, of `count` entries. Raises `CORRUPT_DATA` and `RECORD_CLASS_UNKNOWN`. */
export function readColumn(source: ByteReader, count: number, depth = 0): Column {
  const start = source.offset;
  const head = source.u8();
  const kind = COLUMN_KINDS[head & ~HAS_NULLS];
  if (kind === undefined) throw source.corrupt('a kind of column', head, start);
  if (depth > MAX_COLUMN_DEPTH) throw source.corrupt(`at most ${MAX_COLUMN_DEPTH} levels of columns`, 'more', start);
  const hasNulls = (head & HAS_NULLS) !== 0;
  if (hasNulls && kind === 'value') throw source.corrupt('a value column without marks', 'marks', start);
  const nulls = hasNulls ? readNulls(source, count) : undefined;
  switch (kind) {
    case 'int':
      return { kind, values: readInts(source, count), nulls };
    case 'double':
    case 'date': {
      const bytes = readWords(source, count);
      return { kind, values: new Float64Array(bytes.buffer, bytes.byteOffset, count), nulls };
    }
    case 'bigint': {
      const bytes = readWords(source, count);
      return { kind, values: new BigInt64Array(bytes.buffer, bytes.byteOffset, count), nulls };
    }
    case 'boolean':
      return { kind, values: source.raw(count), nulls };
    case 'dictionary':
      return readDictionary(source, count, nulls);
    case 'string':
      return new EncodedStrings(readTextBlock(source, count), nulls);
    case 'object': {
      const fieldCount = source.count(2, 'fields');
      if (fieldCount > MAX_OBJECT_KEYS) throw source.corrupt(`at most ${MAX_OBJECT_KEYS} fields`, fieldCount, start);
      const names: string[] = [];
      const fields: Column[] = [];
      for (let i = 0; i < fieldCount; i++) {
        const name = source.string();
        if (name === '__proto__' || names.includes(name)) throw source.corrupt('another field name', name, start);
        names.push(name);
        fields.push(readColumn(source, count, depth + 1));
      }
      if (fieldCount === 0 && nulls === undefined) throw source.corrupt('marks of an empty object', 'none', start);
      return { kind, names, fields, nulls: fieldCount === 0 ? narrowNulls(nulls, count) : nulls };
    }
    case 'tuple': {
      const itemCount = source.count(1, 'items of a tuple');
      if (itemCount > MAX_TUPLE_LENGTH) throw source.corrupt(`at most ${MAX_TUPLE_LENGTH} items`, itemCount, start);
      const items: Column[] = [];
      for (let i = 0; i < itemCount; i++) items.push(readItem(source, items.at(-1), count, depth + 1));
      if (itemCount === 0 && nulls === undefined) throw source.corrupt('marks of an empty tuple', 'none', start);
      return { kind, items, nulls: itemCount === 0 ? narrowNulls(nulls, count) : nulls };
    }
    case 'list': {
      const itemCount = source.varint();
      const offsets = readOffsets(source, count, itemCount);
      return { kind, offsets, item: readColumn(source, itemCount, depth + 1), nulls };
    }
    case 'value': {
      source.need(count, 'values');
      const values: unknown[] = [];
      const reader = new ValueReader(source);
      for (let i = 0; i < count; i++) values.push(reader.read());
      return { kind, values, nulls: undefined };
    }
  }
}

/** An item of a tuple, which may be the one before it. */
function readItem(source: ByteReader, before: Column | undefined, count: number, depth: number): Column {
  if (source.peek() !== SAME_AS_BEFORE) return readColumn(source, count, depth);
  const start = source.offset;
  source.u8();
  if ((before?.kind !== 'int' && before?.kind !== 'double') || before.nulls !== undefined) {
    throw source.corrupt('numbers before the same once more', before?.kind ?? 'nothing', start);
  }
  return before;
}

function readNulls(source: ByteReader, count: number): NullMarks {
  const start = source.offset;
  const nulls = source.raw(count);
  for (let i = 0; i < count; i++) {
    if ((nulls[i] as number) > 2) throw source.corrupt('a null mark from 0 to 2', nulls[i] as number, start + i);
  }
  return nulls;
}

function readWords(source: ByteReader, count: number): Uint8Array {
  source.align(ALIGNMENT);
  return source.raw(count * 8);
}

function readDictionary(source: ByteReader, count: number, nulls: NullMarks | undefined): Column {
  const size = source.count(1, 'dictionary entries');
  const dictionary = decodeTexts(readTextBlock(source, size));
  const start = source.offset;
  const codes = readInts(source, count, true) as Uint8Array | Uint16Array | Int32Array;
  for (let i = 0; i < count; i++) {
    const code = codes[i] as number;
    if (code >= 0 && code < size) continue;
    // Slots without a value hold 0, which an empty dictionary does not have.
    if (code !== 0 || nulls === undefined || nulls[i] === 0) throw source.corrupt(`a code below ${size}`, code, start);
  }
  return { kind: 'dictionary', codes, dictionary, nulls };
}

function readOffsets(source: ByteReader, count: number, itemCount: number): Int32Array {
  source.align(ALIGNMENT);
  const start = source.offset;
  const bytes = source.raw((count + 1) * 4);
  const offsets = new Int32Array(bytes.buffer, bytes.byteOffset, count + 1);
  let previous = 0;
  for (let i = 0; i <= count; i++) {
    const offset = offsets[i] as number;
    if (offset < previous || (i === 0 && offset !== 0)) throw source.corrupt('rising offsets', offset, start + 4 * i);
    previous = offset;
  }
  if (previous !== itemCount) throw source.corrupt(`${itemCount} items`, previous, start + 4 * count);
  return offsets;
}
