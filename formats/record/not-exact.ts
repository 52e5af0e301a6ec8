import { CairnError } from '../../lib/base/errors.ts';

/** The `VALUE_NOT_EXACT` error for a value of a column. */
export function notExact(column: string, value: string | number | bigint, target: string, remedy: string): CairnError {
  return new CairnError('VALUE_NOT_EXACT', { column, value, target, remedy });
}
