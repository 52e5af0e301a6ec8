import { describe, expect, it } from 'vitest';
import type { Encoding } from '../../../formats/parquet/metadata.ts';
import {
  byteArrays,
  deltaPacked,
  doubles,
  type ElementSpec,
  hybrid,
  int32s,
  int64s,
  type PageSpec,
  parquetBytes,
  uint32,
} from '../../support/parquet-bytes.ts';
import { readFirst } from '../../support/read-parquet.ts';

type Of = Partial<ElementSpec>;

function read(
  of: Of,
  encoding: Encoding,
  count: number,
  values: Uint8Array | readonly number[],
  before: readonly PageSpec[] = [],
): readonly unknown[] {
  const page: PageSpec = { count, encoding, values: Uint8Array.from(values) };
  const element: ElementSpec = { name: 'a', repetition: 'REQUIRED', ...of };
  return readFirst(parquetBytes([element], [{ rowCount: count, chunks: [{ pages: [...before, page] }] }]));
}

const INT32: Of = { type: 'INT32' };
const INT64: Of = { type: 'INT64' };
const BINARY: Of = { type: 'BYTE_ARRAY' };
const TEXT: Of = { type: 'BYTE_ARRAY', converted: 'UTF8' };
const FIXED: Of = { type: 'FIXED_LEN_BYTE_ARRAY', typeLength: 3 };
const FLAG: Of = { type: 'BOOLEAN' };
const streams = (bytes: Uint8Array, width: number) =>
  Array.from(
    { length: bytes.length },
    (_, i) => bytes[(i % (bytes.length / width)) * width + Math.floor(i / (bytes.length / width))] as number,
  );
const corrupt = expect.objectContaining({ code: 'PARQUET_CORRUPT' });

