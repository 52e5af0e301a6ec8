import type { ColumnBatch } from '../schema/batch.ts';
import { rowAt } from './row-at.ts';

/**
 * The records `from … to - 1` of a batch as JS values that the caller owns; equal to those the batch was built from.
 * Records of a `value` column are shared, not copied.
 */
export function materializeRows(batch: ColumnBatch, from = 0, to = batch.rowCount): unknown[] {
  const rows = new Array<unknown>(to - from);
  for (let i = from; i < to; i++) rows[i - from] = rowAt(batch.root, i);
  return rows;
}
