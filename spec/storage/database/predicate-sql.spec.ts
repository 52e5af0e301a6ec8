import { describe, expect, it } from 'vitest';
import { bindPredicate } from '../../../formats/scan/bind-predicate.ts';
import { type Condition, col } from '../../../formats/scan/predicate-builder.ts';
import { columnText } from '../../../formats/scan/scan-predicate.ts';
import { parseType } from '../../../formats/schema/parse-type.ts';
import type { DialectName } from '../../../storage/database/database-settings.ts';
import { predicateSql } from '../../../storage/database/predicate-sql.ts';
import { tableColumn } from '../../support/databases.ts';

const COLUMNS = [
  tableColumn('i', parseType('int64'), { order: 'integer', native: 'int8' }),
  tableColumn('f', parseType('double'), { order: 'float', native: 'float8' }),
  tableColumn('t', parseType('string'), { order: 'text', native: 'text' }),
  tableColumn('x', parseType('string')),
];

function said(
  { predicate }: Condition,
  dialect: DialectName = 'sqlite',
): readonly [sql: string | undefined, exact: boolean, ...values: unknown[]] {
  const find = (name: string) => COLUMNS.find(({ field }) => field.name === name) as (typeof COLUMNS)[number];
  const bound = bindPredicate(
    predicate,
    (column) => ({ kind: 'column', path: [columnText(column)], type: find(columnText(column)).field.type }),
    't',
  );
  const values: unknown[] = [];
  const columns = bound.columns.map(({ path }) => find(path[0] as string));
  const { sql, isExact } = predicateSql(dialect, bound, columns, values);
  return [sql, isExact, ...values];
}

describe('conditions in SQL', () => {
  it('are exact where the database compares as we do', () => {
    expect(said(col('i').eq(5))).toEqual(['"i" = ?', true, 5n]);
    expect(said(col('i').in(1, 5, 9))).toEqual(['"i" IN (?, ?, ?)', true, 1n, 5n, 9n]);
    expect(said(col('i').gt(2.5))).toEqual(['"i" >= ?', true, 3n]);
    expect(said(col('i').ne(5))).toEqual(['("i" < ?) OR ("i" >= ?)', true, 5n, 6n]);
    expect(said(col('i').between(1, 5).not())).toEqual(['("i" < ?) OR ("i" >= ?)', true, 1n, 6n]);
    expect(said(col('i').isNull().or(col('f').lt(1.5)))).toEqual(['("f" < ?) OR ("i" IS NULL)', true, 1.5]);
    expect(said(col('t').startsWith('ab'))).toEqual([
      '("t" COLLATE BINARY >= ?) AND ("t" COLLATE BINARY < ?)',
      true,
      'ab',
      'ac',
    ]);
  });

  it('say of a column that none of its values match, or all', () => {
    expect(said(col('i').eq(2n ** 70n))).toEqual(['1 = 0', true]);
    expect(said(col('i').lt(2n ** 70n))).toEqual(['"i" IS NOT NULL', true]);
    expect(said(col('f').le(Number.NaN))).toEqual(['"f" IS NOT NULL', true]);
    expect(said(col('f').eq(Number.NaN))).toEqual(['1 = 0', true]);
    expect(said(col('f').eq(Number.NaN), 'postgres')).toEqual(['"f" >= $1::float8', true, 'NaN']);
  });

  it('let through more where something cannot be said, and leave no values of it', () => {
    expect(said(col('x').eq('a'))).toEqual([undefined, false]);
    expect(said(col('i').eq(1).and(col('x').eq('a')))).toEqual(['"i" = ?', false, 1n]);
    expect(said(col('i').eq(1).or(col('x').eq('a')))).toEqual([undefined, false]);
    expect(said(col('i').eq(1).or(col('x').eq('a')).and(col('f').gt(2)))).toEqual([
      '"f" >= ?',
      false,
      2.0000000000000004,
    ]);
    expect(said(col('t').eq('\ufffd'))).toEqual(['"t" IS NOT NULL', false]);
    expect(said(col('t').startsWith('a\u{10ffff}'))).toEqual(['"t" COLLATE BINARY >= ?', false, 'a\u{10ffff}']);
    const many = Array.from({ length: 1001 }, (_, i) => 2 * i);
    expect(said(col('i').in(...many))).toEqual(['"i" IS NOT NULL', false]);
  });

  it('number their places where the database wants that', () => {
    expect(said(col('i').eq(5).and(col('t').gt('a')), 'postgres')).toEqual([
      '("i" = $1::int8) AND ("t" COLLATE "C" > $2::text)',
      true,
      '5',
      'a',
    ]);
    expect(said(col('i').eq(5).and(col('t').eq('a')), 'mysql')).toEqual([
      "(`i` = 5) AND (CAST(CONVERT(`t` USING utf8mb4) AS BINARY) = X'61')",
      true,
    ]);
  });
});
