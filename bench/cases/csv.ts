import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countCsv } from '../micro/read-csv.ts';
import { compare, print } from '../support/harness.ts';
import { selectLineitem } from '../support/lineitem.ts';
import { type Duck, openDuck } from '../support/peers.ts';

/** `CAIRN_BENCH_MB=100` for a quick look: rates hardly change. */
const MEGABYTES = Number(process.env.CAIRN_BENCH_MB ?? 1000);
const SAMPLE_ROWS = 100_000;
const LEAST_MB_A_SECOND = 150;
const THREE = ['l_orderkey', 'l_extendedprice', 'l_shipmode'];

/** CSV on one thread: columns of a gigabyte of `lineitem`, types inferred, some of its comments quoted. */
export async function csv(): Promise<boolean> {
  const duck = await openDuck();
  if (duck === undefined) return false;
  const home = mkdtempSync(join(tmpdir(), 'cairn-bench-'));
  try {
    const path = join(home, 'lineitem.csv');
    await write(duck, path, SAMPLE_ROWS);
    const rows = Math.round((SAMPLE_ROWS * MEGABYTES * 1e6) / statSync(path).size);
    await write(duck, path, rows);
    const megabytes = statSync(path).size / 1e6;
    print(`\n${megabytes.toFixed(0)} MB, ${rows} rows of 16 columns`);
    const limit = (name: string) => ({ name, ms: Math.floor((megabytes / LEAST_MB_A_SECOND) * 1000) });
    return await compare({
      title: `CSV, of which ${LEAST_MB_A_SECOND} MB a second are to be read`,
      variants: [
        { name: 'columns', run: () => countCsv(path, 'columns') },
        { name: 'rows', run: () => countCsv(path, 'rows') },
        { name: '3 of 16 columns', run: () => countCsv(path, 'columns', THREE) },
        { name: 'DuckDB, into a table', run: () => count(duck, path) },
      ],
      limits: [limit('columns')],
      ratios: [{ name: 'columns', to: 'DuckDB, into a table' }],
      rounds: 5,
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function write(duck: Duck, path: string, rows: number): Promise<void> {
  const some = `select * replace (replace(l_comment, 'express', '"express", so') as l_comment) from (${selectLineitem(rows)})`;
  return duck.run(`copy (${some}) to '${path}' (format csv, header)`);
}

async function count(duck: Duck, path: string): Promise<number> {
  await duck.run(`create or replace table t as select * from read_csv('${path}')`);
  return Number((await duck.rows('select count(*) from t'))[0]?.[0]);
}