describe('values', () => {
  it.each<[string, Of, Encoding, Uint8Array | readonly number[], readonly unknown[]]>([
    ['plain int32', INT32, 'PLAIN', int32s(1, -2, 2 ** 31 - 1), [1, -2, 2 ** 31 - 1]],
    ['plain uint32', { type: 'INT32', converted: 'UINT_32' }, 'PLAIN', int32s(-1), [2 ** 32 - 1]],
    ['plain int64', INT64, 'PLAIN', int64s(2n ** 63n - 1n, -(2n ** 63n)), [2n ** 63n - 1n, -(2n ** 63n)]],
    ['plain float', { type: 'FLOAT' }, 'PLAIN', new Uint8Array(Float32Array.of(1.5, -0).buffer), [1.5, -0]],
    ['plain double', { type: 'DOUBLE' }, 'PLAIN', doubles(0.1, Number.NaN), [0.1, Number.NaN]],
    ['plain booleans', FLAG, 'PLAIN', [0b101], [true, false, true]],
    ['booleans in runs', FLAG, 'RLE', [...uint32(2), ...hybrid(Array(9).fill(1), 1)], Array(9).fill(true)],
    ['plain binary', BINARY, 'PLAIN', byteArrays(Uint8Array.of(0, 255), ''), ['00ff', '']],
    ['plain fixed-length binary', FIXED, 'PLAIN', [1, 2, 3, 4, 5, 6], ['010203', '040506']],
    ['int32 as deltas', INT32, 'DELTA_BINARY_PACKED', deltaPacked([5, 3, 9], 32), [5, 3, 9]],
    ['int64 as deltas', INT64, 'DELTA_BINARY_PACKED', deltaPacked([5, 3, 2n ** 60n], 64), [5n, 3n, 2n ** 60n]],
    [
      'texts end to end',
      TEXT,
      'DELTA_LENGTH_BYTE_ARRAY',
      [...deltaPacked([2, 0, 3], 32), ...Buffer.from('abcde')],
      ['ab', '', 'cde'],
    ],
    [
      'texts with shared prefixes',
      TEXT,
      'DELTA_BYTE_ARRAY',
      [...deltaPacked([0, 2, 1], 32), ...deltaPacked([3, 1, 0], 32), ...Buffer.from('abcd')],
      ['abc', 'abd', 'a'],
    ],
    [
      'binary with shared prefixes',
      FIXED,
      'DELTA_BYTE_ARRAY',
      [...deltaPacked([0, 2], 32), ...deltaPacked([3, 1], 32), 1, 2, 3, 4],
      ['010203', '010204'],
    ],
    [
      'doubles as streams',
      { type: 'DOUBLE' },
      'BYTE_STREAM_SPLIT',
      streams(doubles(1.5, -2.25, 1e300), 8),
      [1.5, -2.25, 1e300],
    ],
    [
      'floats as streams',
      { type: 'FLOAT' },
      'BYTE_STREAM_SPLIT',
      streams(new Uint8Array(Float32Array.of(1.5, 2).buffer), 4),
      [1.5, 2],
    ],
    ['int32 as streams', INT32, 'BYTE_STREAM_SPLIT', streams(int32s(1, -2, 3), 4), [1, -2, 3]],
    ['int64 as streams', INT64, 'BYTE_STREAM_SPLIT', streams(int64s(1n, -2n), 8), [1n, -2n]],
    ['fixed-length binary as streams', FIXED, 'BYTE_STREAM_SPLIT', [1, 4, 2, 5, 3, 6], ['010203', '040506']],
  ])('are read: %s', (_, of, encoding, values, expected) => {
    expect(read(of, encoding, expected.length, values)).toEqual(expected);
  });

  it.each<[string, Of, Encoding, number, Uint8Array | readonly number[]]>([
    ['plain values that are too few', INT64, 'PLAIN', 2, int64s(1n)],
    ['booleans that are too few', FLAG, 'PLAIN', 9, [1]],
    ['byte arrays that are too few', BINARY, 'PLAIN', 2, byteArrays('a')],
    ['fixed-length binary that is too short', FIXED, 'PLAIN', 2, [1, 2, 3, 4, 5]],
    ['deltas of doubles', { type: 'DOUBLE' }, 'DELTA_BINARY_PACKED', 1, deltaPacked([1], 64)],
    ['deltas that are too few', INT32, 'DELTA_BINARY_PACKED', 3, deltaPacked([1, 2], 32)],
    ['lengths of numbers', INT32, 'DELTA_LENGTH_BYTE_ARRAY', 1, deltaPacked([1], 32)],
    ['lengths over the page', TEXT, 'DELTA_LENGTH_BYTE_ARRAY', 1, [...deltaPacked([5], 32), 65]],
    ['prefixes of what is not there', TEXT, 'DELTA_BYTE_ARRAY', 1, [...deltaPacked([1], 32), ...deltaPacked([0], 32)]],
    ['prefixes below zero', TEXT, 'DELTA_BYTE_ARRAY', 1, [...deltaPacked([-1], 32), ...deltaPacked([1], 32), 65]],
    ['prefixes of numbers', INT64, 'DELTA_BYTE_ARRAY', 1, [...deltaPacked([0], 32), ...deltaPacked([0], 32)]],
    [
      'prefixed values of other lengths',
      FIXED,
      'DELTA_BYTE_ARRAY',
      1,
      [...deltaPacked([0], 32), ...deltaPacked([2], 32), 1, 2],
    ],
    ['streams of texts', TEXT, 'BYTE_STREAM_SPLIT', 1, [1]],
    ['streams that are too short', INT64, 'BYTE_STREAM_SPLIT', 2, [1, 2, 3, 4, 5, 6, 7]],
    ['runs of numbers', INT32, 'RLE', 1, [...uint32(2), 2, 1]],
    ['runs over their page', FLAG, 'RLE', 1, [...uint32(3), 2, 1]],
    ['runs without a length', FLAG, 'RLE', 1, [2, 1]],
  ])('are refused: %s', (_, of, encoding, count, values) => {
    expect(() => read(of, encoding, count, values)).toThrow(corrupt);
  });

  it('are refused where dictionaries do not hold what they say, or hold booleans', () => {
    const coded = [1, ...hybrid([0, 1], 1)];
    const dictionary = (values: Uint8Array | readonly number[], count = 2): PageSpec => ({
      kind: 'dictionary',
      count,
      values: Uint8Array.from(values),
    });
    expect(read(INT32, 'RLE_DICTIONARY', 2, coded, [dictionary(int32s(7, 8))])).toEqual([7, 8]);
    expect(() => read(INT32, 'RLE_DICTIONARY', 2, coded, [dictionary(int32s(7))])).toThrow(corrupt);
    expect(() => read(INT32, 'RLE_DICTIONARY', 2, coded, [dictionary(int32s(7), 1)])).toThrow(corrupt);
    expect(() => read(BINARY, 'RLE_DICTIONARY', 2, coded, [dictionary(byteArrays('a'))])).toThrow(corrupt);
    expect(() => read(BINARY, 'RLE_DICTIONARY', 2, coded, [dictionary([5, 0, 0, 0, 1, 0, 0, 0], 2)])).toThrow(corrupt);
    expect(() => read(FIXED, 'RLE_DICTIONARY', 2, coded, [dictionary([1, 2, 3])])).toThrow(corrupt);
    expect(() => read(BINARY, 'RLE_DICTIONARY', 2, coded, [dictionary([], 2 ** 31 - 1)])).toThrow();
    expect(() => read(FLAG, 'RLE_DICTIONARY', 2, coded, [dictionary([1], 2)])).toThrow(corrupt);
    expect(() => read(INT32, 'RLE_DICTIONARY', 2, [33, ...coded], [dictionary(int32s(7, 8))])).toThrow(corrupt);
    expect(() => read(INT32, 'RLE_DICTIONARY', 2, [], [dictionary(int32s(7, 8))])).toThrow(corrupt);
  });

  it('in encodings for levels alone are not read', () => {
    expect(() => read(INT32, 'BIT_PACKED', 1, int32s(1))).toThrow(
      expect.objectContaining({ code: 'PARQUET_UNSUPPORTED' }),
    );
  });

  it('that repeat each other over and over are refused before they fill the memory', () => {
    const count = 20_000;
    const prefixes = Array.from({ length: count }, (_, i) => (i === 0 ? 0 : 60_000));
    const lengths = Array.from({ length: count }, (_, i) => (i === 0 ? 60_000 : 0));
    const values = Buffer.concat([deltaPacked(prefixes, 32), deltaPacked(lengths, 32), Buffer.alloc(60_000)]);
    expect(() => read(TEXT, 'DELTA_BYTE_ARRAY', count, values)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });
});
