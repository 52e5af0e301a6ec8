/**
 * Processes that end without closing their session: with jobs that nothing can end, by `process.exit`, by an error that
 * nobody caught. Never with exit code 0 and no result, and nothing temporary is left.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SpecDirectory } from '../support/engine-of-spec.ts';
import { Child } from './support/child.ts';
import { crashJobInput } from './support/crash-job.ts';
import { expectNothingLeft, expectUsable, recordOf } from './support/directory-state.ts';

const SCRIPT = join(import.meta.dirname, 'support/ending-child.ts');

let home: SpecDirectory;
let input: string;
beforeAll(() => {
  home = new SpecDirectory();
  input = home.join('input.txt');
  writeFileSync(input, crashJobInput());
});
afterAll(() => home[Symbol.dispose]());

interface Ending {
  readonly code: number;
  /** What its stderr says; nothing is there when this is empty. */
  readonly says: readonly string[];
  readonly state: 'succeeded' | 'killed';
  /** In the metadata's account of the end. */
  readonly by?: string;
}

const STUCK = /warning: job 0 \(saveAsTextFile at ending-child\.ts:\d+\) can never end/;

const ENDINGS: Readonly<Record<string, Ending>> = {
  'never settles': { code: 1, says: ['warning: job 0 (saveAsTextFile at', 'JOB_ABANDONED'], state: 'killed' },
  'never settles, and is caught': { code: 13, says: ['warning: job 0 (saveAsTextFile at'], state: 'killed' },
  'never settles, with an exit code': { code: 5, says: ['warning: job 0 (saveAsTextFile at'], state: 'killed' },
  'exits meanwhile': { code: 0, says: [], state: 'killed', by: 'exit code 0' },
  'exits with 3 meanwhile': { code: 3, says: [], state: 'killed', by: 'exit code 3' },
  'exits while tasks write': { code: 0, says: [], state: 'killed', by: 'exit code 0' },
  'exits within a task': { code: 1, says: ['called process.exit(0)'], state: 'killed', by: 'process.exit(0)' },
  'exits within a task with 3': { code: 3, says: [], state: 'killed', by: 'process.exit(3)' },
  'throws beside the job': { code: 1, says: ['TypeError: beside'], state: 'killed', by: 'exit code 1' },
  'rejects beside the job': { code: 1, says: ['TypeError: beside'], state: 'killed', by: 'exit code 1' },
  'rejects in a task': { code: 1, says: ['TypeError: in a task'], state: 'killed' },
  'lets a job fail': { code: 1, says: ['JOB_FAILED', 'on purpose'], state: 'killed', by: 'exit code 1' },
  'in a thread, exits with 3': { code: 3, says: [], state: 'killed', by: 'process.exit(3)' },
  'in a thread, never settles': { code: 1, says: ['JOB_ABANDONED'], state: 'killed' },
  'does not close': { code: 0, says: [], state: 'succeeded' },
  'does not close and exits': { code: 0, says: [], state: 'succeeded' },
};

async function expectEnding(what: string, ending: Ending, master: string): Promise<void> {
  const name = `${what} on ${master}`;
  const places = { dir: home.join(name), input, output: home.join(`${name}.out`) };
  const child = new Child(SCRIPT, [places.dir, input, places.output, master, what]);
  expect([await child.ended(), child.errors]).toEqual([ending.code, expect.any(String)]);
  for (const text of ending.says) expect(child.errors).toContain(text);
  if (ending.says.length === 0) expect(child.errors).toBe('');
  expect(STUCK.test(child.errors)).toBe(what.includes('never'));
  expectNothingLeft(places);
  expect(existsSync(places.output)).toBe(false);
  const { run, jobs } = recordOf(places.dir, child.lines[0]?.slice('open '.length) ?? '');
  expect(run.state).toBe(ending.state);
  expect(run.errorMessage ?? '').toContain(ending.by ?? '');
  expect(jobs).not.toContain('running');
  await expectUsable(places);
}

test.concurrent.each(Object.entries(ENDINGS))('a program that %s', async (what, ending) => {
  await expectEnding(what, ending, 'local');
});

/** What has nothing to do with where a task runs, or more when it is not in the thread that ends. */
const ENDINGS_ON_WORKERS = [
  'exits meanwhile',
  'exits with 3 meanwhile',
  'throws beside the job',
  'rejects beside the job',
  'lets a job fail',
  'does not close',
  'does not close and exits',
  'exits while tasks write',
];

test.concurrent.each(ENDINGS_ON_WORKERS)('a program with workers that %s', async (what) => {
  await expectEnding(what, ENDINGS[what] as Ending, 'local[2]');
});
