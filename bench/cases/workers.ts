import { compare } from '../support/harness.ts';
import { benchSession } from '../support/session.ts';

/** Numbers whose Collatz paths are followed; each costs about a microsecond. */
const NUMBERS = 1_000_000;
const PARTITIONS = 8;
const EMPTY_TASKS = 1000;

/**
 * What worker threads bring to functions that compute, and what they cost: starting them, and tasks that do nothing.
 * The ratio needs a machine whose two processors are otherwise idle.
 */
export async function workers(): Promise<boolean> {
  await using inline = await benchSession();
  await using one = await benchSession({ master: 'local[1]' });
  await using two = await benchSession({ master: 'local[2]' });
  const steps = (session: typeof inline) => () =>
    session
      .range(1, NUMBERS + 1, 1, PARTITIONS)
      .map((start) => {
        let count = 0;
        for (let n = start; n !== 1; n = n % 2 === 0 ? n / 2 : 3 * n + 1) count++;
        return count;
      })
      .sum();
  const computing = await compare({
    title: `a function that computes, over ${NUMBERS} numbers`,
    variants: [
      { name: "caller's thread", run: steps(inline) },
      { name: 'one worker', run: steps(one) },
      { name: 'two workers', run: steps(two) },
    ],
    bars: [{ faster: 'two workers', slower: 'one worker', times: 1.7 }],
  });

  const words = (session: typeof inline) => () =>
    session
      .range(0, 2_000_000, 1, PARTITIONS)
      .map((i): [string, number] => [`word-${(i * 2654435761) % 100_003}`, 1])
      .reduceByKey((a, b) => a + b, PARTITIONS)
      .count();
  const shuffling = await compare({
    title: 'counting 2 M words of 100 k kinds',
    variants: [
      { name: "caller's thread", run: words(inline) },
      { name: 'one worker', run: words(one) },
      { name: 'two workers', run: words(two) },
    ],
    bars: [{ faster: 'two workers', slower: 'one worker' }],
  });

  const empty = await compare({
    title: `${EMPTY_TASKS} tasks that do nothing`,
    variants: [
      { name: 'two workers', run: () => two.range(0, EMPTY_TASKS, 1, EMPTY_TASKS).foreach(() => {}) },
      { name: "caller's thread", run: () => inline.range(0, EMPTY_TASKS, 1, EMPTY_TASKS).foreach(() => {}) },
    ],
    limits: [{ name: 'two workers', ms: 500 }],
  });

  const starting = await compare({
    title: "a session's first job: two workers start, run one task each, and end",
    variants: [
      { name: 'two workers', run: () => firstJob('local[2]') },
      { name: "caller's thread", run: () => firstJob('local') },
    ],
    limits: [{ name: 'two workers', ms: 150 }],
  });
  return computing && shuffling && empty && starting;
}

async function firstJob(master: string): Promise<number> {
  await using session = await benchSession({ master });
  return await session.range(0, 2, 1, 2).count();
}
