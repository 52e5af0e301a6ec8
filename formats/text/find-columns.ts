import { columnNotFound } from '../scan/bind-predicate.ts';
import { schemaOf, type TextField } from './text-type.ts';

/**
 * Where the columns that are asked for stand among the fields, in the order asked for. Raises COLUMN_NOT_FOUND, with the
 * column that was probably meant; `source` names the data in it.
 */
export function findColumns(
  fields: readonly TextField[],
  columns: readonly string[],
  source: string,
): readonly number[] {
  return columns.map((column) => {
    const at = fields.findIndex(([name]) => name === column);
    if (at < 0) throw columnNotFound(schemaOf(fields), column, source);
    return at;
  });
}
