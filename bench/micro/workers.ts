/**
 * Workers: `npm run build && node --import tsx bench/micro/workers.ts`. Medians, in milliseconds.
 *
 * Bars: a pool of 2 has run its first two tasks within 150 ms, and 1,000 empty tasks end on 2 workers within 500 ms.
 * Exits with 1 when one is missed. Workers run what was built last.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from '../../lib/index.ts';

const ROUNDS = 5;
const TASKS = 1000;
const START_MS = 150;
const TASKS_MS = 500;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

const starts: number[] = [];
const closes: number[] = [];
const runs: number[] = [];
const inline: number[] = [];

async function time(into: number[], run: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await run();
  into.push(performance.now() - start);
}

const root = mkdtempSync(join(tmpdir(), 'cairn-bench-'));
try {
  for (const master of ['local[2]', 'local']) {
    for (let round = 0; round < ROUNDS; round++) {
      const session = await Session.open({ dir: join(root, `${master}-${round}`), master, progress: 'off' });
      const pair = session.range(0, 2, 1, 2);
      const empty = session.range(0, TASKS, 1, TASKS);
      if (master === 'local[2]') await time(starts, () => pair.count());
      // The first job warms what every job needs.
      await session.range(0, 100, 1, 100).count();
      await time(master === 'local[2]' ? runs : inline, () => empty.count());
      await time(closes, () => session.close());
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}

const figures: readonly (readonly [string, number, number | undefined])[] = [
  ['first job of a pool of 2', median(starts), START_MS],
  [`${TASKS} empty tasks on 2 workers`, median(runs), TASKS_MS],
  [`${TASKS} empty tasks in the session's thread`, median(inline), undefined],
  ['closing the session', median(closes), undefined],
];
for (const [name, ms, bar] of figures) {
  const verdict = bar === undefined ? '' : ms <= bar ? `within ${bar}` : `MISSES ${bar}`;
  process.stdout.write(`${name.padEnd(44)} ${ms.toFixed(1).padStart(8)} ${verdict}\n`);
  if (bar !== undefined && ms > bar) process.exitCode = 1;
}
