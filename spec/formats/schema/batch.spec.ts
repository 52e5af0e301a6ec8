import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { batchLength, rowBatch } from '../../../formats/schema/batch.ts';

describe('a row batch', () => {
  it('shares the array and covers all of it unless told otherwise', () => {
    const rows = ['a', 'b', 'c', 'd'];
    expect(rowBatch(rows)).toEqual({ kind: 'rows', rows, from: 0, to: 4 });
    expect(rowBatch(rows).rows).toBe(rows);
    expect(rowBatch(rows, 1)).toMatchObject({ from: 1, to: 4 });
    expect(rowBatch(rows, 1, 3)).toMatchObject({ from: 1, to: 3 });
  });
});

describe('the length of a batch', () => {
  it('counts the records that the batch stands for, not those of its array', () => {
    expect(batchLength(rowBatch([1, 2, 3, 4], 1, 3))).toBe(2);
    expect(batchLength(rowBatch([]))).toBe(0);
  });

  it('is the row count of columns, of lists too', () => {
    const lists = buildColumns([[1, 2, 3], [], [4]], 0, 3);
    expect(lists?.root.kind).toBe('list');
    expect(lists === undefined ? undefined : batchLength(lists)).toBe(3);
  });
});
