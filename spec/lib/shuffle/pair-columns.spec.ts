import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { type ColumnBatch, rowBatch } from '../../../formats/schema/batch.ts';
import { recordsOf } from '../../../lib/lineage/records.ts';
import { numberBatch, numberColumns, numberRows } from '../../../lib/shuffle/pair-columns.ts';

function columns(records: readonly unknown[]): ColumnBatch {
  return buildColumns(records, 0, records.length) as ColumnBatch;
}

describe('columns of pairs', () => {
  it('are found in batches of pairs of numbers only', () => {
    expect(numberColumns(columns([[1, 2.5]]))).toMatchObject({ keys: { kind: 'int' }, values: { kind: 'double' } });
    const others = [
      [[1, 'a']],
      [['a', 1]],
      [[1, 2, 3]],
      [[1, null]],
      [[null, 1]],
      [{ a: 1, b: 2 }],
      [[1, 2], null],
      [1],
    ];
    for (const records of others) expect(numberColumns(columns(records))).toBe(undefined);
    expect(numberColumns(rowBatch([[1, 2]]))).toBe(undefined);
    expect(numberColumns({ kind: 'range', start: 0, step: 1, count: 3 })).toBe(undefined);
  });

  it('show a part of pairs as a batch, and as records', () => {
    const pairs = { keys: Float64Array.of(1, 2, -0), values: Float64Array.of(4, Number.NaN, 6) };
    expect([...recordsOf([numberBatch(pairs, 1, 3)])]).toEqual([
      [2, Number.NaN],
      [-0, 6],
    ]);
    expect(numberRows(pairs, 0, 2)).toEqual([
      [1, 4],
      [2, Number.NaN],
    ]);
  });
});
