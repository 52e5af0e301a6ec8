import type { ColumnBatch } from '../schema/batch.ts';
import { buildColumn } from './build-columns-plain.ts';
import { inferShape } from './infer-columns.ts';

/**
 * The records `rows[from] … rows[to - 1]` as columns, or undefined when they share no shape that is of use: the
 * caller keeps them as a `RowBatch` then. The batch holds no object of the caller's but strings and the members of
 * `value` columns.
 */
export function buildColumns(rows: readonly unknown[], from = 0, to = rows.length): ColumnBatch | undefined {
  const shape = inferShape(rows, from, to);
  if (shape.kind === 'value') return undefined;
  const root = buildColumn(shape, rows.slice(from, to));
  return root && { kind: 'columns', rowCount: to - from, root };
}
