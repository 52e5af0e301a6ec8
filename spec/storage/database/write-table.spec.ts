import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseField } from '../../../formats/schema/parse-type.ts';
import { openTarget, planTable, type TableWrite, writeTable } from '../../../storage/database/write-table.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { sqliteOf } from '../../support/databases.ts';

const SCHEMA = { fields: [parseField('id', 'int64'), parseField('name', 'string')] };

function writeOf(path: string, choices: Partial<TableWrite> = {}): TableWrite {
  return {
    settings: { dialect: 'sqlite', path },
    table: ['t'],
    mode: 'append',
    keepsTable: false,
    schema: SCHEMA,
    columnTypes: {},
    batchSize: 2,
    ...choices,
  };
}

async function write(
  path: string,
  batches: Iterable<readonly unknown[]>,
  choices: Partial<TableWrite> = {},
  check: () => void = () => {},
): Promise<number | undefined> {
  const made = writeOf(path, choices);
  return await writeTable(openTarget(nodeFileSystem, made, 'x'), made, batches, check);
}

describe('writing a table', () => {
  it('makes it, and adds to it', async () => {
    using file = sqliteOf('');
    expect(await write(file.path, [[{ id: 1, name: 'a' }, { id: 2 }], [], [{ name: 'c', id: 3 }]])).toBe(3);
    expect(await write(file.path, [[{ id: 4, name: null }]])).toBe(1);
    expect(file.all('SELECT * FROM t')).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: null },
      { id: 3, name: 'c' },
      { id: 4, name: null },
    ]);
  });

  it('leaves what records lack to the defaults of the table', async () => {
    using file = sqliteOf("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT DEFAULT 'none')");
    await write(file.path, [[{}, { name: 'a' }, { id: 9 }]]);
    expect(file.all('SELECT * FROM t')).toEqual([
      { id: 1, name: 'none' },
      { id: 2, name: 'a' },
      { id: 9, name: 'none' },
    ]);
  });

  it('writes whole numbers as integers, and nothing as null that is none', async () => {
    using file = sqliteOf('CREATE TABLE t (a)');
    const values = [
      1,
      1.5,
      -0,
      2n ** 60n,
      true,
      new Date('2026-01-31T10:00:00Z'),
      new Uint8Array([1, 2]),
      '',
      '\ud800',
    ];
    await write(file.path, [values.map((a) => ({ a }))]);
    expect(file.all('SELECT typeof(a) AS t, a || 0 AS a FROM t')).toMatchObject([
      { t: 'integer', a: '10' },
      { t: 'real' },
      { t: 'real' },
      { t: 'integer', a: '11529215046068469760' },
      { t: 'integer', a: '10' },
      { t: 'text', a: '2026-01-31 10:00:00.0000' },
      { t: 'blob' },
      { t: 'text', a: '0' },
      { t: 'text' },
    ]);
  });

  const TWO =
    "CREATE TABLE t (id INTEGER UNIQUE, name TEXT); CREATE INDEX by_name ON t (name); INSERT INTO t VALUES (1, 'old')";

  it('replaces the table, or its rows alone', async () => {
    using file = sqliteOf(TWO);
    await write(file.path, [[{ id: 2 }]], { mode: 'overwrite', keepsTable: true });
    expect(file.all("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'by_name'")).toEqual([{ n: 1 }]);
    await write(file.path, [[{ id: 3 }]], { mode: 'overwrite' });
    expect(file.all('SELECT * FROM t')).toEqual([{ id: 3, name: null }]);
    expect(file.all("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'by_name'")).toEqual([{ n: 0 }]);
  });

  it('leaves the table as it was when anything fails', async () => {
    using file = sqliteOf(TWO);
    const before = file.all('SELECT * FROM t');
    const rows = [[{ id: 2 }, { id: 3 }, { id: 4 }], [{ id: 2 }]];
    await expect(write(file.path, rows)).rejects.toMatchObject({ code: 'DATABASE_QUERY_FAILED' });
    await expect(write(file.path, [[{ id: 2 }], [{ idd: 3 }]])).rejects.toThrow(
      /no column 'idd'.*\n.*did you mean 'id'/,
    );
    await expect(write(file.path, [[{ id: 2 }], [7]])).rejects.toMatchObject({ code: 'ROW_NOT_WRITABLE' });
    await expect(write(file.path, [[{ id: 2 }], [{ id: 'x' }]], { mode: 'overwrite' })).rejects.toMatchObject({
      code: 'ROW_NOT_WRITABLE',
    });
    let checks = 0;
    const stop = () => {
      if (++checks === 3) throw new RangeError('stopped');
    };
    await expect(write(file.path, [[{ id: 5 }, { id: 6 }, { id: 7 }]], { mode: 'overwrite' }, stop)).rejects.toThrow(
      'stopped',
    );
    expect(file.all('SELECT * FROM t')).toEqual(before);
  });

  it('makes a file and its directory only with what is in them', async () => {
    using file = sqliteOf('');
    const path = join(file.directory, 'new', 'a.db');
    await expect(write(path, [[{ id: 'x' }]])).rejects.toMatchObject({ code: 'ROW_NOT_WRITABLE' });
    expect(existsSync(path)).toBe(false);
    expect(await write(path, [])).toBe(0);
    expect(existsSync(path)).toBe(true);
  });

  it('does what the mode says of a table that is there', async () => {
    using file = sqliteOf(TWO);
    await expect(write(file.path, [], { mode: 'error' })).rejects.toThrow(/OUTPUT_EXISTS: sqlite:.* t exists already/);
    expect(await write(file.path, [[{ id: 5 }]], { mode: 'ignore' })).toBeUndefined();
    expect(file.all('SELECT count(*) AS n FROM t')).toEqual([{ n: 1 }]);
    expect(() => planTable(writeOf('a', { schema: undefined }), false)).toThrow(/TABLE_NOT_FOUND/);
    expect(planTable(writeOf('a', { mode: 'error' }), false)).toMatchObject({ kind: 'create', replaces: false });
  });

  it('shows nothing before it is committed', async () => {
    using file = sqliteOf(TWO);
    const target = openTarget(nodeFileSystem, writeOf(file.path), 'x');
    await target.begin({ kind: 'append' });
    await target.insert(['id'], [[7n]]);
    // Readers see what was there.
    expect(file.all('SELECT count(*) AS n FROM t')).toEqual([{ n: 1 }]);
    await target.abort();
    await target.abort();
    expect(file.all('SELECT count(*) AS n FROM t')).toEqual([{ n: 1 }]);
  });
});
