import { narrowDoubles } from '../../formats/record/narrow-columns.ts';
import type { Column, ColumnBatch } from '../../formats/schema/batch.ts';

/** A batch of tuples of numbers, a column from each array: its first `rowCount` numbers, which are copied. */
export function numberTuples(arrays: readonly Float64Array[], rowCount: number): ColumnBatch {
  const items = arrays.map((array) => copyOf(narrowDoubles(array, rowCount, undefined), array));
  return { kind: 'columns', rowCount, root: { kind: 'tuple', items, nulls: undefined } };
}

/** Integers are copies already. */
function copyOf(column: Column, array: Float64Array): Column {
  return column.kind === 'double' && column.values === array ? { ...column, values: array.slice() } : column;
}

/** The numbers of a column in an array of that size and kind; undefined where not all of it are numbers. */
export function numbersOf(column: Column | undefined): ArrayLike<number> | undefined {
  if (column === undefined || column.nulls !== undefined) return undefined;
  return column.kind === 'int' || column.kind === 'double' ? column.values : undefined;
}
