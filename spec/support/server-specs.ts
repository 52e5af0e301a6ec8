/** What reading and writing a server's tables must hold, whichever server it is: run against those that are there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { col } from '../../formats/scan/predicate-builder.ts';
import type { ScanValue } from '../../formats/scan/scan-predicate.ts';
import { DatabaseScanNode, type DatabaseScanOptions } from '../../lib/lineage/nodes/database-scan-node.ts';
import { parseDatabaseUrl } from '../../storage/database/database-settings.ts';
import { connectServer, type ServerSettings } from '../../storage/database/open-database.ts';
import type { ServerConnection } from '../../storage/database/server.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { scanOptions } from './databases.ts';
import { answer, type ModelColumn, predicates } from './predicate-model.ts';
import { awaitRecords, origin, ScanTask } from './scan-task.ts';
import { useSession } from './use-session.ts';

export interface ServerKind extends ModelColumn {
  readonly name: string;
  /** The column's type in SQL. */
  readonly declared: string;
  /** A value as SQL writes it; what is compared with is in `values`. */
  readonly sql: (value: ScanValue) => string;
  /** The values that rows have; all unless given. */
  readonly stored?: readonly ScanValue[];
  /** Of what a row then has, if it is another value than was compared with. */
  readonly read?: (value: ScanValue) => unknown;
}

export interface ServerSpec {
  readonly url: string;
  readonly kinds: readonly ServerKind[];
  /** Makes a table `cairn_big (id, name)` of so many rows. */
  readonly bigTable: (rows: number) => string;
  readonly quote: (name: string) => string;
}

export const settingsOf = (url: string) => parseDatabaseUrl(url) as ServerSettings;

/** The rows of a scan, all partitions one after another. */
export async function readServer(choices: Partial<DatabaseScanOptions>, task = new ScanTask(nodeFileSystem, 5)) {
  const node = new DatabaseScanNode(origin('database'), nodeFileSystem, scanOptions('', choices));
  await node.preparations[0]?.prepare(async () => []);
  const parts: unknown[][] = [];
  for (const partition of node.partitions) parts.push(await awaitRecords(node.compute(partition, task)));
  return { node, rows: parts.flat(), parts };
}

