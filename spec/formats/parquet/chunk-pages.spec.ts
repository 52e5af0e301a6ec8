import { describe, expect, it } from 'vitest';
import { chunkRange, dictionaryRange, placeOf } from '../../../formats/parquet/chunk-pages.ts';
import type { ColumnChunkMetadata } from '../../../formats/parquet/metadata.ts';
import { openParquet, type ParquetFile } from '../../../formats/parquet/parquet-file.ts';
import type { LeafNode } from '../../../formats/parquet/schema-tree.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { type ElementSpec, hybrid, int32s, type PageSpec, parquetBytes } from '../../support/parquet-bytes.ts';
import { readFirst } from '../../support/read-parquet.ts';
import { binary } from '../../support/thrift-bytes.ts';

const A: ElementSpec = { name: 'a', type: 'INT32', repetition: 'REQUIRED' };
const plain = (...values: readonly number[]): PageSpec => ({ count: values.length, values: int32s(...values) });
const dictionary: PageSpec = { kind: 'dictionary', count: 1, values: int32s(7) };
const coded: PageSpec = { count: 3, encoding: 'RLE_DICTIONARY', values: Uint8Array.of(0, 6) };
const file = (pages: readonly PageSpec[], rowCount = 3, numValues = rowCount) =>
  parquetBytes([A], [{ rowCount, chunks: [{ pages, numValues }] }]);
const code = (name: string) => expect.objectContaining({ code: name });

function opened(): { readonly file: ParquetFile; readonly chunk: ColumnChunkMetadata; readonly leaf: LeafNode } {
  const parquet = openParquet(new ByteArraySource(file([dictionary, coded])));
  const chunk = parquet.metadata.rowGroups[0]?.columns[0] as ColumnChunkMetadata;
  return { file: parquet, chunk, leaf: parquet.tree.leaves[0] as LeafNode };
}

describe('the bytes of a column chunk', () => {
  const where = { path: 'a.parquet', place: 'column a' };

  it('begin with its dictionary, where it has one', () => {
    const { file: parquet, chunk, leaf } = opened();
    expect(placeOf(parquet, leaf)).toEqual(where);
    expect(chunkRange(parquet, chunk, where)).toEqual({ offset: 4, length: chunk.totalCompressedBytes });
    const none = { ...chunk, dictionaryPageOffset: 0 };
    expect(chunkRange(parquet, none, where).offset).toBe(chunk.dataPageOffset);
    expect(dictionaryRange(parquet, chunk, where, chunk.dataPageOffset)).toEqual({
      offset: 4,
      length: chunk.dataPageOffset - 4,
    });
    expect(dictionaryRange(parquet, none, where, chunk.dataPageOffset).length).toBe(0);
  });

  it('are refused where they are encrypted, in another file, or not there', () => {
    const { file: parquet, chunk } = opened();
    expect(() => chunkRange(parquet, { ...chunk, isEncrypted: true }, where)).toThrow(code('PARQUET_UNSUPPORTED'));
    expect(() => chunkRange(parquet, { ...chunk, filePath: 'b.parquet' }, where)).toThrow(code('PARQUET_UNSUPPORTED'));
    expect(() => chunkRange(parquet, { ...chunk, totalCompressedBytes: 10_000 }, where)).toThrow(
      code('PARQUET_CORRUPT'),
    );
  });

  it('go on a little where an old writer left a header out of the size', () => {
    const size = (createdBy: string) => {
      const parquet = openParquet(
        new ByteArraySource(
          parquetBytes([A], [{ rowCount: 3, chunks: [{ pages: [plain(1, 2, 3)] }] }], { 6: binary(createdBy) }),
        ),
      );
      const chunk = parquet.metadata.rowGroups[0]?.columns[0] as ColumnChunkMetadata;
      return chunkRange(parquet, chunk, where).length - chunk.totalCompressedBytes;
    };
    expect(
      ['parquet-mr', 'parquet-mr version 1.2.8', 'parquet-mr version 0.9.0'].map(size).every((bytes) => bytes > 50),
    ).toBe(true);
    expect(
      ['parquet-mr version 1.2.9', 'parquet-mr version 1.13.1', 'parquet-mr version 2.0.0', 'me'].map(size),
    ).toEqual([0, 0, 0, 0]);
  });
});

