import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Run } from '../../examples/support/example.ts';
import { queryDuckDb } from '../support/duckdb.ts';
import { expectGolden } from '../support/golden.ts';
import { PROJECT_ROOT } from '../support/source-files.ts';
import { SPEC_MASTER } from '../support/spec-master.ts';

const EXAMPLES = join(PROJECT_ROOT, 'examples');
const DATA = join(PROJECT_ROOT, 'node_modules', 'vega-datasets', 'data');
const MAIN_JOB = '10-flights';
const names = (await readdir(EXAMPLES)).filter((name) => /^\d\d-.*\.ts$/.test(name)).map((name) => name.slice(0, -3));

// How much memory a task has follows from the number of threads: on every machine the same.
beforeAll(() => {
  vi.stubEnv('CAIRN_MASTER', SPEC_MASTER);
});
afterAll(() => {
  vi.unstubAllEnvs();
});

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'cairn-example-'));
});
afterEach(async () => {
  await rm(out, { recursive: true, force: true });
});

/** What an example prints, in a directory of its own below `at`. */
async function printed(name: string, at = out): Promise<string> {
  const { run } = (await import(join(EXAMPLES, `${name}.ts`))) as { run: Run };
  const lines: string[] = [];
  await run((text) => lines.push(text), { dir: join(at, '.cairn'), out: at, note: () => undefined });
  return lines.join('\n');
}

let ofMainJob: { readonly text: string; readonly out: string } | undefined;
afterAll(async () => {
  if (ofMainJob !== undefined) await rm(ofMainJob.out, { recursive: true, force: true });
});

/** What the main job printed and wrote: run once, since with little memory it takes its time. */
async function mainJob(): Promise<{ readonly text: string; readonly out: string }> {
  if (ofMainJob === undefined) {
    const at = await mkdtemp(join(tmpdir(), 'cairn-example-'));
    ofMainJob = { text: await printed(MAIN_JOB, at), out: at };
  }
  return ofMainJob;
}

/** Lineages without the lines that say how much is kept in memory: that depends on how much there is. */
function withoutSizes(text: string): string {
  return text.replaceAll(/^.*CachedPartitions: .*\n/gm, '');
}

describe('the examples', () => {
  it('are numbered without a gap', () => {
    expect(names.map((name) => Number(name.slice(0, 2)))).toEqual(names.map((_, i) => i + 1));
  });

  it.each(names)('%s prints what its golden says', async (name) => {
    const text = name === MAIN_JOB ? (await mainJob()).text : await printed(name);
    expectGolden(`examples/${name}.txt`, withoutSizes(text));
  });

  it('print the same when they are started as programs', async () => {
    const name = '02-pairs-and-joins';
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', join('examples', `${name}.ts`)],
      {
        cwd: PROJECT_ROOT,
        env: { ...process.env, CAIRN_DIR: join(out, '.cairn') },
      },
    );
    expectGolden(`examples/${name}.txt`, stdout);
  });
});

describe('the main job', () => {
  const FLIGHTS = `(SELECT * FROM '${join(DATA, 'flights-3m.parquet')}'
    WHERE date >= TIMESTAMP '2001-03-01' AND date < TIMESTAMP '2001-04-01')`;

  it('prints and writes what DuckDB gives', async () => {
    const { text, out: written } = await mainJob();
    const [[flights, minutes] = []] = await queryDuckDb(`SELECT count(*), sum(delay)::DOUBLE FROM ${FLIGHTS}`);
    const mean = (Number(minutes) / Number(flights)).toFixed(1);
    expect(text).toContain(`${flights} flights in March 2001, ${mean} minutes late on average`);

    const routes = await queryDuckDb(`SELECT origin || '-' || destination, count(*)::INT FROM ${FLIGHTS}
      GROUP BY origin, destination HAVING count(*) >= 50 ORDER BY avg(delay) DESC, 1 LIMIT 5`);
    const rows = text.slice(text.indexOf('The worst routes')).split('\n').slice(3, 8);
    expect(rows.map((row) => [row.split(/\s+/)[0], Number(row.split(/\s+/).at(-2))])).toEqual(routes);

    const saved = join(written, 'march-by-state');
    const columns = 'state, origin, destination, delay::INT';
    const joined = await queryDuckDb(`SELECT ${columns} FROM ${FLIGHTS}
      JOIN '${join(DATA, 'airports.csv')}' ON iata = origin ORDER BY ALL`);
    const rowsWritten = await queryDuckDb(`SELECT ${columns} FROM '${saved}/*/*.parquet' ORDER BY ALL`);
    expect(rowsWritten.length).toBe(joined.length);
    expect(String(rowsWritten) === String(joined)).toBe(true);
  });
});
