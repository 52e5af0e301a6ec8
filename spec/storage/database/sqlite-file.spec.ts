import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CairnError } from '../../../lib/base/errors.ts';
import { SqliteFile } from '../../../storage/database/sqlite-file.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { sqliteOf } from '../../support/databases.ts';

const open = (path: string, mode: 'read' | 'write' = 'read') => SqliteFile.open(nodeFileSystem, path, mode);

describe('a SQLite file', () => {
  it('tells its columns, and gives rows a few at a time, with integers as bigints', () => {
    using file = sqliteOf(
      'CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, NULL), (9007199254740993, 2), (3, 3)',
    );
    using sqlite = open(file.path);
    expect(sqlite.columnsOf({ table: ['main', 't'] })).toEqual([
      { name: 'a', declared: 'INTEGER' },
      { name: 'b', declared: 'TEXT' },
    ]);
    expect(sqlite.columnsOf({ query: 'SELECT a + 1 AS x FROM t -- t' })).toEqual([{ name: 'x', declared: null }]);
    expect(sqlite.isUtf8).toBe(true);
    const sampled: unknown[] = [];
    sqlite.sample({ table: ['t'] }, 1, (row) => sampled.push(row));
    expect(sampled).toEqual([[1n, null]]);
    const cursor = sqlite.read('SELECT a, b FROM t WHERE a > ?', [0n], 2);
    expect([cursor.next(), cursor.next(), cursor.next(), cursor.next()]).toEqual([
      [
        [1n, null],
        [9007199254740993n, '2'],
      ],
      [[3n, '3']],
      undefined,
      undefined,
    ]);
    cursor.close();
    cursor.close();
  });

  it('is let go of in the middle of its rows', () => {
    using file = sqliteOf('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)');
    const cursor = open(file.path).read('SELECT a FROM t', [], 1);
    cursor.next();
    cursor.close();
    expect(cursor.next()).toBeUndefined();
  });

  it('is read only, whatever the SQL says', () => {
    using file = sqliteOf('CREATE TABLE t (a)');
    using sqlite = open(file.path);
    expect(() => sqlite.run('DELETE FROM t')).toThrow(/PERMISSION_DENIED/);
  });

  it('names tables that were probably meant', () => {
    using file = sqliteOf('CREATE TABLE flights (a); CREATE VIEW late AS SELECT * FROM flights');
    using sqlite = open(file.path);
    expect(() => sqlite.columnsOf({ table: ['flihgts'] })).toThrow(/has no table flihgts\n.*did you mean 'flights'/);
    expect(() => sqlite.columnsOf({ table: ['zzzzzz'] })).toThrow(/its tables are flights, late/);
    expect([sqlite.hasTable(['late']), sqlite.hasTable(['x'])]).toEqual([true, false]);
    expect(() => sqlite.columnsOf({ query: 'SELEC 1' })).toThrow(/refused reading sqlite:.* \(SELEC 1\): near "1"/);
  });

  it('is not made by being read, and is a database', () => {
    using file = sqliteOf('');
    expect(() => open(join(file.directory, 'none.db'))).toThrow(/FILE_NOT_FOUND/);
    expect(() => open(file.directory)).toThrow(/INPUT_NOT_A_FILE/);
    const text = join(file.directory, 'text.db');
    writeFileSync(text, 'no database at all, but long enough to look at '.repeat(50));
    expect(() => open(text)).toThrow(/CORRUPT_FILE/);
  });

  it('says which rows a table refuses', () => {
    using file = sqliteOf('CREATE TABLE t (a INTEGER PRIMARY KEY)');
    using sqlite = open(file.path, 'write');
    const insert = sqlite.prepare('INSERT INTO t VALUES (?)');
    sqlite.run('BEGIN');
    insert([1n]);
    expect(sqlite.inTransaction).toBe(true);
    let found: unknown;
    try {
      insert([1n]);
    } catch (error) {
      found = error;
    }
    expect((found as CairnError).code).toBe('DATABASE_QUERY_FAILED');
    expect((found as CairnError).message).toMatch(/UNIQUE constraint failed: t.a/);
    sqlite.run('ROLLBACK');
  });
});
