/**
 * `npm run bench [case …]`: every case in a process of its own, so that none runs on code that another has warmed up.
 * Exits with 1 when a bar is missed.
 */
import { spawnSync } from 'node:child_process';
import { checkpointing } from './cases/checkpointing.ts';
import { concurrentJobs } from './cases/concurrent-jobs.ts';
import { csv } from './cases/csv.ts';
import { distinctKeys } from './cases/distinct-keys.ts';
import { join } from './cases/join.ts';
import { parquet } from './cases/parquet.ts';
import { records } from './cases/records.ts';
import { reduceByKey } from './cases/reduce-by-key.ts';
import { reduceByKeySpill } from './cases/reduce-by-key-spill.ts';
import { repartition } from './cases/repartition.ts';
import { sort } from './cases/sort.ts';
import { sortSpill } from './cases/sort-spill.ts';
import { workers } from './cases/workers.ts';
import { print } from './support/harness.ts';

const CASES: Readonly<Record<string, () => Promise<boolean>>> = {
  'reduce-by-key': reduceByKey,
  'reduce-by-key-spill': reduceByKeySpill,
  records,
  join,
  repartition,
  sort,
  'sort-spill': sortSpill,
  'distinct-keys': distinctKeys,
  checkpointing,
  parquet,
  csv,
  'concurrent-jobs': concurrentJobs,
  workers,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(CASES, name));
if (unknown.length > 0) {
  print(`no such case: ${unknown.join(', ')}; there are ${Object.keys(CASES).join(', ')}`);
  process.exitCode = 2;
} else if (process.env.CAIRN_BENCH_CASE !== undefined) {
  const holds = await CASES[process.env.CAIRN_BENCH_CASE]?.();
  process.exit(holds === true ? 0 : 1);
} else {
  const missed: string[] = [];
  for (const name of wanted.length > 0 ? wanted : Object.keys(CASES)) {
    const child = spawnSync(process.execPath, [...process.execArgv, import.meta.filename], {
      stdio: 'inherit',
      env: { ...process.env, CAIRN_BENCH_CASE: name },
    });
    if (child.status !== 0) missed.push(name);
  }
  print(missed.length === 0 ? '\nall bars hold' : `\nmissed or failed: ${missed.join(', ')}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
}
