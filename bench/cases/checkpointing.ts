import * as fs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rdd } from '../../lib/index.ts';
import { compare, print } from '../support/harness.ts';
import { openDuck } from '../support/peers.ts';
import { benchSession } from '../support/session.ts';
import { writeBare } from '../support/write-bare.ts';

const ROWS = 1_000_000;
const PARTITIONS = 4;

/**
 * An iteration over a million rows whose state is written to disk: beside the computation alone together with the same
 * bytes written by bare calls, and beside DuckDB, which computes a table and exports it. Then a long loop: whether its
 * iterations stay as fast as they were, and what it holds.
 */
export async function checkpointing(): Promise<boolean> {
  const written = await oneIteration();
  const inline = await longLoop('local');
  const workers = await longLoop('local[2]');
  return written && inline && workers;
}

type Rank = readonly [id: number, rank: number];

const next = (state: Rdd<Rank>): Rdd<Rank> => state.map(([id, rank]): Rank => [id, 0.15 + rank * 0.85]);

async function oneIteration(): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'cairn-bench-'));
  await using session = await benchSession({ checkpoint: { dir: join(directory, 'checkpoints') } });
  const duck = await openDuck();
  const state = session
    .range(0, ROWS, 1, PARTITIONS)
    .map((id): Rank => [id, id / ROWS])
    .persist('MEMORY_ONLY');
  await state.count();
  const checkpoint = async (): Promise<string> =>
    (await next(state).checkpoint({ eager: true })).getCheckpointFile() as string;

  const example = await checkpoint();
  const parts = fs.readdirSync(example).map((name) => fs.readFileSync(join(example, name)));
  session.removeCheckpoint(example);
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const bare = join(directory, 'bare');
  fs.mkdirSync(bare);
  let last = '';
  let kept: Rdd<Rank> | undefined;
  if (duck !== undefined) {
    await duck.run(`create table state as select range::integer id, range::double / ${ROWS} rank from range(${ROWS})`);
  }
  const advance = 'create or replace table next as select id, 0.15 + rank * 0.85 rank from state';
  const exporting = (format: string) => ({
    name: `DuckDB, ${format}`,
    run: async () => {
      await duck?.run(advance);
      await duck?.run(`copy next to '${join(directory, `state.${format}`)}' (format ${format})`);
      return ROWS;
    },
  });
  const holds = await compare({
    title: `an iteration over ${ROWS} rows, its state written to disk (${(bytes / 1e6).toFixed(1)} MB)`,
    rounds: 15,
    variants: [
      {
        name: 'computation, and the bytes by bare calls',
        run: async () => {
          const count = await next(state).count();
          for (const [i, part] of parts.entries()) writeBare(join(bare, `part-${i}`), part);
          return count;
        },
        after: () => {
          for (const i of parts.keys()) fs.rmSync(join(bare, `part-${i}`));
        },
      },
      {
        name: 'computed and kept, and the bytes by bare calls',
        run: async () => {
          kept = next(state).persist('MEMORY_ONLY');
          const count = await kept.count();
          for (const [i, part] of parts.entries()) writeBare(join(bare, `part-${i}`), part);
          return count;
        },
        after: () => {
          kept?.unpersist();
          for (const i of parts.keys()) fs.rmSync(join(bare, `part-${i}`));
        },
      },
      { name: 'computation alone', run: () => next(state).count() },
      {
        name: 'checkpoint',
        run: async () => {
          last = await checkpoint();
          return ROWS;
        },
        after: () => session.removeCheckpoint(last),
      },
      ...(duck === undefined ? [] : [exporting('parquet'), exporting('csv')]),
    ],
    bars: [
      { faster: 'checkpoint', slower: 'computation, and the bytes by bare calls', times: 1 / 1.3 },
      // Records that are counted are never made; those of a state that a loop goes on with are.
      { faster: 'checkpoint', slower: 'computed and kept, and the bytes by bare calls' },
      { faster: 'checkpoint', slower: 'DuckDB, csv', times: 5 },
      { faster: 'checkpoint', slower: 'DuckDB, parquet' },
    ],
  });
  await session.close();
  rmSync(directory, { recursive: true, force: true });
  return holds;
}

const ITERATIONS = 1000;
const HUNDRED = 100;

async function longLoop(master: 'local' | 'local[2]'): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'cairn-bench-'));
  await using session = await benchSession({ master, checkpoint: { dir: directory } });
  const initial = session.range(0, 1000, 1, 2).map((n): [number, number] => [n % 50, n]);
  const moments: number[] = [];
  const rss: number[] = [];
  const { state } = await session.iterate(
    initial,
    (pairs) => pairs.mapValues((n) => (n * 7 + 3) % 1009).reduceByKey((a, b) => (a + b) % 1009, 2),
    {
      iterations: ITERATIONS,
      until: (_, iteration) => {
        if (iteration % HUNDRED === 1) {
          moments.push(performance.now());
          rss.push(process.memoryUsage.rss());
        }
        return false;
      },
    },
  );
  await state.count();
  moments.push(performance.now());
  rss.push(process.memoryUsage.rss());
  const times = moments.slice(1).map((moment, i) => moment - (moments[i] as number));
  const [first, end] = [times[0] as number, times.at(-1) as number];
  const holds = end <= 1.5 * first;
  print(`\n${ITERATIONS} iterations with a shuffle each, a checkpoint every 10, ${master}`);
  print(`  hundreds, ms: ${times.map((ms) => ms.toFixed(0)).join(' ')}`);
  print(`  resident, MB: ${rss.map((size) => (size / 2 ** 20).toFixed(0)).join(' ')}`);
  print(`  ${holds ? 'holds' : 'MISSED'}: the last hundred takes ${(end / first).toFixed(2)} of the first (bar: 1.5)`);
  await session.close();
  rmSync(directory, { recursive: true, force: true });
  return holds;
}