export function describeServer({ url, kinds, bigTable, quote }: ServerSpec): void {
  const settings = settingsOf(url);
  let server: ServerConnection;
  beforeAll(async () => {
    server = await connectServer(settings);
  });
  afterAll(() => server.close());

  describe.each(kinds)('a scan of $name', (kind) => {
    const cells = [...(kind.stored ?? kind.values), null];
    const rows = cells.flatMap((a) => cells.slice(-4).map((b) => ({ a, b })));
    const table = `cairn_spec_${kind.name.replaceAll(/\W/g, '_')}`;
    const read = (value: ScanValue | null) => (value === null ? null : (kind.read?.(value) ?? value));

    it('gives the rows that match, and asks for as few more as can be', async () => {
      const literal = (value: ScanValue | null) => (value === null ? 'NULL' : kind.sql(value));
      await server.run(`DROP TABLE IF EXISTS ${quote(table)}`);
      await server.run(`CREATE TABLE ${quote(table)} (n integer, a ${kind.declared}, b ${kind.declared})`);
      const lists = rows.map(({ a, b }, n) => `(${n}, ${literal(a)}, ${literal(b)})`);
      await server.run(`INSERT INTO ${quote(table)} VALUES ${lists.join(', ')}`);
      let pushed = 0;
      await fc.assert(
        fc.asyncProperty(predicates(kind, ['a', 'b']), async (where) => {
          const found = await readServer({ settings, source: { table: [table] }, where, int64: 'bigint' });
          pushed += found.node.plan.pushed.length;
          const order = (row: unknown) => (row as { n: number }).n;
          const expected = rows.flatMap(({ a, b }, n) =>
            answer(where, { a, b }, kind.order) === true ? [{ n, a: read(a), b: read(b) }] : [],
          );
          expect(found.rows.toSorted((x, y) => order(x) - order(y))).toEqual(expected);
        }),
        { numRuns: 25, seed: 20 },
      );
      expect(pushed).toBeGreaterThan(0);
      await server.run(`DROP TABLE ${quote(table)}`);
    });
  });

  describe('a table', () => {
    it('is read a few rows at a time, and let go of in the middle', async () => {
      await server.run('DROP TABLE IF EXISTS cairn_big');
      for (const sql of bigTable(5000).split(';\n')) await server.run(sql);
      const scan = { settings, source: { table: ['cairn_big'] }, fetchSize: 100 } as const;
      const { rows } = await readServer(scan);
      expect(rows).toHaveLength(5000);
      const { node } = await readServer({ ...scan, where: col('id').lt(0).predicate });
      const batches = new DatabaseScanNode(
        origin('database'),
        nodeFileSystem,
        scanOptions('', scan),
        node.columns,
      ).compute(node.partitions[0] as never, new ScanTask(nodeFileSystem));
      const first = batches.next().value;
      if (first?.kind === 'pending') await first.ready;
      expect(batches.next().value).toMatchObject({ kind: 'columns', rowCount: 100 });
      batches.return?.();
    });

    it('that is not there is named, with the one that was probably meant', async () => {
      await expect(readServer({ settings, source: { table: ['cairn_bgi'] } })).rejects.toThrow(
        /TABLE_NOT_FOUND.*\n.*did you mean 'cairn_big'/,
      );
      await expect(readServer({ settings, source: { query: 'SELEC 1' } })).rejects.toMatchObject({
        code: 'DATABASE_QUERY_FAILED',
      });
      const wrong = { ...settings, connection: { ...settings.connection, password: 's3cret-wrong' } };
      const failure = await connectServer(wrong).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'DATABASE_NOT_REACHED' });
      expect(String((failure as Error).stack)).not.toContain('s3cret');
    });
  });

  describe('in a session', () => {
    const spec = useSession({ parallelism: 2 });

    it('a table is read in partitions, and joined with others', async () => {
      const partition = { column: 'id', lowerBound: 0, upperBound: 5000, numPartitions: 3 };
      const rows = spec.session.read.database<{ id: number; name: string }>({
        url,
        table: 'cairn_big',
        partition,
        fetchSize: 500,
        int64: 'number',
      });
      expect(() => rows.schema).toThrow(/DATABASE_SCHEMA_UNKNOWN/);
      expect(await rows.map(({ id }) => id).sum()).toBe(12_497_500);
      expect(rows.schema.fields.map(({ name }) => name)).toEqual(['id', 'name']);
      expect(await rows.take(2)).toHaveLength(2);
      expect(
        await rows
          .filter(({ id }) => id % 1000 === 0)
          .map(({ name }) => name)
          .collect(),
      ).toHaveLength(5);
    });

    it('passwords are in no file', () => {
      const { password } = settings.connection;
      const { directory } = spec.session;
      const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
      expect(files.length).toBeGreaterThan(0);
      for (const { parentPath, name } of files) {
        expect(readFileSync(join(parentPath, name)).includes(String(password ?? 'no password'))).toBe(false);
      }
    });

    it('what is written reads back as it was, also when it is added to, emptied and replaced', async () => {
      const schema = {
        id: 'int32 not null',
        name: 'string',
        big: 'bigint',
        half: 'double',
        at: 'timestamp',
        day: 'date',
        bytes: 'binary',
        price: 'decimal(9,2)',
      };
      const records = Array.from({ length: 2500 }, (_, id) => ({
        id,
        name: id % 3 === 0 ? null : `o'né😀 "${id}" \\`,
        big: 2n ** 60n + BigInt(id),
        half: id / 2,
        at: new Date(1_700_000_000_123 + id),
        day: new Date(86_400_000 * id),
        bytes: new Uint8Array([id % 256, 0, 255]),
        price: `${id}.50`,
      }));
      const rows = spec.session.parallelize(records, 3);
      const table = 'cairn_written';
      const read = async () => {
        const found = await spec.session.read.database<{ id: number }>({ url, table }).collect();
        return found.toSorted((a, b) => a.id - b.id);
      };
      await rows.write.database({ url, table, mode: 'overwrite', schema });
      expect(await read()).toEqual(records);
      await rows.write.database({ url, table, mode: 'append', batchSize: 7000 });
      expect(await read()).toHaveLength(5000);
      await rows.write.database({ url, table, mode: 'overwrite', truncate: true });
      expect(await read()).toEqual(records);
      await rows.write.database({ url, table, mode: 'ignore' });
      await expect(rows.write.database({ url, table })).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
      // The second half is refused: nothing of the first one stays.
      const wrong = spec.session.parallelize([{ id: 1 }, { id: null }], 1);
      for (const mode of ['append', 'overwrite'] as const) {
        const failure = wrong.write.database({ url, table, mode, batchSize: 1, schema: { id: 'int32 not null' } });
        await expect(failure).rejects.toMatchObject({ code: 'DATABASE_QUERY_FAILED' });
      }
      expect(await read()).toEqual(records);
      await rows.map(({ id }) => ({ id })).write.database({ url, table, mode: 'overwrite' });
      const ids = spec.session.read.database<{ id: number }>({ url, table, int64: 'number' });
      expect(await ids.map(({ id }) => id).sum()).toBe(3_123_750);
      const left = spec.session.read.database({
        url,
        query:
          "SELECT table_name AS name FROM information_schema.tables WHERE table_name LIKE 'cairn!_written!_%' ESCAPE '!'",
      });
      expect(await left.collect()).toEqual([]);
      await server.run(`DROP TABLE ${quote(table)}`);
    });
  });
}
