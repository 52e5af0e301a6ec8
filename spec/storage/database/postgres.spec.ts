/** Against the server that CAIRN_PG_URL names. */
import { describe, expect, it } from 'vitest';
import { connectServer, openCursor } from '../../../storage/database/open-database.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { PG_URL } from '../../support/databases.ts';
import {
  byBytes,
  byOperators,
  EDGY_DOUBLES,
  EDGY_INTS,
  EDGY_LONGS,
  EDGY_TEXTS,
  withNaN,
} from '../../support/predicate-model.ts';
import { describeServer, readServer, settingsOf } from '../../support/server-specs.ts';

const quoted = (value: unknown) => `'${String(value).replaceAll("'", "''")}'`;
const DAYS = ['2026-01-31', '2026-02-01', '1969-12-31'].map((day) => new Date(day));
const byTime = (a: Date, b: Date) => a.getTime() - b.getTime();
const iso = (value: unknown) => quoted((value as Date).toISOString());

describe.skipIf(PG_URL === '')('PostgreSQL', () => {
  if (PG_URL === '') return;
  describeServer({
    url: PG_URL,
    quote: (name) => `"${name}"`,
    bigTable: (rows) =>
      `CREATE TABLE cairn_big AS SELECT id, 'name ' || id AS name FROM generate_series(0, ${rows - 1}) AS s(id)`,
    kinds: [
      { name: 'integers', declared: 'integer', values: EDGY_INTS, order: byOperators, sql: String },
      {
        name: 'long integers',
        declared: 'bigint',
        values: EDGY_LONGS,
        order: byOperators,
        sql: (value) => quoted(value),
      },
      {
        name: 'floats',
        declared: 'double precision',
        values: EDGY_DOUBLES,
        order: withNaN,
        sql: (value) => quoted(Object.is(value, -0) ? '-0' : value),
      },
      {
        name: 'texts',
        declared: 'text',
        values: EDGY_TEXTS,
        stored: EDGY_TEXTS.filter((text) => !text.includes('\0')),
        order: byBytes,
        sql: quoted,
      },
      {
        name: 'texts of a language',
        declared: 'varchar(20) COLLATE "und-x-icu"',
        values: ['a', 'B', 'b', 'A', 'é', ''],
        order: byBytes,
        sql: quoted,
      },
      { name: 'booleans', declared: 'boolean', values: [false, true], order: byOperators, sql: String },
      {
        name: 'decimals',
        declared: 'numeric(9,2)',
        values: [-1.5, 0, 12.5, 1_000_000],
        order: byOperators,
        sql: String,
        read: (value) => (value as number).toFixed(2),
      },
      { name: 'days', declared: 'date', values: DAYS, order: byTime, sql: iso },
      { name: 'instants', declared: 'timestamptz', values: [...DAYS, new Date(1)], order: byTime, sql: iso },
      { name: 'clocks', declared: 'timestamp', values: [...DAYS, new Date(1)], order: byTime, sql: iso },
    ],
  });

  it('gives values of all kinds of types', async () => {
    const query = `SELECT 'infinity'::float4 AS f, 0.1::float4 AS g, 1.50::numeric AS n, '{"a": 1}'::jsonb AS j, 'x '::char(3) AS c,
      '{1,2}'::int[] AS l, '10:00:00.5'::time AS t, '\\x00ff'::bytea AS b, '00112233-4455-6677-8899-aabbccddeeff'::uuid AS u,
      NULL::int AS z, 12::smallint AS s, interval '1 day' AS i`;
    const { rows } = await readServer({ settings: settingsOf(PG_URL), source: { query } });
    expect(rows).toEqual([
      {
        f: Number.POSITIVE_INFINITY,
        g: Math.fround(0.1),
        n: '1.50',
        j: '{"a": 1}',
        c: 'x  ',
        l: '{1,2}',
        t: 36_000_500_000,
        b: new Uint8Array([0, 255]),
        u: '00112233-4455-6677-8899-aabbccddeeff',
        z: null,
        s: 12,
        i: 'P1D',
      },
    ]);
  });

  it('names values that a Date cannot be', async () => {
    const source = { query: "SELECT 'infinity'::date AS d" };
    await expect(readServer({ settings: settingsOf(PG_URL), source })).rejects.toThrow(
      /column 'd' of .* is read as date, and has 'infinity'/,
    );
  });

  it('says that a connection was lost, and lets the task be tried again', async () => {
    const victim = settingsOf(`${PG_URL}?application_name=cairn_victim`);
    const server = await connectServer(settingsOf(PG_URL));
    const cursor = openCursor(nodeFileSystem, victim, { sql: 'SELECT generate_series(1, 100000)', values: [] }, 10);
    expect(await cursor.next()).toHaveLength(10);
    await server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cairn_victim'");
    server.close();
    const drain = async () => {
      while ((await cursor.next()) !== undefined);
    };
    await expect(drain()).rejects.toMatchObject({ code: 'DATABASE_LOST', kind: 'transient' });
    cursor.close();
  });

  it('reads only, whatever the query does', async () => {
    const settings = settingsOf(PG_URL);
    const source = { query: "SELECT set_config('cairn.x', '1', false) AS x" };
    expect((await readServer({ settings, source })).rows).toEqual([{ x: '1' }]);
    const writing = { query: "SELECT nextval('pg_catalog.none') AS x" };
    await expect(readServer({ settings, source: writing })).rejects.toMatchObject({ code: 'DATABASE_QUERY_FAILED' });
  });
});
