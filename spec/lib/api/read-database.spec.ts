/** `read.database` in sessions: in the caller's thread, and on workers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { Session } from '../../../lib/api/session.ts';
import type { CairnError } from '../../../lib/base/errors.ts';
import { sqliteOf } from '../../support/databases.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { useSession } from '../../support/use-session.ts';

const ROWS = 5000;

const flights = () =>
  sqliteOf('CREATE TABLE flights (id INTEGER PRIMARY KEY, origin TEXT, delay INTEGER)', (database) => {
    const insert = database.prepare('INSERT INTO flights VALUES (?, ?, ?)');
    database.transaction(() => {
      for (let id = 0; id < ROWS; id++) insert.run(id, ['SFO', 'LAX', null][id % 3], id % 100);
    })();
  });

describe('read.database', () => {
  const spec = useSession();

  it('gives typed rows, in as many partitions as are asked for', async () => {
    using file = flights();
    const partition = { column: 'id', lowerBound: 0, upperBound: ROWS, numPartitions: 4 };
    const rows = spec.session.read.database<{ origin: string | null; delay: number }>({
      url: `sqlite:${file.path}`,
      table: 'flights',
      columns: ['origin', 'delay'],
      where: col('delay').ge(98),
      partition,
    });
    expect(rows.schema.fields.map(({ name }) => name)).toEqual(['origin', 'delay']);
    expect(rows.getNumPartitions()).toBe(4);
    expect(await rows.map(({ delay }) => delay).countByValue()).toEqual(
      new Map([
        [98, 50],
        [99, 50],
      ]),
    );
    expect(await rows.filter(({ origin }) => origin === null).count()).toBe(33);
    const text = rows.toDebugString();
    expect(text).toContain(`(4) sqlite:${file.path} flights DatabaseScanRDD`);
    expect(text).toContain('PushedFilters: [GreaterThanOrEqual(delay,98)]');
  });

  it('stops reading where enough was taken, and reads on in the next job', async () => {
    using file = flights();
    const rows = spec.session.read.database({ path: file.path, table: 'flights', fetchSize: 10 });
    expect(await rows.take(3)).toHaveLength(3);
    expect(await rows.count()).toBe(ROWS);
  });

  it('joins with what comes from elsewhere', async () => {
    using file = flights();
    const late = spec.session.read.database<{ origin: string; n: number }>({
      path: file.path,
      query: 'SELECT origin, count(*) AS n FROM flights WHERE origin IS NOT NULL GROUP BY origin',
    });
    const names = spec.session.parallelize([['SFO', 'San Francisco'] as const], 1);
    const joined = await late
      .map((row) => [row.origin, row.n] as const)
      .join(names)
      .collect();
    expect(joined).toEqual([['SFO', [1667, 'San Francisco']]]);
  });

  it('says what is wrong before a task runs', async () => {
    using file = flights();
    const read = spec.session.read;
    const failing = [
      read.database({ path: `${file.path}x`, table: 't' }),
      read.database({ path: file.path, table: 'flihgts' }),
      read.database({ path: file.path, table: 'flights', columns: ['oirgin'] }),
      read.database({ path: file.path, table: 'flights', where: col('id').eq('x') }),
    ];
    const codes = await Promise.all(failing.map((rows) => rows.count().catch((error: CairnError) => error.code)));
    expect(codes).toEqual(['FILE_NOT_FOUND', 'TABLE_NOT_FOUND', 'COLUMN_NOT_FOUND', 'PREDICATE_TYPE']);
    expect(() => failing[1]?.schema).toThrow(/did you mean 'flights'/);
  });

  it('keeps passwords out of what is shown and stored', async () => {
    using directory = temporaryDirectory();
    const dir = join(directory.path, 'data');
    const events: string[] = [];
    {
      await using session = await Session.open({ dir, master: SPEC_MASTER, resume: true });
      session.onEvent((event) => {
        events.push(JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
      });
      const url = 'postgres://ann:s3cret@127.0.0.1:1/shop';
      const rows = session.read.database({ url, table: 't' });
      expect(rows.toDebugString()).toContain('postgres://ann@127.0.0.1:1/shop t');
      const failure = (await rows
        .map((row) => row)
        .count()
        .catch((error: unknown) => error)) as CairnError;
      expect(failure.code).toBe('DATABASE_NOT_REACHED');
      expect(`${failure.stack} ${String(failure.cause)}`).not.toContain('s3cret');
    }
    expect(events.join('\n')).not.toContain('s3cret');
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name)).includes('s3cret')).toBe(false);
  });

  it('reads again in a later run, unless a version says what it reads', async () => {
    using directory = temporaryDirectory();
    using file = sqliteOf('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)');
    const run = async (version?: string): Promise<readonly number[]> => {
      await using session = await Session.open({
        dir: directory.path,
        master: SPEC_MASTER,
        name: 'resuming',
        resume: true,
      });
      session.setCheckpointDir(join(directory.path, 'checkpoints'));
      const rows = session.read.database<{ a: number }>({ path: file.path, table: 't' });
      if (version !== undefined) rows.withVersion(version);
      const sums = rows.map(({ a }) => a);
      sums.checkpoint();
      return await sums.collect();
    };
    const add = () => {
      using more = sqliteOf(`ATTACH '${file.path}' AS other; INSERT INTO other.t VALUES (2)`);
      return more.path;
    };
    expect(await run()).toEqual([1]);
    expect(await run('v1')).toEqual([1]);
    add();
    expect(await run()).toEqual([1, 2]);
    expect(await run('v1')).toEqual([1]);
    expect(await run('v2')).toEqual([1, 2]);
  });
});
