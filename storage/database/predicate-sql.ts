/**
 * Conditions in SQL: from a bound predicate, in which nothing is negated any more, to an expression that is true for
 * every row that matches. Where it is true for no others it is exact, and nobody has to look again; where a value, a
 * column or an order cannot be said, the expression lets through more. It never lets through less.
 */
import type { BoundPredicate, PredicateBinding } from '../../formats/scan/bind-predicate.ts';
import {
  compareValues,
  nextValue,
  type OrderedValue,
  type ValueRange,
  type ValueSet,
} from '../../formats/scan/value-set.ts';
import { endLimit, lowLimit, pointLimit } from './bound-value.ts';
import type { DialectName } from './database-settings.ts';
import { comparedColumn, literal, quoteName, type SqlValues } from './sql-dialect.ts';
import type { TableColumn } from './table-column.ts';

export interface PredicateSql {
  /** Undefined where every row is let through. */
  readonly sql: string | undefined;
  readonly isExact: boolean;
}

const TRUE: PredicateSql = { sql: undefined, isExact: false };
const FALSE = '1 = 0';

/** More ranges in a condition, as of a long `in`, are not said: statements and their values have limits. */
const MAX_RANGES = 1000;

/** `columns` are those that the predicate numbers; values are added to `values` in the order of their places. */
export function predicateSql(
  dialect: DialectName,
  { predicate }: PredicateBinding,
  columns: readonly TableColumn[],
  values: SqlValues,
): PredicateSql {
  return toSql({ dialect, columns, values }, predicate);
}

interface Saying {
  readonly dialect: DialectName;
  readonly columns: readonly TableColumn[];
  readonly values: SqlValues;
}

function toSql(saying: Saying, predicate: BoundPredicate): PredicateSql {
  switch (predicate.kind) {
    case 'all': {
      const parts = predicate.of.map((each) => toSql(saying, each));
      const said = parts.flatMap(({ sql }) => sql ?? []);
      const isExact = parts.every((each) => each.isExact);
      return said.length === 0 ? { sql: undefined, isExact } : { sql: join(said, 'AND'), isExact };
    }
    case 'any': {
      if (predicate.of.length === 0) return { sql: FALSE, isExact: true };
      const before = saying.values.length;
      const parts = predicate.of.map((each) => toSql(saying, each));
      if (parts.some(({ sql }) => sql === undefined)) {
        // What stays unsaid must leave no values behind.
        saying.values.length = before;
        return { sql: undefined, isExact: parts.some(({ sql, isExact }) => sql === undefined && isExact) };
      }
      return {
        sql: join(
          parts.flatMap(({ sql }) => sql ?? []),
          'OR',
        ),
        isExact: parts.every((each) => each.isExact),
      };
    }
    case 'null':
    case 'present': {
      const column = saying.columns[predicate.column] as TableColumn;
      const name = quoteName(saying.dialect, column.field.name);
      return { sql: `${name} IS ${predicate.kind === 'null' ? '' : 'NOT '}NULL`, isExact: true };
    }
    default:
      return setSql(saying, saying.columns[predicate.column] as TableColumn, predicate.set);
  }
}

function join(parts: readonly string[], word: 'AND' | 'OR'): string {
  return parts.length === 1 ? (parts[0] as string) : parts.map((each) => `(${each})`).join(` ${word} `);
}

type AnyRange = ValueRange<OrderedValue>;

function setSql({ dialect, values }: Saying, column: TableColumn, set: ValueSet): PredicateSql {
  if (column.order === 'none') return TRUE;
  const relaxed = { sql: `${quoteName(dialect, column.field.name)} IS NOT NULL`, isExact: false };
  const ranges = set.ranges as readonly AnyRange[];
  if (ranges.length > MAX_RANGES) return relaxed;
  const before = values.length;
  const name = comparedColumn(dialect, column);
  const said: string[] = [];
  let isExact = true;

  const points: string[] = [];
  for (const { low } of ranges.filter((range) => isPoint(set, range))) {
    const limit = pointLimit(dialect, column, low as OrderedValue);
    if (limit === undefined || limit === 'all') {
      values.length = before;
      return relaxed;
    }
    if (limit !== 'none') points.push(literal(dialect, column, limit.value, values));
  }
  if (points.length > 0)
    said.push(points.length === 1 ? `${name} = ${points[0]}` : `${name} IN (${points.join(', ')})`);

  for (const range of ranges.filter((each) => !isPoint(set, each))) {
    const limits = [
      range.low === undefined ? 'all' : lowLimit(dialect, column, range.low),
      range.end === undefined ? 'all' : endLimit(dialect, column, range.end),
    ];
    if (limits.includes('none')) continue;
    isExact &&= !limits.includes(undefined);
    const tests = limits.flatMap((limit) =>
      typeof limit === 'object' ? `${name} ${limit.operator} ${literal(dialect, column, limit.value, values)}` : [],
    );
    if (tests.length === 0) {
      // All there is of a side; the other ranges add nothing.
      values.length = before;
      return { ...relaxed, isExact };
    }
    said.push(join(tests, 'AND'));
  }
  return { sql: said.length === 0 ? FALSE : join(said, 'OR'), isExact };
}

function isPoint({ domain }: ValueSet, { low, end }: AnyRange): boolean {
  if (low === undefined || end === undefined) return false;
  const next = nextValue(domain, low);
  return next !== undefined && compareValues(domain, next, end) === 0;
}
