import { describe, expect, it } from 'vitest';
import { connectServer, describeColumns, openCursor } from '../../../storage/database/open-database.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { COLUMN_OPTIONS, sqliteOf } from '../../support/databases.ts';

describe('the way to a database', () => {
  it('leads to SQLite at once', () => {
    using file = sqliteOf('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)');
    const settings = { dialect: 'sqlite', path: file.path } as const;
    const columns = describeColumns(nodeFileSystem, settings, { table: ['t'] }, COLUMN_OPTIONS);
    expect(columns).toMatchObject([{ field: { name: 'a' } }]);
    const cursor = openCursor(nodeFileSystem, settings, { sql: 'SELECT a FROM t', values: [] }, 10);
    expect(cursor.next()).toEqual([[1n]]);
    cursor.close();
    expect(() => openCursor(nodeFileSystem, settings, { sql: 'SELECT b FROM t', values: [] }, 10)).toThrow(
      /no such column/,
    );
  });

  it.each(['postgres', 'mysql'] as const)('says that %s is not there, without the password', async (dialect) => {
    // Port 1 is nobody's.
    const settings = { dialect, connection: { host: '127.0.0.1', port: 1, user: 'ann', password: 's3cret' } };
    const failure = await connectServer(settings).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'DATABASE_NOT_REACHED' });
    expect(String((failure as Error).stack)).not.toContain('s3cret');
    expect(String((failure as Error).message)).toContain(`no connection to ${dialect}://ann@127.0.0.1:1`);
    const cursor = openCursor(nodeFileSystem, settings, { sql: 'SELECT 1', values: [] }, 10);
    await expect(cursor.next()).rejects.toMatchObject({ code: 'DATABASE_NOT_REACHED' });
    cursor.close();
  });
});
