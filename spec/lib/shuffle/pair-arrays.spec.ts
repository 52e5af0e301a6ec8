import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { type ColumnBatch, rowBatch } from '../../../formats/schema/batch.ts';
import { columnValues, PairReader } from '../../../lib/shuffle/pair-arrays.ts';

const pairs: [unknown, unknown][][] = [
  [
    [1, 2.5],
    [300, -0],
    [-7, Number.NaN],
  ],
  [
    ['a', { x: 1 }],
    ['b', { x: 2 }],
  ],
  [
    [null, undefined],
    [4, 'text'],
  ],
  [[[1, 2], [3]]],
];

describe('PairReader', () => {
  it.each(pairs)('reads pairs of rows and of columns alike', (...batch) => {
    const reader = new PairReader();
    for (const form of [rowBatch(['x', ...batch], 1, batch.length + 1), buildColumns(batch) ?? rowBatch(batch)]) {
      const { count, keys, values } = reader.read(form);
      expect(count).toBe(batch.length);
      expect(Array.from({ length: count }, (_, i) => [keys[i], values[i]])).toEqual(batch);
    }
  });

  it('reads small integers into memory that it uses again', () => {
    const reader = new PairReader();
    const small = buildColumns([
      [1, 2],
      [3, 4],
    ]);
    const { keys } = reader.read(small as NonNullable<typeof small>);
    expect(keys).toBeInstanceOf(Int32Array);
    expect(reader.read(small as NonNullable<typeof small>).keys).toBe(keys);
  });

  it('refuses what is no pair', () => {
    const reader = new PairReader();
    expect(() => reader.read(rowBatch([1]))).toThrow(/NOT_A_PAIR/);
    expect(() => reader.read({ kind: 'range', start: 0, step: 1, count: 2 })).toThrow(/NOT_A_PAIR/);
  });
});

describe('columnValues', () => {
  it('gives numbers as typed arrays, and everything else as values', () => {
    const valuesOf = (rows: unknown[]) => columnValues((buildColumns(rows) as ColumnBatch).root, rows.length);
    expect(valuesOf([1, 2])).toEqual(new Int32Array([1, 2]));
    expect(valuesOf([1.5, 2])).toEqual(new Float64Array([1.5, 2]));
    expect(valuesOf([1, null])).toEqual([1, null]);
    expect(valuesOf(['a', 'b'])).toEqual(['a', 'b']);
  });
});
