/** Processes die with kill -9 while they write a table: it has the rows that it had, or all of the new ones. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SqliteFile } from '../../storage/database/sqlite-file.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { sqliteOf } from '../support/databases.ts';
import { Child } from './support/child.ts';

const SCRIPT = join(import.meta.dirname, 'support/table-child.ts');
const BEFORE = [{ n: 1, s: 7 }];
const ADDED = { n: 20_000, s: 199_990_000 };

describe('a table whose writer is killed', () => {
  it.each([
    ['append', 'delete', 0, BEFORE],
    ['append', 'delete', 19, BEFORE],
    ['append', 'wal', 19, BEFORE],
    ['append', 'delete', 20, [{ n: ADDED.n + 1, s: ADDED.s + 7 }]],
    ['overwrite', 'delete', 19, BEFORE],
    ['overwrite', 'wal', 1, BEFORE],
    ['overwrite', 'wal', 20, [ADDED]],
  ])('%s in mode %s, after %i batches', async (mode, journal, batches, expected) => {
    using file = sqliteOf('CREATE TABLE t (id INTEGER, name TEXT); INSERT INTO t VALUES (7, NULL)', (database) => {
      database.pragma(`journal_mode = ${journal}`);
    });
    const child = new Child(SCRIPT, [file.path, mode, String(batches)]);
    expect(await child.ended(), child.errors).toBe('SIGKILL');
    // What was begun is rolled back by whoever comes next.
    SqliteFile.open(nodeFileSystem, file.path, 'read').close();
    expect(file.all('SELECT count(*) AS n, sum(id) AS s FROM t')).toEqual(expected);
    expect(file.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });
});
