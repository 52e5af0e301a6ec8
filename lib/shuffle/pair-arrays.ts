/** Pairs of a batch as two arrays, without making an array of each pair where the batch has columns. */
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import type { Column, ColumnBatch } from '../../formats/schema/batch.ts';
import { checkPair } from '../lineage/pair.ts';
import { rowsOf } from '../lineage/records.ts';
import type { PendingBatch, TaskBatch } from '../lineage/task-context.ts';

/** Values of one side, by position. Loops are compiled for each of the three. */
export type SideArray = Int32Array | Float64Array | readonly unknown[];

export interface PairArrays {
  readonly count: number;
  readonly keys: SideArray;
  readonly values: SideArray;
}

/** Reads batches of pairs. What it gives is good until the next batch: small integers are widened in memory that stays. */
export class PairReader {
  #keys = new Int32Array(0);
  #values = new Int32Array(0);

  /** The batch's pairs. The arrays may be views of the batch. Raises NOT_A_PAIR. */
  read(batch: Exclude<TaskBatch, PendingBatch>): PairArrays {
    if (batch.kind === 'columns') {
      const { root, rowCount: count } = batch;
      if (root.kind === 'tuple' && root.nulls === undefined && root.items.length >= 2) {
        const [keys, values] = root.items as [Column, Column];
        if (this.#keys.length < count) this.#keys = new Int32Array(count);
        if (this.#values.length < count) this.#values = new Int32Array(count);
        return {
          count,
          keys: columnValues(keys, count, this.#keys),
          values: columnValues(values, count, this.#values),
        };
      }
    }
    const { rows, from, to } = rowsOf(batch);
    const count = to - from;
    const keys = new Array<unknown>(count);
    const values = new Array<unknown>(count);
    for (let i = 0; i < count; i++) {
      const pair = checkPair(rows[from + i]);
      keys[i] = pair[0];
      values[i] = pair[1];
    }
    return { count, keys, values };
  }
}

/** The values of a column with `count` entries: numbers as typed arrays of one of two kinds, in `scratch` if they fit. */
export function columnValues(column: Column, count: number, scratch?: Int32Array): SideArray {
  if (column.nulls === undefined) {
    if (column.kind === 'double') return column.values;
    if (column.kind === 'int') {
      if (column.values instanceof Int32Array) return column.values;
      if (scratch === undefined) return new Int32Array(column.values);
      scratch.set(column.values);
      return scratch;
    }
  }
  const batch: ColumnBatch = { kind: 'columns', rowCount: count, root: column };
  return materializeRows(batch);
}
