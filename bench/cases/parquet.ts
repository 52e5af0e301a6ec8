import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { col } from '../../lib/index.ts';
import { initPieces, readVectors, sumColumns, writeVectors } from '../micro/parquet-pieces.ts';
import { compare, print, verdict } from '../support/harness.ts';
import { LINEITEM, selectLineitem, sumsOfLineitem } from '../support/lineitem.ts';
import { peakMemory } from '../support/peak-memory.ts';
import { type Duck, openDuck } from '../support/peers.ts';
import { benchSession } from '../support/session.ts';
import { SQL_OF_THREE, sumAll, sumThree } from '../support/sum-records.ts';

/** `CAIRN_BENCH_ROWS=1000000` for a quick look: ratios hardly change. */
const ROWS = Number(process.env.CAIRN_BENCH_ROWS ?? 5_000_000);
const ALL = LINEITEM.map(([name]) => name);
const THREE = ['l_orderkey', 'l_extendedprice', 'l_shipmode'];
const MOST_MORE_MIB = 100;

/**
 * Parquet against DuckDB, one thread each: files that DuckDB wrote are scanned, and written again.
 *
 * Both sides sum the same columns, numbers and lengths of texts, from the file, which the system has in its cache: DuckDB
 * by a query, we from the batches of a scan, without making records. What records cost is told, and has no bar: a function
 * over records is what DuckDB has no counterpart for.
 */
export async function parquet(): Promise<boolean> {
  const duck = await openDuck();
  if (duck === undefined) return false;
  const home = mkdtempSync(join(tmpdir(), 'cairn-bench-'));
  try {
    await initPieces();
    await duck.run(`create table lineitem as ${selectLineitem(ROWS)}`);
    const files = { snappy: join(home, 'snappy.parquet'), zstd: join(home, 'zstd.parquet') };
    for (const [codec, path] of Object.entries(files)) await copy(duck, path, codec);
    const sizes = Object.entries(files).map(([codec, path]) => `${codec} ${mib(statSync(path).size)}`);
    print(`\n${ROWS} rows of ${ALL.length} columns: ${sizes.join(', ')}`);
    const held = [
      await scans(duck, files),
      await writes(duck, files.snappy, join(home, 'out.parquet')),
      memory(files.snappy),
    ];
    await records(duck, files.snappy);
    return held.every((each) => each);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function copy(duck: Duck, path: string, codec: string): Promise<void> {
  return duck.run(`copy lineitem to '${path}' (format parquet, codec '${codec}')`);
}

async function scans(duck: Duck, files: Readonly<Record<'snappy' | 'zstd', string>>): Promise<boolean> {
  const { snappy, zstd } = files;
  const [low, high] = [Math.floor(ROWS / 2), Math.floor(ROWS / 2) + Math.floor(ROWS / 100)];
  const clustered = {
    where: col('l_orderkey').between(low, high),
    sql: `where l_orderkey between ${low} and ${high}`,
  };
  const both = (path: string, columns: readonly string[], condition?: typeof clustered) => [
    { name: 'DuckDB', run: () => duckSums(duck, path, columns, condition?.sql) },
    { name: 'Cairn', run: () => rounded(sumColumns(path, columns, 'best', condition?.where)) },
  ];
  const plain = { name: 'Cairn, JavaScript alone', run: () => rounded(sumColumns(snappy, ALL, 'plain')) };
  const ratio = (most?: number) => [{ name: 'Cairn', to: 'DuckDB', ...(most !== undefined && { most }) }];
  const held = [
    await compare({
      title: 'all columns, snappy',
      variants: [...both(snappy, ALL), plain],
      ratios: [...ratio(1.1), { name: plain.name, to: 'DuckDB', most: 1.5 }],
    }),
    await compare({ title: 'all columns, zstd', variants: both(zstd, ALL), ratios: ratio(1.4) }),
    await compare({ title: 'three columns, snappy', variants: both(snappy, THREE), ratios: ratio(1.1) }),
    await compare({ title: 'three columns, zstd', variants: both(zstd, THREE), ratios: ratio() }),
    await compare({
      title: 'three columns of the 1 % of rows that follow each other, snappy',
      variants: both(snappy, THREE, clustered),
      ratios: ratio(1.2),
    }),
  ];
  return held.every((each) => each);
}

/** Both from memory: DuckDB from its table, we from vectors as a reader of Parquet has them. Neither waits for the disk. */
async function writes(duck: Duck, source: string, out: string): Promise<boolean> {
  const table = readVectors(source);
  return await compare({
    title: 'writing all columns, snappy',
    variants: [
      { name: 'DuckDB', run: () => copy(duck, out, 'snappy') },
      { name: 'Cairn', run: () => void writeVectors(out, table, 'snappy') },
    ],
    ratios: [{ name: 'Cairn', to: 'DuckDB', most: 1.2 }],
    rounds: 5,
  });
}

/** The most memory that a process of its own had which summed all columns, twice. */
function memory(path: string): boolean {
  print('\nmost memory of a process that sums all columns, snappy');
  const script = new URL('../micro/scan-memory.ts', import.meta.url);
  const peak = (who: string) => {
    const found = peakMemory(script, who, path, ALL.join());
    print(`  ${who.padEnd(8)} ${found.toFixed(0).padStart(6)} MiB`);
    return found;
  };
  const [duckdb, scan, overRecords] = ['duckdb', 'scan', 'records'].map(peak) as [number, number, number];
  const more = (found: number) => `${(found - duckdb).toFixed(0)} MiB more than DuckDB`;
  const holds = verdict(`a scan needs ${more(scan)}`, scan - duckdb, MOST_MORE_MIB);
  verdict(`a function over records needs ${more(overRecords)}`, overRecords - duckdb, undefined);
  return holds;
}

/** What users write: functions over records. V8 makes no objects where functions are inlined; texts are JS strings. */
async function records(duck: Duck, path: string): Promise<void> {
  await using session = await benchSession();
  const close = (sum: number) => Number(sum.toPrecision(9));
  const variants = [
    {
      name: 'DuckDB, a sum of three columns',
      run: async () => close(Number((await duck.rows(`select sum(${SQL_OF_THREE}) from '${path}'`))[0]?.[0])),
    },
    { name: 'records of three columns', run: async () => close(await sumThree(session, path, THREE)) },
    { name: 'records of all columns, of which three are read', run: async () => close(await sumThree(session, path)) },
  ];
  const ratios = variants.slice(1).map(({ name }) => ({ name, to: (variants[0] as { name: string }).name }));
  await compare({ title: 'a function over records, snappy', variants, ratios, rounds: 5 });
  const all = [
    {
      name: 'DuckDB, sums of all columns',
      run: async () => void (await duckSums(duck, path, ALL, '')),
    },
    { name: 'records of all columns', run: async () => void (await sumAll(session, path)) },
  ];
  await compare({
    title: 'a function over records that reads all columns, snappy',
    variants: all,
    ratios: [{ name: 'records of all columns', to: 'DuckDB, sums of all columns' }],
    rounds: 5,
  });
}

async function duckSums(duck: Duck, path: string, columns: readonly string[], where = ''): Promise<number[]> {
  const [row = []] = await duck.rows(`select ${sumsOfLineitem(columns)} from '${path}' ${where}`);
  return rounded(row.map(Number));
}

/** Without the digits that depend on the order of adding. */
function rounded(sums: readonly number[]): number[] {
  return sums.map((sum) => Number(sum.toPrecision(9)));
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
