import { describe, expect, it } from 'vitest';
import { formatType } from '../../../formats/schema/data-type.ts';
import { parseField } from '../../../formats/schema/parse-type.ts';
import { affinityOf, sqliteColumns } from '../../../storage/database/sqlite-columns.ts';
import { SqliteFile } from '../../../storage/database/sqlite-file.ts';
import type { ColumnOptions } from '../../../storage/database/table-column.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { COLUMN_OPTIONS, sqliteOf } from '../../support/databases.ts';

function columnOf(declared: string, values: string, options: Partial<ColumnOptions> = {}): string {
  const rows = values === '' ? '' : `INSERT INTO t VALUES ${values};`;
  using file = sqliteOf(`CREATE TABLE t (c ${declared}); ${rows}`);
  using sqlite = SqliteFile.open(nodeFileSystem, file.path, 'read');
  const [column] = sqliteColumns(sqlite, { table: ['t'] }, { ...COLUMN_OPTIONS, ...options });
  if (column === undefined) return '';
  const { field, order, asNumbers } = column;
  return `${formatType(field.type)} by ${order}${asNumbers ? ', numbers' : ''}`;
}

describe('types of SQLite columns', () => {
  it.each([
    ['INTEGER', '(1), (NULL)', 'int64 by integer, numbers'],
    ['INTEGER', '(1), (9007199254740993)', 'int64 by integer'],
    ['INTEGER', '', 'int64 by integer, numbers'],
    ['INTEGER', "('x')", 'string by none'],
    ['BOOLEAN', '(1), (0)', 'boolean by boolean'],
    ['BOOLEAN', '(1), (2)', 'int64 by integer, numbers'],
    ['REAL', '(1)', 'float64 by float'],
    ['NUMERIC', '(1), (2)', 'float64 by float'],
    ['DECIMAL(9,2)', '(9007199254740993)', 'int64 by integer'],
    ['', '(1), (1.5)', 'float64 by none'],
    ['', '(1)', 'int64 by none, numbers'],
    ['', '', 'string by none'],
    ['TEXT', "('a')", 'string by text'],
    ['VARCHAR(9)', '', 'string by text'],
    ['BLOB', "(x'01')", 'binary by binary'],
    ['BLOB', '', 'binary by binary'],
    ['DATE', "('2026-01-31'), (NULL)", 'date by none'],
    ['DATE', "('31.1.2026')", 'string by none'],
    ['DATE', '(1500)', 'int64 by integer, numbers'],
    ['TIMESTAMP', "('2026-01-31 10:00:00')", 'timestamp(millis, zone) by none'],
    ['DATETIME', "('2026-01-31 10:00:00.123456')", 'string by none'],
    ['DATETIME', '', 'timestamp(millis, zone) by none'],
  ])('%s with %s: %s', (declared, values, expected) => {
    expect(columnOf(declared, values)).toBe(expected);
  });

  it('are those that are given', () => {
    expect(columnOf('TEXT', "('1.50')", { schema: [parseField('c', 'decimal(9,2)')] })).toBe('decimal(9,2) by none');
    expect(columnOf('INTEGER', '', { schema: [parseField('c', 'bigint')], bigints: ['c'] })).toBe('int64 by integer');
    expect(columnOf('INTEGER', '(1)', { int64: 'bigint' })).toBe('int64 by integer');
    expect(columnOf('INTEGER', '(9007199254740993)', { int64: 'number' })).toBe('int64 by integer, numbers');
  });

  it('are asked for where values are of several kinds', () => {
    expect(() => columnOf('', "(1), ('a')")).toThrow(/column 'c' of t is read as one type, and has integer and text/);
    expect(() => columnOf('TEXT', "('a'), (x'01')")).toThrow(/text and blob/);
    expect(columnOf('', "(1), ('a')", { schema: [parseField('c', 'string')] })).toBe('string by none');
  });

  it('are looked for in the first rows', () => {
    expect(columnOf('', "(1), ('a')", { sampleRows: 1 })).toBe('int64 by none, numbers');
  });

  it('know that text of UTF-16 has another order', () => {
    using file = sqliteOf("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (c TEXT); INSERT INTO t VALUES ('a')");
    using sqlite = SqliteFile.open(nodeFileSystem, file.path, 'read');
    expect(sqliteColumns(sqlite, { table: ['t'] }, COLUMN_OPTIONS)[0]?.order).toBe('equality');
  });

  it("follow SQLite's rules for affinities", () => {
    expect(['INT', 'CHARINT', 'CLOB', null, 'BLOB', 'DOUBLE', 'MONEY'].map(affinityOf)).toEqual([
      ...['integer', 'integer', 'text', 'blob', 'blob', 'real', 'numeric'],
    ]);
  });
});