describe('the pages of a column chunk', () => {
  it('are read one after another, with a checksum or without', () => {
    expect(readFirst(file([plain(1), plain(2, 3)]))).toEqual([1, 2, 3]);
    expect(readFirst(file([{ ...plain(1), crc: true }, plain(2, 3)]))).toEqual([1, 2, 3]);
    expect(readFirst(file([dictionary, coded]))).toEqual([7, 7, 7]);
    expect(readFirst(file([plain(), plain(1, 2, 3)]))).toEqual([1, 2, 3]);
    expect(readFirst(file([plain()], 0))).toEqual([]);
  });

  it('are refused with another checksum than they say, unless nobody looks', () => {
    const damaged = file([{ ...plain(1, 2, 3), crc: 77 }]);
    expect(() => readFirst(damaged)).toThrow(code('PARQUET_CORRUPT'));
    expect(readFirst(damaged, { verifyChecksums: false })).toEqual([1, 2, 3]);
  });

  it('are refused with another number of values than the chunk says', () => {
    expect(() => readFirst(file([plain(1, 2)]))).toThrow(code('PARQUET_CORRUPT'));
    expect(() => readFirst(file([plain(1, 2), plain(3, 4)]))).toThrow(code('PARQUET_CORRUPT'));
    expect(() => readFirst(file([plain(1, 2)], 3, 2))).toThrow(code('PARQUET_CORRUPT'));
  });

  it('are refused with two dictionaries', () => {
    expect(() => readFirst(file([dictionary, dictionary, coded]))).toThrow(code('PARQUET_CORRUPT'));
  });

  it('are refused over the limits, before room is made for them', () => {
    const many = {
      count: 50_000_000,
      encoding: 'RLE_DICTIONARY',
      values: Uint8Array.of(0, 0x80, 0xe1, 0xeb, 0x2f),
    } as const;
    expect(() => readFirst(file([dictionary, many], 50_000_000))).toThrow(code('LIMIT_EXCEEDED'));
    expect(() => readFirst(file([plain(1, 2, 3)]), { limits: { pageBytes: 11 } })).toThrow(code('LIMIT_EXCEEDED'));
    expect(readFirst(file([plain(1, 2, 3)]), { limits: { pageBytes: 12, chunkValues: 3 } })).toEqual([1, 2, 3]);
    const bomb = { ...plain(1, 2, 3), codec: 'SNAPPY', uncompressedBytes: 1_000_000 } as const;
    expect(() => readFirst(parquetBytes([A], [{ rowCount: 3, chunks: [{ codec: 'SNAPPY', pages: [bomb] }] }]))).toThrow(
      code('PARQUET_CORRUPT'),
    );
    const much = { ...plain(1, 2, 3), codec: 'ZSTD', uncompressedBytes: 17 * 1024 * 1024 } as const;
    expect(() => readFirst(parquetBytes([A], [{ rowCount: 3, chunks: [{ codec: 'ZSTD', pages: [much] }] }]))).toThrow(
      code('LIMIT_EXCEEDED'),
    );
    const runs = {
      count: 100,
      encoding: 'RLE',
      values: Uint8Array.from([...int32s(3), ...hybrid(Array(100).fill(1), 1)]),
    } as const;
    const flags = parquetBytes([{ ...A, type: 'BOOLEAN' }], [{ rowCount: 200, chunks: [{ pages: [runs, runs] }] }]);
    expect(readFirst(flags, { limits: { chunkValues: 1 } })).toHaveLength(200);
  });
});
