import { setTimeout as wait } from 'node:timers/promises';
import { compare } from '../support/harness.ts';
import { benchSession } from '../support/session.ts';

const JOBS = 8;

/** Eight jobs one after another and all at once: jobs that compute, and jobs that wait. */
export async function concurrentJobs(): Promise<boolean> {
  await using session = await benchSession({ master: 'local[8]' });
  const computing = () =>
    session
      .range(0, 1_000_000, 1, 4)
      .filter((x) => x % 7 === 0)
      .count();
  const waiting = () =>
    session
      .range(0, 8, 1, 2)
      .mapAsync(
        async (x) => {
          await wait(5);
          return x;
        },
        { concurrency: 4 },
      )
      .count();
  const serial = async (job: () => Promise<number>) => {
    let sum = 0;
    for (let i = 0; i < JOBS; i++) sum += await job();
    return sum;
  };
  const parallel = async (job: () => Promise<number>) => {
    const counts = await Promise.all(Array.from({ length: JOBS }, job));
    return counts.reduce((a, b) => a + b, 0);
  };
  const first = await compare({
    title: `${JOBS} computing jobs`,
    variants: [
      { name: 'one after another', run: () => serial(computing) },
      { name: 'all at once', run: () => parallel(computing) },
    ],
  });
  const second = await compare({
    title: `${JOBS} waiting jobs`,
    variants: [
      { name: 'one after another', run: () => serial(waiting) },
      { name: 'all at once', run: () => parallel(waiting) },
    ],
    bars: [{ faster: 'all at once', slower: 'one after another', times: 1.5 }],
  });
  return first && second;
}
