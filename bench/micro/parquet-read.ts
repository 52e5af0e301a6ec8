/**
 * Codecs and versions of Parquet's pages against DuckDB, one thread each, beside those of `bench/cases/parquet.ts`, which
 * has the bars: `npx tsx bench/micro/parquet-read.ts [rows] [case…]`.
 *
 * DuckDB writes a file of 16 columns like TPC-H's `lineitem`; both sum every number, and the byte lengths of every
 * string, of all columns or of three. Times are of the processor (`process.cpuUsage`), which other programs on the
 * machine change less than a clock: the best of nine rounds, by turns. `npm run bench` installs what this needs.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { KernelRoad } from '../../formats/parquet/create-arena.ts';
import { LINEITEM, selectLineitem, sumsOfLineitem } from '../support/lineitem.ts';
import { initPieces, sumColumns } from './parquet-pieces.ts';
import { checkSums, cpuMs } from './parquet-sums.ts';

const ROUNDS = 9;

const THREE = ['l_orderkey', 'l_extendedprice', 'l_shipmode'];

interface Case {
  readonly name: string;
  readonly options: string;
  readonly columns?: readonly string[];
}

const CASES: readonly Case[] = [
  { name: 'snappy', options: "compression 'snappy'" },
  { name: 'snappy, 3 of 16', options: "compression 'snappy'", columns: THREE },
  { name: 'snappy, large row groups', options: "compression 'snappy', row_group_size 1048576" },
  { name: 'uncompressed', options: "compression 'uncompressed'" },
  { name: 'zstd', options: "compression 'zstd'" },
  { name: 'zstd, 3 of 16', options: "compression 'zstd'", columns: THREE },
  { name: 'lz4_raw', options: "compression 'lz4_raw'" },
  { name: 'gzip', options: "compression 'gzip'" },
  { name: 'v2, snappy', options: "compression 'snappy', parquet_version 'v2'" },
];

async function duckSums(connection: DuckDBConnection, query: string): Promise<readonly number[]> {
  const rows = (await connection.runAndReadAll(query)).getRows();
  return (rows[0] ?? []).map(Number);
}

async function run(connection: DuckDBConnection, each: Case, path: string): Promise<void> {
  const columns = each.columns ?? LINEITEM.map(([name]) => name);
  const query = `select ${sumsOfLineitem(columns)} from '${path}'`;
  const times: Record<'duckdb' | KernelRoad, number[]> = { duckdb: [], best: [], plain: [] };
  for (let round = -2; round < ROUNDS; round++) {
    let expected: readonly number[] = [];
    let found: number[] = [];
    const spent = {
      duckdb: await cpuMs(async () => {
        expected = await duckSums(connection, query);
      }),
      best: await cpuMs(() => {
        found = sumColumns(path, columns, 'best');
      }),
      plain: await cpuMs(() => void sumColumns(path, columns, 'plain')),
    };
    checkSums(columns, found, expected);
    if (round >= 0) for (const [who, ms] of Object.entries(spent)) times[who as keyof typeof times].push(ms);
  }
  const best = (who: keyof typeof times) => Math.min(...times[who]);
  const ratio = (who: KernelRoad) =>
    `${best(who).toFixed(0).padStart(6)} ms ${(best(who) / best('duckdb')).toFixed(2)}x`;
  process.stdout.write(
    `${each.name.padEnd(24)} DuckDB ${best('duckdb').toFixed(0).padStart(6)} ms   WebAssembly ${ratio('best')}   JavaScript ${ratio('plain')}\n`,
  );
}

const words = process.argv.slice(2);
const rows = Number(words.find((word) => /^\d+$/.test(word)) ?? 1_000_000);
const wanted = words.filter((word) => !/^\d+$/.test(word));
const home = fs.mkdtempSync(join(tmpdir(), 'cairn-parquet-'));
try {
  await initPieces();
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  process.stdout.write(`${rows} rows of ${LINEITEM.length} columns, row groups of 122,880 unless said\n`);
  const made = new Map<string, string>();
  for (const each of CASES) {
    if (wanted.length > 0 && !wanted.includes(each.name)) continue;
    const path = made.get(each.options) ?? join(home, `${made.size}.parquet`);
    if (!made.has(each.options)) {
      await connection.run(`copy (${selectLineitem(rows)}) to '${path}' (format parquet, ${each.options})`);
      made.set(each.options, path);
    }
    await run(connection, each, path);
  }
} finally {
  fs.rmSync(home, { recursive: true, force: true });
}
