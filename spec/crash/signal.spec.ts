/**
 * Ctrl-C and SIGTERM, at moments that nobody chose: the process ends within two seconds by that signal, nothing
 * temporary is left, what was committed is whole, and the run is on record as ended.
 *
 * `CAIRN_SIGNAL_ROUNDS` sets how many signals of each kind a master gets (3 unless set).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SpecDirectory } from '../support/engine-of-spec.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { Child } from './support/child.ts';
import { crashJobInput } from './support/crash-job.ts';
import {
  expectNothingLeft,
  expectUsable,
  expectWholeOrAbsent,
  type Places,
  recordOf,
} from './support/directory-state.ts';

const SCRIPT = join(import.meta.dirname, 'support/ending-child.ts');
const ROUNDS = Number(process.env.CAIRN_SIGNAL_ROUNDS ?? 3);
/** The promise: then the child is killed, and its spec fails. */
const WITHIN_MS = 2000;

/** Masters that run tasks in different threads. */
const MASTERS = ['local', 'local[2]'] as const;

let home: SpecDirectory;
let input: string;
beforeAll(() => {
  home = new SpecDirectory();
  input = home.join('input.txt');
  writeFileSync(input, crashJobInput());
});
afterAll(() => home[Symbol.dispose]());

function placesOf(name: string): Places {
  return { dir: home.join(name), input, output: home.join(`${name}.out`) };
}

function start({ dir, output }: Places, master: string, what: string): Child {
  return new Child(SCRIPT, [dir, input, output, master, what]);
}

/** How a child ends that gets this signal now; `SIGKILL` when it takes too long. */
async function endBy(child: Child, signal: NodeJS.Signals): Promise<string | number | null> {
  const watchdog = setTimeout(() => child.kill(), WITHIN_MS);
  child.process.kill(signal);
  const ending = await child.ended();
  clearTimeout(watchdog);
  return ending;
}

function runOf(child: Child): string {
  return child.lines[0]?.slice('open '.length) ?? '';
}

function expectInterrupted({ dir }: Places, child: Child, by: string): void {
  const { run, jobs } = recordOf(dir, runOf(child));
  expect([run.state, run.errorCode]).toEqual(['killed', 'SESSION_INTERRUPTED']);
  expect(run.errorMessage).toContain(`was ended by ${by}`);
  expect(jobs).not.toContain('running');
}

describe.each(MASTERS)('a process with master %s', (master) => {
  test.concurrent.each(['SIGINT', 'SIGTERM'] as const)(
    'that gets a %s at any moment ends by it and leaves nothing but what was committed',
    async (signal) => {
      const random = seededRandom(signal === 'SIGINT' ? 41 : 43);
      const places = placesOf(`${master}-${signal}`);
      for (let round = 0; round < ROUNDS; round++) {
        const child = start(places, master, 'jobs');
        // By what it has printed, not by time: the same moments on every machine, more or less.
        const lines = 1 + Math.floor(random() * 300);
        await child.said(lines);
        const said = `${signal} after ${lines} lines`;
        expect([said, await endBy(child, signal), child.errors]).toEqual([said, signal, '']);
        expectNothingLeft(places);
        expectWholeOrAbsent(places.output);
        expectInterrupted(places, child, signal);
        if (round % 5 === 4 || round === ROUNDS - 1) await expectUsable(places);
      }
    },
    1_800_000,
  );

  test('whose tasks wait ends by SIGHUP, and its save leaves no trace', async () => {
    const places = placesOf(`${master}-waits`);
    const child = start(places, master, 'waits');
    await child.saidLine('waiting');
    expect([await endBy(child, 'SIGHUP'), child.errors]).toEqual(['SIGHUP', '']);
    expect(child.lines).not.toContain('end of the program');
    expectNothingLeft(places);
    expectInterrupted(places, child, 'SIGHUP');
    await expectUsable(places);
  });

  test('that listens to the signal itself decides: its sessions are left alone, and its exit code stands', async () => {
    const places = placesOf(`${master}-own`);
    const child = start(places, master, 'has a handler');
    await child.saidLine('waiting');
    expect([await endBy(child, 'SIGTERM'), child.errors]).toEqual([7, '']);
    expect(child.lines).toEqual(expect.arrayContaining(['handled', 'failed SESSION_CLOSED']));
    expectNothingLeft(places);
    expect(recordOf(places.dir, runOf(child)).run.state).toBe('succeeded');
  });

  test('that listens for one signal only has that one to itself, and ends by the next', async () => {
    const places = placesOf(`${master}-once`);
    const child = start(places, master, 'has a handler for once');
    await child.saidLine('waiting');
    child.process.kill('SIGTERM');
    await child.saidLine('handled');
    expect(child.hasEnded).toBe(false);
    expect([await endBy(child, 'SIGTERM'), child.errors]).toEqual(['SIGTERM', '']);
    expectNothingLeft(places);
  });

  test.each(['without the handlers', 'in a thread, waits'])(
    '%s dies at once, and the next session cleans up',
    async (what) => {
      const places = placesOf(`${master}-${what}`);
      const child = start(places, master, what);
      await child.saidLine('waiting');
      expect([await endBy(child, 'SIGINT'), child.errors]).toEqual(['SIGINT', '']);
      expect(recordOf(places.dir, runOf(child)).run.state).toBe('running');
      await expectUsable(places);
      expect(recordOf(places.dir, runOf(child)).run.state).toBe('killed');
    },
  );
});

test('a function that never comes back holds no signal, where tasks have threads of their own', async () => {
  const places = placesOf('endless');
  const child = start(places, 'local[2]', 'never comes back');
  await child.saidLine('task-started');
  expect([await endBy(child, 'SIGTERM'), child.errors]).toEqual(['SIGTERM', '']);
  expectNothingLeft(places);
  expectInterrupted(places, child, 'SIGTERM');
  await expectUsable(places);
});
