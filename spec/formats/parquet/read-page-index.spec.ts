import { describe, expect, it } from 'vitest';
import type { ColumnChunkMetadata } from '../../../formats/parquet/metadata.ts';
import { openParquet, type ParquetFile } from '../../../formats/parquet/parquet-file.ts';
import {
  pagesWithRows,
  readPageBounds,
  readPageLocations,
  rowsOfPages,
} from '../../../formats/parquet/read-page-index.ts';
import type { LeafNode } from '../../../formats/parquet/schema-tree.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { indexedParquet } from '../../support/indexed-parquet.ts';
import { int, list, long, struct, type ThriftValue } from '../../support/thrift-bytes.ts';

const VALUES = [1, 2, null, null, 5, 6, 7];

function open(pageIndex = true): { file: ParquetFile; leaf: LeafNode; chunk: ColumnChunkMetadata } {
  const column = { name: 'x', type: 'INT32', values: VALUES } as const;
  const bytes = indexedParquet([column], { rowGroupRows: 10, pageRows: [2], pageIndex });
  const file = openParquet(new ByteArraySource(bytes));
  const chunk = file.metadata.rowGroups[0]?.columns[0] as ColumnChunkMetadata;
  return { file, leaf: file.tree.leaves[0] as LeafNode, chunk };
}

describe('the page index', () => {
  it('says which rows pages hold, and what values', () => {
    const { file, leaf, chunk } = open();
    const pages = readPageLocations(file, leaf, chunk, 7) ?? [];
    expect(pages.map(({ start, end }) => [start, end])).toEqual([
      [0, 2],
      [2, 4],
      [4, 6],
      [6, 7],
    ]);
    const bounds = readPageBounds(file, leaf, chunk, 4) ?? [];
    expect(bounds.map(({ isNull, nullCount, max }) => [isNull, nullCount, max[0]])).toEqual([
      [false, 0, 2],
      [true, 2, undefined],
      [false, 0, 6],
      [false, 0, 7],
    ]);
    const some = pagesWithRows(pages, [
      { start: 1, end: 2 },
      { start: 5, end: 7 },
    ]);
    expect(some.map(({ start }) => start)).toEqual([0, 4, 6]);
    expect(rowsOfPages(some)).toEqual([
      { start: 0, end: 2 },
      { start: 4, end: 7 },
    ]);
  });

  it('says nothing of pages with -1 nulls', () => {
    const { file, leaf, chunk } = open();
    const whole = new Uint8Array(file.sizeBytes);
    file.source.read(whole, 0);
    const at = chunk.columnIndexOffset as number;
    // The count of the second page, 2 as a zigzag varint, is among the last bytes of the index.
    whole[whole.lastIndexOf(4, at + (chunk.columnIndexBytes as number) - 2)] = 1;
    const bounds = readPageBounds({ ...file, source: new ByteArraySource(whole) }, leaf, chunk, 4) ?? [];
    expect(bounds.map(({ isKnown }) => isKnown)).toEqual([true, false, true, true]);
  });

  it('need not be there', () => {
    const { file, leaf, chunk } = open(false);
    expect(readPageLocations(file, leaf, chunk, 7)).toBeUndefined();
    expect(readPageBounds(file, leaf, chunk, 4)).toBeUndefined();
  });

  it('is not believed where it points out of its chunk, or out of order', () => {
    const { file, leaf, chunk } = open();
    const first = chunk.dataPageOffset;
    const withPages = (...pages: readonly (readonly [number, number, number])[]) => {
      const locations = pages.map(
        ([offset, length, row]): ThriftValue => struct({ 1: long(offset), 2: int(length), 3: long(row) }),
      );
      const index = Uint8Array.from(struct({ 1: list(locations) }).bytes);
      const whole = new Uint8Array(file.sizeBytes + index.length);
      file.source.read(whole.subarray(0, file.sizeBytes), 0);
      whole.set(index, file.sizeBytes);
      const source = new ByteArraySource(whole);
      const moved = { ...chunk, offsetIndexOffset: file.sizeBytes, offsetIndexBytes: index.length };
      return () => readPageLocations({ ...file, source, sizeBytes: whole.length }, leaf, moved, 7);
    };
    expect(withPages([first, 10, 0])()).toHaveLength(1);
    const bad = [
      [[first, 10, 1]],
      [[first - 1, 10, 0]],
      [[first, 100_000, 0]],
      [[first, 0, 0]],
      [
        [first, 10, 0],
        [first + 5, 10, 2],
      ],
      [
        [first, 10, 0],
        [first + 10, 10, 8],
      ],
      [
        [first, 10, 0],
        [first + 10, 5, 4],
        [first + 15, 5, 2],
      ],
    ] as const;
    for (const pages of bad) expect(withPages(...pages)).toThrow(/PARQUET_CORRUPT.*the offset index of x/s);
  });

  it('is refused beyond the end of the file, beyond a limit, and with another number of pages', () => {
    const { file, leaf, chunk } = open();
    const at = { ...chunk, offsetIndexOffset: file.sizeBytes - 2 };
    expect(() => readPageLocations(file, leaf, at, 7)).toThrow(/PARQUET_CORRUPT/);
    const huge = { ...chunk, columnIndexOffset: 4, columnIndexBytes: 2 ** 40 };
    expect(() => readPageBounds({ ...file, sizeBytes: 2 ** 41 }, leaf, huge, 4)).toThrow(/LIMIT_EXCEEDED/);
    expect(() => readPageBounds(file, leaf, chunk, 5)).toThrow(/PARQUET_CORRUPT.*5 pages/s);
  });
});
