import { describe, expect, it } from 'vitest';
import type { ColumnChunkMetadata } from '../../../formats/parquet/metadata.ts';
import { readPageHeader } from '../../../formats/parquet/page-header.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { readPageBounds, readPageLocations } from '../../../formats/parquet/read-page-index.ts';
import type { LeafNode } from '../../../formats/parquet/schema-tree.ts';
import { parseField } from '../../../formats/schema/parse-type.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { writeRows } from '../../support/write-parquet.ts';

const SCHEMA = { fields: [parseField('up', 'int32'), parseField('text', 'string'), parseField('l', 'list<int32>')] };
const ROWS = Array.from({ length: 100 }, (_, i) => ({
  up: i < 20 ? null : i,
  text: i % 2 === 0 ? 'even' : 'odd',
  l: Array.from({ length: i % 4 }, () => 100 - i),
}));
const OPTIONS = { pageRows: 10, codec: 'none', dictionaryBytes: 1000 } as const;

describe('a chunk', () => {
  const bytes = writeRows(SCHEMA, ROWS, OPTIONS);
  const file = openParquet(new ByteArraySource(bytes));
  const place = (column: number) => {
    const leaf = file.tree.leaves[column] as LeafNode;
    const chunk = file.metadata.rowGroups[0]?.columns[column] as ColumnChunkMetadata;
    return { leaf, chunk, pages: readPageLocations(file, leaf, chunk, 100) ?? [] };
  };

  it('has an index of its pages that leads to them', () => {
    for (const column of [0, 1, 2]) {
      const { chunk, pages } = place(column);
      expect(pages.map(({ start }) => start)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
      expect(pages[0]?.offset).toBe(chunk.dataPageOffset);
      for (const { offset, length } of pages) {
        const header = readPageHeader(bytes, offset, bytes.length, { path: 'a', place: 'a page' }, 0);
        expect(header.kind).toBe('data');
        expect(header.bodyAt - offset + header.compressedBytes).toBe(length);
      }
      const first = chunk.dictionaryPageOffset ?? chunk.dataPageOffset;
      const last = pages.at(-1) as { offset: number; length: number };
      expect(first + chunk.totalCompressedBytes).toBe(last.offset + last.length);
      expect(chunk.totalUncompressedBytes).toBe(chunk.totalCompressedBytes);
    }
  });

  it('has bounds and counts of nulls of each page, none for pages of nulls', () => {
    const { leaf, chunk } = place(0);
    const bounds = readPageBounds(file, leaf, chunk, 10) ?? [];
    expect(bounds.map(({ isNull }) => isNull)).toEqual([true, true, ...Array<boolean>(8).fill(false)]);
    expect(bounds.map(({ nullCount }) => nullCount)).toEqual([10, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(bounds.slice(2).map(({ min }) => Buffer.from(min).readInt32LE(0))).toEqual([20, 30, 40, 50, 60, 70, 80, 90]);
    expect(bounds.slice(2).map(({ max }) => Buffer.from(max).readInt32LE(0))).toEqual([29, 39, 49, 59, 69, 79, 89, 99]);
  });

  it('says what pages there are, so that a reader knows that a dictionary holds all values', () => {
    expect(place(1).chunk.encodingStats).toEqual([
      { pageType: 2, encoding: 'PLAIN', count: 1 },
      { pageType: 0, encoding: 'RLE_DICTIONARY', count: 10 },
    ]);
    expect(place(1).chunk.encodings).toEqual(['PLAIN', 'RLE', 'RLE_DICTIONARY']);
  });

  it('counts entries, and nulls among the entries, of lists', () => {
    const { chunk } = place(2);
    expect(chunk.numValues).toBe(175);
    expect(chunk.statistics?.nullCount).toBe(25);
  });
});
