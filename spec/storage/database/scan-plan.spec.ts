import { describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { parseField, parseType } from '../../../formats/schema/parse-type.ts';
import {
  describeSource,
  describeTable,
  planScan,
  type ScanRequest,
  sourceSql,
} from '../../../storage/database/scan-plan.ts';
import { scanRequest, tableColumn } from '../../support/databases.ts';

const COLUMNS = [
  tableColumn('id', parseType('int64'), { order: 'integer', asNumbers: true }),
  tableColumn('name', parseType('string'), { order: 'none' }),
  tableColumn('at', parseType('date'), { order: 'none' }),
];
const plan = (choices: Partial<ScanRequest> = {}) =>
  planScan({ ...scanRequest({ dialect: 'sqlite', path: 'a.db' }, { table: ['s', 't'] }), ...choices }, COLUMNS);

describe('the plan of a scan', () => {
  it('selects the columns that are wanted, and nothing else', () => {
    const made = plan({ columns: ['name', 'id'] });
    expect(made.statement({ kind: 'all' })).toEqual({ sql: 'SELECT "name", "id" FROM "s"."t"', values: [] });
    expect(made.fields.map(({ name }) => name)).toEqual(['name', 'id']);
    expect(made.mapping.int64).toEqual(new Set(['id']));
  });

  it('asks for what the database compares as we do, and looks at the rest', () => {
    const { predicate } = col('id').gt(5).and(col('name').eq('a'), col('at').isNull());
    const made = plan({ columns: ['id'], where: predicate });
    expect(made.statement({ kind: 'all' })).toEqual({
      sql: 'SELECT "id", "name" FROM "s"."t" WHERE ("id" >= ?) AND ("at" IS NULL)',
      values: [6n],
    });
    expect(made.pushed).toHaveLength(2);
    expect(made.residual).toEqual([col('name').eq('a').predicate]);
    expect(made.binding?.columns.map(({ path }) => path)).toEqual([['name']]);
  });

  it('cuts by ranges and by predicates, each in parentheses', () => {
    const made = plan({ columns: ['id'], where: col('id').lt(9).predicate });
    const column = 'id';
    expect(
      made.statement({ kind: 'stride', column, unit: 'integer', part: { low: undefined, end: 5n, withNulls: true } })
        .sql,
    ).toBe('SELECT "id" FROM "s"."t" WHERE ("id" < ?) AND ("id" < 5 OR "id" IS NULL)');
    expect(
      made.statement({ kind: 'stride', column, unit: 'date', part: { low: 1n, end: 5n, withNulls: false } }).sql,
    ).toMatch(/AND \("id" >= '1970-01-02' AND "id" < '1970-01-06'\)$/);
    expect(made.statement({ kind: 'predicate', sql: 'a OR b -- x' }).sql).toMatch(/AND \(\na OR b -- x\n\)$/);
  });

  it('refuses columns that are not there', () => {
    expect(() => plan({ columns: ['nam'] })).toThrow(/sqlite:a.db s.t has no column 'nam'/);
    expect(() => plan({ schema: [parseField('nmae', 'string')] })).toThrow(/did you mean 'name'/);
    const part = { low: undefined, end: 5n, withNulls: true };
    expect(() => plan({ splits: [{ kind: 'stride', column: 'di', unit: 'integer', part }] })).toThrow(/no column 'di'/);
    expect(() => plan({ where: col('iid').eq(1).predicate })).toThrow(/did you mean 'id'/);
    expect(() => plan({ where: col('id').eq('x').predicate })).toThrow(/PREDICATE_TYPE/);
  });

  it('takes queries as they are, comments at their end included', () => {
    expect(sourceSql('sqlite', { query: 'SELECT 1 -- one;\n ; ' })).toBe('(\nSELECT 1 -- one\n) AS cairn_source');
    expect(describeTable({ query: `SELECT\n  ${'a, '.repeat(40)}b` })).toMatch(/^\(SELECT a, .*…\)$/);
    expect(describeSource({ dialect: 'sqlite', path: 'a.db' }, { table: ['t'] })).toBe('sqlite:a.db t');
  });
});
