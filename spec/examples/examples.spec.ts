import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Run } from '../../examples/support/example.ts';
import { expectGolden } from '../support/golden.ts';
import { PROJECT_ROOT } from '../support/source-files.ts';
import { SPEC_MASTER } from '../support/spec-master.ts';

const EXAMPLES = join(PROJECT_ROOT, 'examples');
const DATA = join(PROJECT_ROOT, 'node_modules', 'vega-datasets', 'data');
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

/** What an example prints, in a directory of its own. */
async function printed(name: string): Promise<string> {
  const { run } = (await import(join(EXAMPLES, `${name}.ts`))) as { run: Run };
  const lines: string[] = [];
  await run((text) => lines.push(text), { dir: join(out, '.cairn'), out, note: () => undefined });
  return lines.join('\n');
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
    expectGolden(`examples/${name}.txt`, withoutSizes(await printed(name)));
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
  interface Flight {
    readonly date: string;
    readonly delay: number;
    readonly origin: string;
    readonly destination: string;
  }

  /** Means of groups of at least `least` flights, the worst first, by plain loops. */
  function worstGroups(
    flights: readonly Flight[],
    least: number,
    keyOf: (flight: Flight) => string,
  ): [string, string][] {
    const groups = new Map<string, number[]>();
    for (const flight of flights) {
      const key = keyOf(flight);
      groups.set(key, [...(groups.get(key) ?? []), flight.delay]);
    }
    return [...groups]
      .filter(([, delays]) => delays.length >= least)
      .map(([key, delays]) => [key, delays.reduce((a, b) => a + b, 0) / delays.length] as const)
      .map(([key, mean]) => [key, Math.round(mean * 10) / 10] as const)
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([key, mean]) => [key, mean.toFixed(1)]);
  }

  it('prints and saves what plain loops give', async () => {
    const text = await printed('10-flights');
    const flights = JSON.parse(await readFile(join(DATA, 'flights-20k.json'), 'utf8')) as Flight[];
    const airports = (await readFile(join(DATA, 'airports.csv'), 'utf8')).split('\n');
    // The state is the fourth field from the right: nothing after it is ever in quotes.
    const states = new Map(airports.map((line) => [line.split(',')[0], line.split(',').at(-4)]));

    const routes = worstGroups(flights, 15, ({ origin, destination }) => `${origin}-${destination}`);
    const rows = text.slice(text.indexOf('The worst routes')).split('\n').slice(3, 13);
    expect(rows.map((row) => [row.split(/\s+/)[0], row.split(/\s+/).at(-1)])).toEqual(routes.slice(0, 10));

    const hours = worstGroups(flights, 20, ({ origin, date }) => `${states.get(origin)} ${date.slice(11, 13)}`);
    const saved = join(out, 'delay-by-state-and-hour');
    const parts = (await readdir(saved)).filter((name) => name.startsWith('part-')).sort();
    const lines = (await Promise.all(parts.map((name) => readFile(join(saved, name), 'utf8'))))
      .join('')
      .trim()
      .split('\n');
    const groups = lines.map((line) => line.split('\t'));
    expect(
      groups.map(([state, hour, , mean]) => [`${state} ${hour?.padStart(2, '0')}`, Number(mean).toFixed(1)]),
    ).toEqual(hours);
  });
});
