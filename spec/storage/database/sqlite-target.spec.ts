import { describe, expect, it } from 'vitest';
import { SqliteTarget } from '../../../storage/database/sqlite-target.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { sqliteOf } from '../../support/databases.ts';

describe('a table of SQLite as a target', () => {
  it('tells its columns, and which hold days', async () => {
    using file = sqliteOf('CREATE TABLE t (a INTEGER, d DATE)');
    const target = new SqliteTarget(nodeFileSystem, file.path, ['t']);
    expect(await target.columns()).toEqual([
      { name: 'a', type: undefined, holdsDays: false },
      { name: 'd', type: undefined, holdsDays: true },
    ]);
    expect(await new SqliteTarget(nodeFileSystem, file.path, ['x']).columns()).toBeUndefined();
    expect(await new SqliteTarget(nodeFileSystem, `${file.path}x`, ['t']).columns()).toBeUndefined();
  });

  it('keeps what was committed, and knows its columns meanwhile', async () => {
    using file = sqliteOf('CREATE TABLE t (a INTEGER)');
    const target = new SqliteTarget(nodeFileSystem, file.path, ['t']);
    await target.begin({ kind: 'append' });
    expect(await target.columns()).toHaveLength(1);
    await target.insert(['a'], [[1], [true], [null]]);
    await target.insert(['a'], [[2]]);
    await target.commit();
    await target.abort();
    expect(file.all('SELECT a FROM t')).toEqual([{ a: 1 }, { a: 1 }, { a: null }, { a: 2 }]);
  });
});
