/**
 * Scanning Parquet with projection and predicate against DuckDB, one thread each: `npx tsx bench/micro/parquet-scan.ts
 * [rows]`. Footer, plan, pages, late materialisation and batches of their own, as `read.parquet` has them, without rows.
 *
 * DuckDB writes a file of 16 columns like TPC-H's `lineitem`; both sum every number, and the byte lengths of every string.
 * Times are of the processor (`process.cpuUsage`), the best of 15 rounds by turns.
 *
 * Bars: three of 16 columns at most 1.1 times DuckDB's time, three columns of the 1 % of rows that follow each other 1.2.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { initCompression } from '../../formats/bytes/compression.ts';
import { createArena } from '../../formats/parquet/create-arena.ts';
import { openParquet } from '../../formats/parquet/parquet-file.ts';
import { TableScan } from '../../formats/parquet/table-scan.ts';
import { type Condition, col } from '../../formats/scan/predicate-builder.ts';
import { projectFields } from '../../formats/scan/project-fields.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { LINEITEM } from '../support/lineitem.ts';
import { checkSums, cpuMs, sumVector } from './parquet-sums.ts';

const ROUNDS = 15;
const BATCH_ROWS = 8192;
const COLUMNS = ['l_orderkey', 'l_extendedprice', 'l_shipmode'];

interface Case {
  readonly name: string;
  readonly where?: Condition;
  readonly sql: string;
}

const arena = createArena();
let bytesRead = 0;

function scan(path: string, where: Condition | undefined): number[] {
  using handle = nodeFileSystem.open(path, 'read');
  bytesRead = 0;
  const source = {
    path,
    sizeBytes: () => handle.sizeBytes(),
    read: (target: Uint8Array, position: number) => {
      bytesRead += target.length;
      return handle.read(target, position);
    },
  };
  const file = openParquet(source);
  const fields = projectFields(file.schema, COLUMNS, path);
  const table = { schema: file.schema, partitions: [], fields, where: where?.predicate };
  const sums = COLUMNS.map(() => 0);
  for (const { vectors } of new TableScan(table, { file, entries: [] }, { arena, batchRows: BATCH_ROWS }).batches()) {
    vectors.forEach((vector, i) => {
      sums[i] = (sums[i] as number) + sumVector(vector);
    });
  }
  return sums;
}

async function measure(connection: DuckDBConnection, each: Case, path: string): Promise<void> {
  const sums = LINEITEM.filter(([name]) => COLUMNS.includes(name)).map(([name, , sum]) => sum(name));
  const query = `select ${sums.join()} from '${path}' where ${each.sql}`;
  const times: { duckdb: number[]; cairn: number[] } = { duckdb: [], cairn: [] };
  for (let round = -4; round < ROUNDS; round++) {
    let expected: readonly number[] = [];
    let found: number[] = [];
    const duckdb = await cpuMs(async () => {
      expected = ((await connection.runAndReadAll(query)).getRows()[0] ?? []).map(Number);
    });
    const cairn = await cpuMs(() => {
      found = scan(path, each.where);
    });
    checkSums(COLUMNS, found, expected);
    if (round < 0) continue;
    times.duckdb.push(duckdb);
    times.cairn.push(cairn);
  }
  const [duckdb, cairn] = [Math.min(...times.duckdb), Math.min(...times.cairn)];
  const read = `${(bytesRead / 2 ** 20).toFixed(1)} of ${(fs.statSync(path).size / 2 ** 20).toFixed(1)} MiB read`;
  process.stdout.write(
    `${each.name.padEnd(28)} DuckDB ${duckdb.toFixed(1).padStart(7)} ms   Cairn ${cairn.toFixed(1).padStart(7)} ms ` +
      `${(cairn / duckdb).toFixed(2)}x   ${read}\n`,
  );
}

const rows = Number(process.argv[2] ?? 1_000_000);
const home = fs.mkdtempSync(join(tmpdir(), 'cairn-parquet-'));
const [low, high] = [Math.floor(rows / 2), Math.floor(rows / 2) + Math.floor(rows / 100)];
const CASES: readonly Case[] = [
  { name: '3 of 16 columns', sql: 'true' },
  {
    name: '1 % of rows, clustered',
    where: col('l_orderkey').between(low, high),
    sql: `l_orderkey between ${low} and ${high}`,
  },
  { name: '2 % of rows, scattered', where: col('l_quantity').eq(7), sql: 'l_quantity = 7' },
];
try {
  await initCompression();
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const select = LINEITEM.map(([name, make]) => `${make} as ${name}`).join();
  for (const codec of ['snappy', 'zstd']) {
    const path = join(home, `${codec}.parquet`);
    await connection.run(
      `copy (select ${select} from range(${rows}) t(i)) to '${path}' (format parquet, codec '${codec}')`,
    );
    process.stdout.write(`${rows} rows of ${LINEITEM.length} columns, ${codec}\n`);
    for (const each of CASES) await measure(connection, each, path);
  }
} finally {
  fs.rmSync(home, { recursive: true, force: true });
}
