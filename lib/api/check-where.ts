/** Conditions that scans are given, checked. */
import { Condition } from '../../formats/scan/predicate-builder.ts';
import type { ScanColumn, ScanPredicate, ScanValue } from '../../formats/scan/scan-predicate.ts';
import { invalidArgument } from './check-argument.ts';

/** Whether a value names a column: text, or a path of texts. */
export function isColumn(column: unknown): column is ScanColumn {
  if (typeof column === 'string') return true;
  return Array.isArray(column) && column.length > 0 && column.every((name) => typeof name === 'string');
}

const WHERE = "a condition such as col('delay').gt(15)";

/**
 * What the condition of a scan says, checked: nothing stops programs without types from putting anything into it. Raises
 * INVALID_ARGUMENT.
 */
export function checkWhere(method: string, where: unknown): ScanPredicate | undefined {
  if (where === undefined) return undefined;
  if (!(where instanceof Condition)) throw invalidArgument(method, 'where', WHERE, where);
  checkPredicate(method, where.predicate, 0);
  return where.predicate;
}

/** Deeper nesting is made by a loop that should have given `and` or `or` a list. */
const MAX_DEPTH = 500;

function checkPredicate(method: string, predicate: ScanPredicate, depth: number): void {
  if (depth > MAX_DEPTH) {
    throw invalidArgument(
      method,
      'where',
      `conditions at most ${MAX_DEPTH} deep: use in(), or give and() several`,
      depth,
    );
  }
  switch (predicate.kind) {
    case 'and':
    case 'or':
      for (const each of predicate.of) checkPredicate(method, each, depth + 1);
      return;
    case 'not':
      checkPredicate(method, predicate.of, depth + 1);
      return;
    case 'in':
      for (const value of predicate.values) checkValue(method, value);
      break;
    case 'startsWith':
      checkPrefix(method, predicate.prefix);
      break;
    case 'isNull':
    case 'isNotNull':
      break;
    default:
      checkValue(method, predicate.value);
  }
  const { column } = predicate;
  if (!isColumn(column)) throw invalidArgument(method, 'where', 'names of columns in col()', column);
}

function checkPrefix(method: string, prefix: unknown): void {
  if (typeof prefix !== 'string') throw invalidArgument(method, 'where', 'a string to begin with', prefix);
}

function checkValue(method: string, value: ScanValue): void {
  if (value instanceof Date || value instanceof Uint8Array) return;
  if (['boolean', 'number', 'bigint', 'string'].includes(typeof value)) return;
  const expected =
    'boolean, number, bigint, string, Date or Uint8Array to compare with (isNull() finds what is missing)';
  throw invalidArgument(method, 'where', expected, value);
}
