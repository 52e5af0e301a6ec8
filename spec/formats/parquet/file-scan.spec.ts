import { describe, expect, it } from 'vitest';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { type IndexedOptions, indexedParquet } from '../../support/indexed-parquet.ts';
import { scanBytes } from '../../support/scan-parquet.ts';

const ROWS = 2000;
const text = (i: number) => `value ${i % 100}`;

/** Ids in order, texts in turn, and a wide column of which as little as possible should be read. */
function file(options: Partial<IndexedOptions> = {}): Uint8Array {
  const rows = Array.from({ length: ROWS }, (_, i) => i);
  return indexedParquet(
    [
      { name: 'id', type: 'INT32', values: rows },
      { name: 'text', type: 'BYTE_ARRAY', converted: 'UTF8', values: rows.map(text) },
      { name: 'wide', type: 'BYTE_ARRAY', converted: 'UTF8', values: rows.map((i) => `${i}`.repeat(20)) },
    ],
    { rowGroupRows: 500, pageRows: [50, 100, 25], statistics: true, ...options },
  );
}

/** Bytes of values of each column in each row group. */
function chunkBytes(bytes: Uint8Array): readonly (readonly number[])[] {
  const { rowGroups } = openParquet(new ByteArraySource(bytes)).metadata;
  return rowGroups.map(({ columns }) => columns.map(({ totalCompressedBytes }) => totalCompressedBytes));
}

describe('FileScan', () => {
  it('reads the columns that are asked for and no others', () => {
    const bytes = file();
    const { rows, bytesRead } = scanBytes(bytes, { columns: ['id'] });
    expect(rows.map(([id]) => id)).toEqual(Array.from({ length: ROWS }, (_, i) => i));
    expect(bytesRead).toBe(chunkBytes(bytes).reduce((sum, [id = 0]) => sum + id, 0));
  });

  it('does not read row groups that cannot match', () => {
    const bytes = file();
    const found = scanBytes(bytes, { where: col('id').between(600, 601).predicate });
    expect(found.rows.map(([id]) => id)).toEqual([600, 601]);
    expect(found.figures).toEqual({ rowGroups: 4, rowGroupsRead: 1, rows: 500, rowsKept: 2 });
    const [, second = []] = chunkBytes(bytes);
    expect(found.bytesRead).toBe(second.reduce((sum, size) => sum + size, 0));
    expect(scanBytes(bytes, { where: col('id').gt(ROWS).predicate }).reads).toEqual([]);
  });

  it('reads nothing but the predicate where no row matches after all', () => {
    const bytes = file();
    const { rows, bytesRead } = scanBytes(bytes, { where: col('text').eq('value 1 or so').predicate });
    expect(rows).toEqual([]);
    expect(bytesRead).toBe(chunkBytes(bytes).reduce((sum, [, own = 0]) => sum + own, 0));
  });

  it('does not look at a predicate that all rows of a row group match', () => {
    const bytes = file();
    const found = scanBytes(bytes, { columns: ['text'], where: col('id').lt(500).predicate });
    expect(found.rows).toHaveLength(500);
    expect(found.bytesRead).toBe(chunkBytes(bytes)[0]?.[1]);
  });

  it('reads the pages alone that may match, of every column those of its own', () => {
    const bytes = file({ pageIndex: true });
    const found = scanBytes(bytes, { where: col('id').between(610, 612).predicate });
    expect(found.rows).toEqual([610, 611, 612].map((i) => [i, text(i), `${i}`.repeat(20)]));
    const [, second = []] = chunkBytes(bytes);
    const total = second.reduce((sum, size) => sum + size, 0);
    expect(found.bytesRead).toBeLessThan(total / 4);
    const indexless = scanBytes(file(), { where: col('id').between(610, 612).predicate });
    expect(indexless.bytesRead).toBe(total);
  });

  it('asks bloom filters for single values', () => {
    const bytes = file({ bloom: true });
    const found = scanBytes(bytes, { where: col('text').in('value 1000', 'none').predicate });
    expect(found.rows).toEqual([]);
    expect(found.bytesRead).toBeLessThan(4 * (64 + 2 * 32) + 1);
    expect(found.figures.rowGroupsRead).toBe(0);
    expect(scanBytes(bytes, { where: col('text').eq('value 10').predicate }).rows).toHaveLength(20);
  });

  it('asks dictionaries that hold all values of a chunk', () => {
    const rows = Array.from({ length: ROWS }, (_, i) => (i < 1000 ? ['a', 'z'][i % 2] : ['b', 'y'][i % 2]) as string);
    const column = { name: 'x', type: 'BYTE_ARRAY', converted: 'UTF8', values: rows } as const;
    const bytes = indexedParquet([column], { rowGroupRows: 500, pageRows: [50], statistics: true, dictionary: true });
    const found = scanBytes(bytes, { where: col('x').eq('b').predicate });
    expect(found.rows).toHaveLength(500);
    expect(found.figures.rowGroupsRead).toBe(2);
  });

  it('gives batches of the size that is asked for', () => {
    const where = col('id').lt(1001).and(col('text').startsWith('value 1')).predicate;
    const { rows } = scanBytes(file({ pageIndex: true, dictionary: true }), {
      where,
      columns: ['text', 'id'],
      batchRows: 10,
    });
    const expected = Array.from({ length: 1001 }, (_, i) => [text(i), i]).filter(([own]) =>
      String(own).startsWith('value 1'),
    );
    expect(rows).toEqual(expected);
  });

  it('takes a part of the file', () => {
    const bytes = file();
    const half = Math.floor(bytes.length / 2);
    const first = scanBytes(bytes, { columns: ['id'], part: { start: 0, length: half } });
    const second = scanBytes(bytes, { columns: ['id'], part: { start: half, length: bytes.length - half } });
    expect([...first.rows, ...second.rows]).toHaveLength(ROWS);
    expect(first.figures.rowGroups + second.figures.rowGroups).toBe(4);
  });

  it('finds damage where an index and the pages disagree', () => {
    const bytes = file({ pageIndex: true });
    const opened = openParquet(new ByteArraySource(bytes));
    const at = opened.metadata.rowGroups[0]?.columns[0]?.offsetIndexOffset as number;
    // The row at which the second page begins: 50 as a zigzag varint.
    const row = bytes.indexOf(100, at + 8);
    bytes[row] = 98;
    expect(() => scanBytes(bytes, { where: col('id').eq(10).predicate })).toThrow(/PARQUET_CORRUPT/);
  });
});
