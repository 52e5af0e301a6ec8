/**
 * What a scan is asked to keep: a small closed language over columns, as plain data that can be sent to a worker,
 * hashed and printed. Readers skip with it what cannot match and drop the rest row by row, so that what comes out of a
 * scan is exactly what matches.
 *
 * SQL's three-valued logic: a comparison with a missing value is neither true nor false, and so is its `not`; rows are
 * kept where the whole is true. Floating-point numbers are ordered as in Spark: NaN equals NaN and is above everything
 * else, -0 equals 0. Strings are ordered by their bytes in UTF-8, false is below true.
 */

/** What columns are compared with; bind-literal.ts says which types of columns take which of them. */
export type ScanValue = boolean | number | bigint | string | Date | Uint8Array;

/** A top-level column by its name, or a field of structs: names joined with dots where no column has that very name. */
export type ScanColumn = string | readonly string[];

export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

export type ScanPredicate =
  | { readonly kind: Comparison; readonly column: ScanColumn; readonly value: ScanValue }
  | { readonly kind: 'in'; readonly column: ScanColumn; readonly values: readonly ScanValue[] }
  | { readonly kind: 'isNull' | 'isNotNull'; readonly column: ScanColumn }
  | { readonly kind: 'startsWith'; readonly column: ScanColumn; readonly prefix: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly ScanPredicate[] }
  | { readonly kind: 'not'; readonly of: ScanPredicate };

/** The columns that a predicate looks at, in order of first mention. */
export function columnsOfPredicate(predicate: ScanPredicate): readonly ScanColumn[] {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.of.flatMap(columnsOfPredicate);
    case 'not':
      return columnsOfPredicate(predicate.of);
    default:
      return [predicate.column];
  }
}

/** A column as text. */
export function columnText(column: ScanColumn): string {
  return typeof column === 'string' ? column : column.join('.');
}

/** The conditions that must all hold: those of an `and` one by one. */
export function conjunctsOf(predicate: ScanPredicate): readonly ScanPredicate[] {
  return predicate.kind === 'and' ? predicate.of.flatMap(conjunctsOf) : [predicate];
}

const SPARK_NAMES: Readonly<Record<Exclude<Comparison, 'ne'>, string>> = {
  eq: 'EqualTo',
  lt: 'LessThan',
  le: 'LessThanOrEqual',
  gt: 'GreaterThan',
  ge: 'GreaterThanOrEqual',
};

/** A predicate as Spark prints it in `PushedFilters`: `GreaterThan(delay,15)`. */
export function formatPredicate(predicate: ScanPredicate): string {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return formatJunction(predicate.kind === 'and' ? 'And' : 'Or', predicate.of);
    case 'not':
      return `Not(${formatPredicate(predicate.of)})`;
    case 'ne':
      return `Not(EqualTo(${columnText(predicate.column)},${formatValue(predicate.value)}))`;
    case 'in':
      return `In(${columnText(predicate.column)}, [${predicate.values.map(formatValue).join(',')}])`;
    case 'isNull':
      return `IsNull(${columnText(predicate.column)})`;
    case 'isNotNull':
      return `IsNotNull(${columnText(predicate.column)})`;
    case 'startsWith':
      return `StringStartsWith(${columnText(predicate.column)},${predicate.prefix})`;
    default:
      return `${SPARK_NAMES[predicate.kind]}(${columnText(predicate.column)},${formatValue(predicate.value)})`;
  }
}

/** Spark's are binary: three conditions are two junctions. */
function formatJunction(name: 'And' | 'Or', of: readonly ScanPredicate[]): string {
  if (of.length === 0) return name === 'And' ? 'AlwaysTrue()' : 'AlwaysFalse()';
  return of.map(formatPredicate).reduce((left, right) => `${name}(${left},${right})`);
}

/** A value as a message or a plan shows it. */
export function formatValue(value: ScanValue): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A predicate as data of strings, for fingerprints: two predicates share it only if they say the same. */
export function predicateIdentity(predicate: ScanPredicate): readonly unknown[] {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return [predicate.kind, ...predicate.of.map(predicateIdentity)];
    case 'not':
      return [predicate.kind, predicateIdentity(predicate.of)];
    case 'in':
      return [predicate.kind, predicate.column, ...predicate.values.map(valueIdentity)];
    case 'isNull':
    case 'isNotNull':
      return [predicate.kind, predicate.column];
    case 'startsWith':
      return [predicate.kind, predicate.column, predicate.prefix];
    default:
      return [predicate.kind, predicate.column, valueIdentity(predicate.value)];
  }
}

function valueIdentity(value: ScanValue): string {
  const type = value instanceof Date ? 'date' : value instanceof Uint8Array ? 'bytes' : typeof value;
  return `${type}:${formatValue(value)}`;
}
