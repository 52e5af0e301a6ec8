/** Batches whose records are pairs of numbers: what sorts take without making a record of each. */
import type { Column, ColumnBatch, DoubleColumn, IntColumn } from '../../formats/schema/batch.ts';
import type { TaskBatch } from '../lineage/task-context.ts';
import type { NumberPairs } from './number-sorter.ts';

export type NumberColumn = IntColumn | DoubleColumn;

/** The columns of keys and of values; one column twice where each key is its own value. */
export interface NumberColumns {
  readonly keys: NumberColumn;
  readonly values: NumberColumn;
}

/** The columns of a batch of pairs of numbers, none of them null. Undefined for any other batch. */
export function numberColumns(batch: TaskBatch): NumberColumns | undefined {
  if (batch.kind !== 'columns') return undefined;
  const { root } = batch;
  if (root.kind !== 'tuple' || root.nulls !== undefined || root.items.length !== 2) return undefined;
  const [keys, values] = root.items as readonly [Column, Column];
  return isNumbers(keys) && isNumbers(values) ? { keys, values } : undefined;
}

function isNumbers(column: Column): column is NumberColumn {
  return (column.kind === 'double' || column.kind === 'int') && column.nulls === undefined;
}

/** The pairs `from … to - 1` as a batch that shows them. */
export function numberBatch({ keys, values }: NumberPairs, from: number, to: number): ColumnBatch {
  const key: DoubleColumn = { kind: 'double', values: keys.subarray(from, to), nulls: undefined };
  const value: DoubleColumn =
    keys === values ? key : { kind: 'double', values: values.subarray(from, to), nulls: undefined };
  return { kind: 'columns', rowCount: to - from, root: { kind: 'tuple', items: [key, value], nulls: undefined } };
}

/** The pairs `from … to - 1` as records. */
export function numberRows({ keys, values }: NumberPairs, from: number, to: number): unknown[] {
  const rows = new Array<unknown>(to - from);
  for (let i = from; i < to; i++) rows[i - from] = [keys[i], values[i]];
  return rows;
}
