/** Against the server that CAIRN_MYSQL_URL names, MySQL or MariaDB. */
import { describe, expect, it } from 'vitest';
import { MYSQL_URL } from '../../support/databases.ts';
import { byBytes, byOperators, EDGY_INTS, EDGY_LONGS, EDGY_TEXTS } from '../../support/predicate-model.ts';
import { describeServer, readServer, settingsOf } from '../../support/server-specs.ts';

const hex = (value: unknown) => `_utf8mb4 X'${Buffer.from(String(value)).toString('hex')}'`;
const DAYS = ['2026-01-31', '2026-02-01', '1969-12-31'].map((day) => new Date(day));
const byTime = (a: Date, b: Date) => a.getTime() - b.getTime();
const plain = (value: unknown) => `'${(value as Date).toISOString().slice(0, 23).replace('T', ' ')}'`;
const DOUBLES = [-1, 0, 5e-324, 1.5, 1.7976931348623157e308];

describe.skipIf(MYSQL_URL === '')('MySQL', () => {
  if (MYSQL_URL === '') return;
  describeServer({
    url: MYSQL_URL,
    quote: (name) => `\`${name}\``,
    bigTable: (rows) =>
      'CREATE TABLE cairn_big (id int, name varchar(20));\n' +
      `INSERT INTO cairn_big VALUES ${Array.from({ length: rows }, (_, id) => `(${id}, 'name ${id}')`).join(', ')}`,
    kinds: [
      { name: 'integers', declared: 'int', values: EDGY_INTS, order: byOperators, sql: String },
      { name: 'long integers', declared: 'bigint', values: EDGY_LONGS, order: byOperators, sql: String },
      {
        name: 'unsigned integers',
        declared: 'bigint unsigned',
        values: EDGY_LONGS,
        stored: [0n, 1n, 2n ** 63n - 1n],
        order: byOperators,
        sql: String,
      },
      {
        name: 'floats',
        declared: 'double',
        values: DOUBLES,
        order: byOperators,
        sql: (value) => (value as number).toExponential(),
      },
      {
        name: 'texts',
        declared: 'varchar(20) CHARACTER SET utf8mb4',
        values: [...EDGY_TEXTS, 'A', 'a '],
        order: byBytes,
        sql: hex,
      },
      {
        name: 'texts of Latin-1',
        declared: 'varchar(20) CHARACTER SET latin1',
        values: ['a', 'é', 'A', ''],
        order: byBytes,
        sql: hex,
      },
      {
        name: 'decimals',
        declared: 'decimal(9,2)',
        values: [-1.5, 0, 12.5, 1_000_000],
        order: byOperators,
        sql: String,
        read: (value) => (value as number).toFixed(2),
      },
      {
        name: 'days',
        declared: 'date',
        values: DAYS,
        order: byTime,
        sql: (value) => plain(value).slice(0, 11).concat("'"),
      },
      { name: 'clocks', declared: 'datetime(6)', values: [...DAYS, new Date(1)], order: byTime, sql: plain },
      {
        name: 'instants',
        declared: 'timestamp(3) NULL',
        values: [new Date(1001), new Date('2026-01-31')],
        order: byTime,
        sql: plain,
      },
    ],
  });

  it('gives values of all kinds of types', async () => {
    const query = `SELECT CAST(0.1 AS FLOAT) AS f, TIME'-30:00:00' AS t, X'00ff' AS b, CAST('x' AS CHAR(3)) AS c, NULL AS z,
      CAST(18446744073709551615 AS UNSIGNED) AS u, true AS o, 12.50 AS d`;
    const { rows } = await readServer({ settings: settingsOf(MYSQL_URL), source: { query } });
    expect(rows).toEqual([
      {
        f: Math.fround(0.1),
        t: '-30:00:00',
        b: new Uint8Array([0, 255]),
        c: 'x',
        z: null,
        u: 2n ** 64n - 1n,
        o: 1,
        d: '12.50',
      },
    ]);
  });

  it('refuses what would be cut', async () => {
    const { connectServer } = await import('../../../storage/database/open-database.ts');
    const server = await connectServer(settingsOf(MYSQL_URL));
    await server.run('CREATE TEMPORARY TABLE cairn_short (a varchar(2))');
    await expect(server.run("INSERT INTO cairn_short VALUES ('abc')")).rejects.toMatchObject({
      code: 'DATABASE_QUERY_FAILED',
    });
    server.close();
  });
});
