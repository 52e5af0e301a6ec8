import { beforeAll, describe, expect, it } from 'vitest';
import { initCompression } from '../../../formats/bytes/compression.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
import {
  byteArrays,
  doubles,
  type ElementSpec,
  hybrid,
  int32s,
  int64s,
  type PageSpec,
  parquetBytes,
} from '../../support/parquet-bytes.ts';
import { readFirst, readVectors } from '../../support/read-parquet.ts';
import { vectorValues } from '../../support/vector-values.ts';

const element = (type: ElementSpec['type'], repetition: ElementSpec['repetition'] = 'REQUIRED'): ElementSpec => ({
  ...{ name: 'a', repetition: repetition ?? 'REQUIRED' },
  ...(type === undefined ? {} : { type }),
});

function read(
  of: ElementSpec,
  pages: readonly PageSpec[],
  codec: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP',
): readonly unknown[] {
  const rowCount = pages.reduce((sum, { kind, count }) => sum + (kind === 'dictionary' ? 0 : count), 0);
  return readFirst(parquetBytes([of], [{ rowCount, chunks: [{ pages, codec }] }]));
}

const codes = (width: number, ...values: readonly number[]) => Uint8Array.of(width, ...hybrid(values, width));

describe.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP'] as const)('a chunk of pages in %s', (codec) => {
  beforeAll(initCompression);

  it.each(['data', 'data2'] as const)('is decoded from one page of kind %s, and from several', (kind) => {
    const page = (...values: readonly number[]): PageSpec => ({
      kind,
      count: values.length,
      values: doubles(...values),
    });
    expect(read(element('DOUBLE'), [page(1.5, -0, Number.NaN)], codec)).toEqual([1.5, -0, Number.NaN]);
    expect(read(element('DOUBLE'), [page(1.5), page(2.5, 3.5)], codec)).toEqual([1.5, 2.5, 3.5]);
  });

  it.each(['data', 'data2'] as const)('has missing values in their slots, from pages of kind %s', (kind) => {
    const page = (levels: readonly number[], ...values: readonly bigint[]): PageSpec => ({
      ...{ kind, count: levels.length, values: int64s(...values), definitions: hybrid(levels, 1) },
    });
    const all = Array(10).fill(1);
    const tens = Array.from({ length: 10 }, (_, i) => BigInt(i));
    const none = { ...page(Array(9).fill(0)), values: new Uint8Array() };
    expect(read(element('INT64', 'OPTIONAL'), [page([1, 0, 1], 5n, 6n)], codec)).toEqual([5n, null, 6n]);
    expect(read(element('INT64', 'OPTIONAL'), [page(all, ...tens)], codec)).toEqual(tens);
    expect(
      read(element('INT64', 'OPTIONAL'), [page(all, ...tens), page([0, 1], 7n), page(all, ...tens), none], codec),
    ).toEqual([...tens, ...[null, 7n], ...tens, ...Array(9).fill(null)]);
  });

  it('has values where they belong when levels take other room than they mostly do', () => {
    const values = Array.from({ length: 16 }, (_, i) => i / 2);
    const definitions = Uint8Array.of(3, 255, 16, 1);
    const page: PageSpec = { count: 16, values: doubles(...values), definitions };
    expect(read(element('DOUBLE', 'OPTIONAL'), [page], codec)).toEqual(values);
  });

  it.each(['data', 'data2'] as const)('spreads values of a single page of kind %s where there is room', (kind) => {
    const levels = Array.from({ length: 1000 }, (_, i) => i % 2);
    const halves = Array.from({ length: 500 }, (_, i) => i / 2);
    const ones = Array.from({ length: 1000 }, (_, i) => i + 0.5);
    const some: PageSpec = { kind, count: 1000, values: doubles(...halves), definitions: hybrid(levels, 1) };
    const all: PageSpec = { count: 1000, values: doubles(...ones) };
    const elements = [element('DOUBLE', 'OPTIONAL'), { ...element('DOUBLE'), name: 'b' }];
    const chunks = [
      { codec, pages: [some] },
      { codec, pages: [all] },
    ];
    const vectors = readVectors(parquetBytes(elements, [{ rowCount: 1000, chunks }]));
    expect(vectorValues(vectors.get('a') as Vector)).toEqual(levels.map((there, i) => (there ? halves[i >> 1] : null)));
    expect(vectorValues(vectors.get('b') as Vector)).toEqual(ones);
  });

  it('mixes dictionary and plain pages, of numbers and of strings', () => {
    const numbers: PageSpec = { kind: 'dictionary', count: 3, values: int32s(10, 20, 30) };
    const coded = (encoding: 'RLE_DICTIONARY' | 'PLAIN_DICTIONARY', ...values: readonly number[]): PageSpec => ({
      ...{ count: values.length, encoding, values: codes(2, ...values) },
    });
    const plain: PageSpec = { count: 1, values: int32s(99) };
    expect(
      read(element('INT32'), [numbers, coded('RLE_DICTIONARY', 2, 0, 1), plain, coded('PLAIN_DICTIONARY', 1)], codec),
    ).toEqual([30, 10, 20, 99, 20]);
    const texts: PageSpec = { kind: 'dictionary', count: 3, values: byteArrays('x', '', 'zz') };
    const text: PageSpec = { count: 2, values: byteArrays('plain', 'y') };
    const strings: ElementSpec = { ...element('BYTE_ARRAY'), converted: 'UTF8' };
    expect(read(strings, [texts, coded('RLE_DICTIONARY', 2, 0, 1)], codec)).toEqual(['zz', 'x', '']);
    expect(read(strings, [texts, coded('RLE_DICTIONARY', 2, 0), text, coded('RLE_DICTIONARY', 1, 2)], codec)).toEqual([
      'zz',
      'x',
      'plain',
      'y',
      '',
      'zz',
    ]);
    expect(read(strings, [text, text], codec)).toEqual(['plain', 'y', 'plain', 'y']);
  });

  it('may have values of version 2 that are not compressed', () => {
    const strings: ElementSpec = { ...element('BYTE_ARRAY'), converted: 'UTF8' };
    const page: PageSpec = {
      kind: 'data2',
      count: 2,
      values: byteArrays('plain', 'y'),
      codec: 'UNCOMPRESSED',
      isCompressed: false,
    };
    expect(read(strings, [page, page], codec)).toEqual(['plain', 'y', 'plain', 'y']);
    const numbers: PageSpec = { ...page, values: int32s(1, 2) };
    expect(read(element('INT32'), [numbers], codec)).toEqual([1, 2]);
  });

  it('refuses coded values without a dictionary, and dictionaries in other encodings', () => {
    const corrupt = expect.objectContaining({ code: 'PARQUET_CORRUPT' });
    const coded: PageSpec = { count: 1, encoding: 'RLE_DICTIONARY', values: codes(1, 0) };
    expect(() => read(element('INT32'), [coded], codec)).toThrow(corrupt);
    const wrong: PageSpec = { kind: 'dictionary', count: 1, values: int32s(1), encoding: 'DELTA_BINARY_PACKED' };
    expect(() => read(element('INT32'), [wrong, coded], codec)).toThrow(corrupt);
  });
});
