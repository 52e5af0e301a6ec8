import type { Field } from '../../formats/schema/data-type.ts';
import { parseField } from '../../formats/schema/parse-type.ts';
import { CairnError } from '../base/errors.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import { invalidArgument } from './check-argument.ts';

/** A column of a schema that was given, and its type as it was written. */
export interface GivenColumn {
  readonly field: Field;
  readonly text: string;
}

/** Columns with the types that texts say; `option` is where they were given. Raises INVALID_ARGUMENT and TYPE_UNKNOWN. */
export function checkColumnTypes(method: string, columns: unknown, option = 'schema'): readonly GivenColumn[] {
  const expected = "types by column, such as { id: 'int64' }";
  const isObject = typeof columns === 'object' && columns !== null;
  const pairs: readonly unknown[] = Array.isArray(columns) ? columns : isObject ? Object.entries(columns) : [];
  if (pairs.length === 0) throw invalidArgument(method, option, expected, columns);
  return pairs.map((pair) => {
    const [name, text] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    if (typeof name !== 'string' || typeof text !== 'string') throw invalidArgument(method, option, expected, columns);
    try {
      return { field: parseField(name, text), text };
    } catch (error) {
      throw error instanceof CairnError ? startAtCaller(error) : error;
    }
  });
}
