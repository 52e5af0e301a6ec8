import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { materializeRows } from '../../../formats/record/materialize-rows.ts';
import type { ColumnBatch, TupleColumn } from '../../../formats/schema/batch.ts';
import { numbersOf, numberTuples } from '../../../lib/shuffle/number-columns.ts';

describe('numberTuples', () => {
  it('makes the columns that the same pairs as records have', () => {
    const [keys, values] = [Float64Array.of(1, -2, 300), Float64Array.of(0.5, -0, Number.NaN)];
    const pairs = [
      [1, 0.5],
      [-2, -0],
      [300, Number.NaN],
    ];
    expect(numberTuples([keys, values], 3)).toEqual(buildColumns(pairs));
    expect(materializeRows(numberTuples([keys, values], 2))).toEqual(pairs.slice(0, 2));
  });

  it('copies', () => {
    const arrays = [Float64Array.of(1, 2), Float64Array.of(0.5, 1.5)];
    const batch = numberTuples(arrays, 2);
    for (const array of arrays) array.fill(9);
    expect(materializeRows(batch)).toEqual([
      [1, 0.5],
      [2, 1.5],
    ]);
  });
});

describe('numbersOf', () => {
  it('gives the numbers of columns of nothing else', () => {
    const items = (...rows: unknown[][]) => ((buildColumns(rows) as ColumnBatch).root as TupleColumn).items;
    const [ints, doubles, texts, some] = items([1, 0.5, 'a', 1], [2, 1, 'b', null]);
    expect(
      [ints, doubles, texts, some].map((column) => numbersOf(column) && Array.from(numbersOf(column) ?? [])),
    ).toEqual([[1, 2], [0.5, 1], undefined, undefined]);
    expect(numbersOf(undefined)).toBe(undefined);
  });
});
