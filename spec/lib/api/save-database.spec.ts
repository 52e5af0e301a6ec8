/** `write.database` in sessions: in the caller's thread, and on workers. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { Session } from '../../../lib/api/session.ts';
import type { CairnError } from '../../../lib/base/errors.ts';
import { sqliteOf } from '../../support/databases.ts';
import { leftovers } from '../../support/engine-of-spec.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { useSession } from '../../support/use-session.ts';

const records = (count: number) =>
  Array.from({ length: count }, (_, id) => ({
    id,
    name: id % 3 === 0 ? null : `name ${id}`,
    big: 2n ** 60n + BigInt(id),
    half: id / 2,
    isEven: id % 2 === 0,
    at: new Date(1_700_000_000_123 + id),
    bytes: new Uint8Array([id % 256, 0]),
  }));

describe('write.database', () => {
  const spec = useSession();

  it('writes what reads back as it was', async () => {
    using file = sqliteOf('');
    const rows = records(3000);
    const path = file.path;
    await spec.session.parallelize(rows, 4).write.database({ path, table: 'all' });
    const read = spec.session.read.database({ path, table: 'all', schema: { big: 'bigint' } });
    expect(await read.collect()).toEqual(rows);
    const types = read.schema.fields.map(({ type }) => type.kind);
    expect(types).toEqual(['int', 'string', 'int', 'float', 'boolean', 'timestamp', 'binary']);
    const some = spec.session.read.database<{ id: number }>({
      path,
      table: 'all',
      where: col('id').gt(2990).and(col('isEven').eq(true)),
    });
    expect(await some.map(({ id }) => id).collect()).toEqual([2992, 2994, 2996, 2998]);
  });

  it('adds each record once, however often its task ran', async () => {
    using file = sqliteOf('');
    const path = file.path;
    const marker = join(file.directory, 'failed-once');
    const flaky = spec.session.range(0, 100, 1, 4).map((id) => {
      if (id === 60 && !existsSync(marker)) {
        writeFileSync(marker, '');
        throw new RangeError('once');
      }
      return id;
    });
    await flaky.map((id) => ({ id })).write.database({ path, table: 't', schema: { id: 'int64' } });
    expect(existsSync(marker)).toBe(true);
    await flaky.map((id) => ({ id })).write.database({ path, table: 't', mode: 'append' });
    expect(file.all('SELECT count(*) AS n, count(DISTINCT id) AS ids FROM t')).toEqual([{ n: 200, ids: 100 }]);
  });

  it('touches no table when the job fails, and leaves nothing behind', async () => {
    using file = sqliteOf('CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)');
    using directory = temporaryDirectory();
    await using session = await Session.open({
      dir: join(directory.path, 'data'),
      master: SPEC_MASTER,
      task: { maxFailures: 1 },
    });
    const failing = session.range(0, 10, 1, 2).map((id) => {
      if (id === 7) throw new RangeError('seven');
      return { id };
    });
    for (const mode of ['append', 'overwrite'] as const) {
      const failure = failing.write.database({ path: file.path, table: 't', mode, schema: { id: 'int64' } });
      await expect(failure).rejects.toMatchObject({ code: 'JOB_FAILED' });
    }
    expect(file.all('SELECT * FROM t')).toEqual([{ id: 1 }]);
    expect(leftovers(join(directory.path, 'data')).filter((name) => name.includes('staging'))).toEqual([]);
    expect(readdirSync(file.directory)).toEqual(['spec.db']);
  });

  it('looks at the table before it runs a job', async () => {
    using file = sqliteOf('CREATE TABLE t (id INTEGER)');
    const never = spec.session.range(0, 1).map((): object => {
      throw new RangeError('it ran');
    });
    const codeOf = (options: object) =>
      never.write.database({ path: file.path, table: 't', ...options }).then(
        () => 'written',
        (error: CairnError) => error.code,
      );
    expect(await codeOf({})).toBe('OUTPUT_EXISTS');
    expect(await codeOf({ mode: 'ignore' })).toBe('written');
    expect(await codeOf({ table: 'u', createTable: false })).toBe('TABLE_NOT_FOUND');
    expect(await codeOf({ mode: 'overwrite', schema: { id: 'list<int32>' } })).toBe('DATABASE_TYPE_UNSUPPORTED');
    expect(await codeOf({ url: 's3cret', path: undefined })).toBe('DATABASE_URL');
    expect(await codeOf({ mode: 'append' })).toBe('JOB_FAILED');
  });

  it('ends when its signal says so, and leaves the table as it was', async () => {
    using file = sqliteOf('CREATE TABLE t (id INTEGER)');
    const rows = spec.session.range(0, 100, 1, 2).map((id) => ({ id }));
    const failure = rows.write.database({ path: file.path, table: 't', mode: 'append', signal: AbortSignal.abort() });
    await expect(failure).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(file.all('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
  });

  it('copies a table of the same file', async () => {
    using file = sqliteOf('CREATE TABLE t (id INTEGER, name TEXT)', (database) => {
      const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
      for (let id = 0; id < 100; id++) insert.run(id, `n${id}`);
    });
    const path = file.path;
    await spec.session.read.database({ path, table: 't' }).write.database({ path, table: 'copy' });
    await spec.session.read.database({ path, table: 'copy' }).write.database({ path, table: 't', mode: 'append' });
    expect(file.all('SELECT count(*) AS n FROM t')).toEqual([{ n: 200 }]);
  });
});
