/** Failures: a task that fails is tried again; a job that fails says what failed, where, and what to do next. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CairnError, Session } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';

/** A file as a counter: what a function in a task remembers in variables may be lost between two attempts. */
function countUp(path: string): number {
  appendFileSync(path, '.');
  return readFileSync(path).length;
}

export async function run(print: Print, { dir, out }: Place): Promise<void> {
  await using session = await Session.open({
    dir,
    name: 'errors and retries',
    parallelism: 3,
    task: { maxFailures: 4 },
  });
  using _listening = session.onEvent((event) => {
    if (event.kind !== 'task-ended' || event.outcome.kind !== 'failed') return;
    const next = event.outcome.willRetry ? 'is tried again' : 'is given up';
    print(`  partition ${event.partition}, attempt ${event.attempt} failed and ${next}`);
  });

  print('A service that is down the first two times: the job gets through');
  const attempts = join(out, 'attempts');
  const flaky = session.range(0, 30, 1, 3).mapPartitionsWithIndex((index, ids) => {
    if (index === 1 && countUp(attempts) <= 2) throw new RangeError('service unavailable');
    return ids;
  });
  print(`  sum: ${await flaky.sum()}`);

  print('\nA bug in a function: the job fails');
  const parse = (text: string): { n: number } => JSON.parse(text) as { n: number };
  try {
    await session.parallelize(['{"n":1}', '{"n":2}', '{"n":3', '{"n":4}'], 2).map(parse).count();
  } catch (error) {
    for (let e: unknown = error, depth = 0; e instanceof Error; e = e.cause, depth++) {
      const code = e instanceof CairnError ? `${e.code} (${e.kind})` : e.name;
      print(`  ${'  '.repeat(depth)}${code}`);
    }
    if (CairnError.is(error, 'JOB_FAILED')) print(`  hint: ${error.hint}`);
  }

  print('\nA mistake in an argument is told before anything runs');
  try {
    session.range(10).coalesce(0);
  } catch (error) {
    if (error instanceof CairnError) print(`  ${error.message.replace('\n', '\n  ')}`);
  }

  print('\nA job that is cancelled');
  const controller = new AbortController();
  // By the program: functions in tasks have no hold on what is here.
  using _watching = session.onEvent(({ kind }) => {
    if (kind === 'task-ended') controller.abort('changed my mind');
  });
  const slow = session.range(1_000).mapAsync(async (n) => n);
  const ended = await slow.count({ signal: controller.signal }).catch((error: unknown) => error);
  print(`  ${ended instanceof CairnError ? `${ended.code} (${ended.kind})` : ended}`);
}

await startIfMain(import.meta, run);
