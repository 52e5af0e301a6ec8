/**
 * Tasks that take their thread with them, in every way a function can: the job fails with an error that says what
 * happened, where, and what to do; the process never ends with exit code 0 and no result; nothing is left; the session
 * goes on. `CAIRN_DEATH_ROUNDS` sets how often each way is tried (once unless set).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SpecDirectory } from '../support/engine-of-spec.ts';
import { Child } from './support/child.ts';
import { crashJobAnswer, crashJobInput } from './support/crash-job.ts';
import { expectNothingLeft, expectUsable, type Places, recordOf } from './support/directory-state.ts';

const SCRIPT = join(import.meta.dirname, 'support/dying-child.ts');
const MASTER = 'local[2]';
const ROUNDS = Number(process.env.CAIRN_DEATH_ROUNDS ?? 1);

let home: SpecDirectory;
let input: string;
beforeAll(() => {
  home = new SpecDirectory();
  input = home.join('input.txt');
  writeFileSync(input, crashJobInput());
});
afterAll(() => home[Symbol.dispose]());

/** The cause of the job's error: what each begins with, and what it says besides. */
const DEATHS: Readonly<Record<string, readonly [cause: string, ...says: string[]]>> = {
  throws: ['TypeError: on purpose'],
  'exits with 0': ['WORKER_LOST', 'partition 3', 'process.exit(0)'],
  'exits with 3': ['WORKER_LOST', 'partition 3', 'process.exit(3)'],
  'runs out of heap': ['WORKER_LOST', 'partition 3', 'ran out of memory', 'of which the engine', 'use more partitions'],
  'never comes back': ['TASK_TIMED_OUT', 'partition 3', 'task.timeout'],
  'never settles': ['TASK_ABANDONED', 'partition 3', 'never resolved or rejected'],
  'rejects unheard': ['WORKER_LOST', 'partition 3', 'TypeError: unheard'],
  'throws beside the task': ['WORKER_LOST', 'partition 3', 'TypeError: beside'],
};

function start(name: string, way: string, handling: 'caught' | 'uncaught'): readonly [Places, Child] {
  const places = { dir: home.join(name), input, output: home.join(`${name}.out`) };
  return [places, new Child(SCRIPT, [places.dir, input, places.output, MASTER, way, handling])];
}

function runOf(child: Child): string {
  return child.lines[0]?.slice('open '.length) ?? '';
}

describe('a task that', () => {
  test.concurrent.each(Object.entries(DEATHS))(
    '%s fails its job, and not its session',
    async (way, [cause, ...says]) => {
      const [places, child] = start(way, way, 'caught');
      expect([await child.ended(), child.errors]).toEqual([0, '']);
      expect(child.lines.filter((line) => line === 'died')).toHaveLength(ROUNDS);
      const failed = JSON.parse(child.lines.find((line) => line.startsWith('failed '))?.slice(7) ?? 'null');
      expect(failed).toMatchObject({ code: 'JOB_FAILED' });
      expect(failed.params.name).toMatch(/^count at dying-child\.ts:\d+$/);
      expect(failed.params.reason).toContain(way.startsWith('never') ? 'failed 1 time,' : 'failed 2 times,');
      expect(failed.params.reason).toContain('(executor worker-');
      expect(failed.stack).toContain('dying-child.ts');
      expect(failed.cause.startsWith(cause)).toBe(true);
      for (const text of says) expect(failed.cause).toContain(text);
      expect(child.lines).toContain(`answer ${JSON.stringify(crashJobAnswer())}`);
      expect(child.lines).toContain('closed');
      expectNothingLeft(places);
      expect(recordOf(places.dir, runOf(child)).run.state).toBe('succeeded');
      expect(recordOf(places.dir, runOf(child)).jobs[0]).toBe('failed');
      await expectUsable(places);
    },
  );

  const UNCAUGHT = ['throws', 'exits with 0', 'runs out of heap', 'never comes back'];
  test.concurrent.each(UNCAUGHT)('%s ends a program that does not catch it with code 1', async (way) => {
    const [places, child] = start(`uncaught ${way}`, way, 'uncaught');
    expect(await child.ended()).toBe(1);
    expect(child.errors).toContain('JOB_FAILED: job 0 (count at dying-child.ts:');
    expectNothingLeft(places);
    const { run, jobs } = recordOf(places.dir, runOf(child));
    expect([run.state, run.errorCode, jobs]).toEqual(['killed', 'SESSION_INTERRUPTED', ['failed']]);
  });

  test('signals its process ends it by that signal, as if it had come from outside', async () => {
    const [places, child] = start('signals', 'signals its process', 'caught');
    expect([await child.ended(), child.errors]).toEqual(['SIGTERM', '']);
    expectNothingLeft(places);
    expect(recordOf(places.dir, runOf(child)).run.errorMessage).toContain('SIGTERM');
    await expectUsable(places);
  });
});
