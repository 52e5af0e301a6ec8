import { describe, expect, it } from 'vitest';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { RowGroupReader } from '../../../formats/parquet/row-group-reader.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { type ChunkSpec, type ElementSpec, hybrid, int32s, parquetBytes } from '../../support/parquet-bytes.ts';
import { vectorValues } from '../../support/vector-values.ts';

const leaf = (name: string): ElementSpec => ({ name, type: 'INT32', repetition: 'REQUIRED' });
const chunk = (...values: readonly number[]): ChunkSpec => ({
  pages: [{ count: values.length, values: int32s(...values) }],
});
const bytes = parquetBytes(
  [leaf('a'), leaf('constructor')],
  [
    { rowCount: 2, chunks: [chunk(1, 2), chunk(3, 4)] },
    { rowCount: 1, chunks: [chunk(5), chunk(6)] },
  ],
);
const open = () => openParquet(new ByteArraySource(bytes));

describe('the reader of row groups', () => {
  it('reads them in any order, all columns or some', () => {
    const reader = new RowGroupReader(open());
    const second = reader.read(1);
    expect(second.vectors.map(vectorValues)).toEqual([[5], [6]]);
    const first = reader.read(0);
    expect(first).toMatchObject({ rowCount: 2, fields: [{ name: 'a' }, { name: 'constructor' }] });
    expect(first.vectors.map(vectorValues)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const some = new RowGroupReader(open(), { columns: ['constructor'] });
    expect(some.columns.map(({ name }) => name)).toEqual(['constructor']);
    expect(some.read(0).vectors.map(vectorValues)).toEqual([[3, 4]]);
    expect(some.bytesOf(0)).toBeLessThan(new RowGroupReader(open()).bytesOf(0));
    expect(new RowGroupReader(open(), { columns: [] }).read(0)).toEqual({ rowCount: 2, fields: [], vectors: [] });
  });

  it('uses the memory of its batches again, but for those that are owned', () => {
    const reader = new RowGroupReader(open());
    const owned = reader.readOwned(0).vectors[0] as Vector;
    const { vectors } = reader.read(0);
    reader.read(1);
    expect(vectorValues(owned)).toEqual([1, 2]);
    expect(vectorValues(vectors[0] as Vector)).not.toEqual([1, 2]);
  });

  it('refuses columns of other lengths than the row group says', () => {
    const item: ElementSpec = { name: 'x', type: 'INT32', repetition: 'REPEATED' };
    const page = {
      count: 3,
      values: int32s(1, 2, 3),
      repetitions: hybrid([0, 1, 0], 1),
      definitions: hybrid([1, 1, 1], 1),
    };
    const read = (rowCount: number) => {
      const content = parquetBytes([item], [{ rowCount, chunks: [{ pages: [page] }] }]);
      return new RowGroupReader(openParquet(new ByteArraySource(content))).read(0).vectors.map(vectorValues);
    };
    expect(read(2)).toEqual([[[1, 2], [3]]]);
    expect(() => read(3)).toThrow(expect.objectContaining({ code: 'PARQUET_CORRUPT' }));
    const wrong = parquetBytes([leaf('a')], [{ rowCount: 3, chunks: [chunk(1, 2)] }]);
    expect(() => new RowGroupReader(openParquet(new ByteArraySource(wrong))).read(0)).toThrow(
      expect.objectContaining({ code: 'PARQUET_CORRUPT' }),
    );
  });
});
