/**
 * What of a table is read, in SQL: a pure plan from what the table is and what is wanted. Conditions go into SQL as far
 * as the database compares as we do; the rest is looked at when rows have been read.
 */

import type { RecordMapping } from '../../formats/record/record-columns.ts';
import { bindPredicate, columnNotFound, type PredicateBinding } from '../../formats/scan/bind-predicate.ts';
import { columnText, conjunctsOf, type ScanColumn, type ScanPredicate } from '../../formats/scan/scan-predicate.ts';
import type { Field } from '../../formats/schema/data-type.ts';
import { boundText, type StridePart, type StrideUnit } from './column-stride.ts';
import { type DatabaseSettings, type DialectName, describeDatabase } from './database-settings.ts';
import { predicateSql } from './predicate-sql.ts';
import { quoteName, quotePath, type SqlValues } from './sql-dialect.ts';
import type { TableColumn } from './table-column.ts';

/** What rows come from: a table by its names, outermost first, or a query. */
export type TableSource = { readonly table: readonly string[] } | { readonly query: string };

/** A partition: a range of a column, a condition in SQL, or everything. */
export type DatabaseSplit =
  | { readonly kind: 'all' }
  | { readonly kind: 'stride'; readonly column: string; readonly unit: StrideUnit; readonly part: StridePart }
  | { readonly kind: 'predicate'; readonly sql: string };

export interface ScanRequest {
  readonly settings: DatabaseSettings;
  readonly source: TableSource;
  /** Columns of the rows, in order; all unless given. */
  readonly columns: readonly string[] | undefined;
  readonly where: ScanPredicate | undefined;
  readonly timestamp: RecordMapping['timestamp'];
  readonly decimal: RecordMapping['decimal'];
  /** Types that are given, of columns that must be there. */
  readonly schema: readonly Field[];
  /** One a partition. */
  readonly splits: readonly DatabaseSplit[];
}

/** What a scan does with a table. */
export interface ScanPlan {
  /** Fields of the rows, in order. */
  readonly fields: readonly Field[];
  /** What is selected: the columns of the rows, then those that only conditions look at. */
  readonly selected: readonly TableColumn[];
  readonly pushed: readonly ScanPredicate[];
  /** Conditions that are looked at here, whether or not something of them was pushed, too. */
  readonly residual: readonly ScanPredicate[];
  /** The residual conditions over columns of `selected`. */
  readonly binding: PredicateBinding | undefined;
  readonly mapping: RecordMapping;
  /** The statement of a partition, and its values. */
  statement(split: DatabaseSplit): { readonly sql: string; readonly values: SqlValues };
}

/** Raises COLUMN_NOT_FOUND and PREDICATE_TYPE. */
export function planScan(request: ScanRequest, columns: readonly TableColumn[]): ScanPlan {
  const { settings, where, timestamp, decimal } = request;
  const { dialect } = settings;
  const source = describeSource(settings, request.source);
  const schema = { fields: columns.map(({ field }) => field) };
  const find = (name: string): TableColumn => {
    const found = columns.find(({ field }) => field.name === name);
    if (found === undefined) throw columnNotFound(schema, name, source);
    return found;
  };
  // A name that is not there would be a text to some databases, and a cut through nothing.
  const strides = request.splits.flatMap((split) => (split.kind === 'stride' ? [split.column] : []));
  for (const name of [...request.schema.map((each) => each.name), ...strides.slice(0, 1)]) find(name);
  const wanted = request.columns === undefined ? columns : [...new Set(request.columns)].map(find);
  const resolve = (column: ScanColumn) => {
    const { field } = find(columnText(column));
    return { kind: 'column', path: [field.name], type: field.type } as const;
  };
  const pushed: ScanPredicate[] = [];
  const residual: ScanPredicate[] = [];
  const pushable: PredicateBinding[] = [];
  for (const conjunct of where === undefined ? [] : conjunctsOf(where)) {
    const bound = bindPredicate(conjunct, resolve, source);
    const { sql, isExact } = predicateSql(dialect, bound, bound.columns.map(nameOf).map(find), []);
    if (sql !== undefined) {
      pushed.push(conjunct);
      pushable.push(bound);
    }
    if (!isExact) residual.push(conjunct);
  }
  const binding = residual.length === 0 ? undefined : bindPredicate({ kind: 'and', of: residual }, resolve, source);
  const tested = (binding?.columns ?? []).map(nameOf).map(find);
  const selected = [...new Set([...wanted, ...tested])];
  return {
    fields: wanted.map(({ field }) => field),
    selected,
    pushed,
    residual,
    binding,
    mapping: { int64: numbersAmong(columns), timestamp, decimal },
    statement(split) {
      const values: SqlValues = [];
      const tests = pushable.map((each) => predicateSql(dialect, each, each.columns.map(nameOf).map(find), values).sql);
      const list = selected.map(({ field }) => quoteName(dialect, field.name)).join(', ');
      const conditions = [...tests.map((each) => `(${each})`), ...splitSql(dialect, split)];
      const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
      return { sql: `SELECT ${list === '' ? '1' : list} FROM ${sourceSql(dialect, request.source)}${filter}`, values };
    },
  };
}

function nameOf({ path }: { readonly path: readonly string[] }): string {
  return path[0] as string;
}

/** The columns of 64-bit integers that become numbers. */
function numbersAmong(columns: readonly TableColumn[]): ReadonlySet<string> {
  return new Set(columns.filter(({ asNumbers }) => asNumbers).map(({ field }) => field.name));
}

/** What stands after FROM. A query gets a line of its own: it may end in a comment. */
export function sourceSql(dialect: DialectName, source: TableSource): string {
  if ('table' in source) return quotePath(dialect, source.table);
  return `(\n${source.query.replace(/[\s;]+$/, '')}\n) AS cairn_source`;
}

function splitSql(dialect: DialectName, split: DatabaseSplit): readonly string[] {
  if (split.kind === 'all') return [];
  if (split.kind === 'predicate') return [`(\n${split.sql}\n)`];
  const { unit, part } = split;
  const column = quoteName(dialect, split.column);
  // Bounds are digits and signs of dates: made here, they need no place of their own.
  const bound = (value: bigint) => (unit === 'integer' ? String(value) : `'${boundText(unit, value)}'`);
  const tests: string[] = [];
  if (part.low !== undefined) tests.push(`${column} >= ${bound(part.low)}`);
  if (part.end !== undefined) tests.push(`${column} < ${bound(part.end)}`);
  if (tests.length === 0) return [];
  const range = tests.join(' AND ');
  return [part.withNulls ? `(${range} OR ${column} IS NULL)` : `(${range})`];
}

/** Where rows come from, as it may be shown: a query by its beginning, which is not looked into. */
export function describeSource(settings: DatabaseSettings, source: TableSource): string {
  return `${describeDatabase(settings)} ${describeTable(source)}`;
}

const SHOWN_QUERY = 60;

export function describeTable(source: TableSource): string {
  if ('table' in source) return source.table.join('.');
  const text = source.query.replace(/\s+/g, ' ').trim();
  return `(${text.length > SHOWN_QUERY ? `${text.slice(0, SHOWN_QUERY)}…` : text})`;
}
