/** Asynchronous work on each record: so many at a time, answers in the order of the records. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Session } from '../lib/index.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';

/** Stands for a request to a service: it takes a while, each time another one. */
async function lookUp(id: number): Promise<{ id: number; grade: string }> {
  await setTimeout((id * 7) % 5);
  return { id, grade: 'ABC'[id % 3] ?? '' };
}

export async function run(print: Print, { dir, out, note }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'map async', parallelism: 2 });

  const started = performance.now();
  const graded = await session.range(24).mapAsync(lookUp, { concurrency: 6 }).collect();
  note(`24 look-ups, 6 at a time in each of 2 partitions: ${Math.round(performance.now() - started)} ms`);
  print(`first: ${JSON.stringify(graded.slice(0, 4))}`);
  print(`in order: ${graded.every(({ id }, i) => id === i)}`);

  // What follows is an ordinary dataset.
  const byGrade = session
    .range(24)
    .mapAsync(lookUp)
    .map(({ grade }) => [grade, 1])
    .reduceByKey((a, b) => a + b)
    .sortByKey();
  print(`by grade: ${JSON.stringify(await byGrade.collect())}`);

  // To write elsewhere, a batch at a time: the function may be asynchronous, and the task waits for it.
  const sent = join(out, 'sent.txt');
  await session.range(24).foreachPartition(async (ids) => {
    const batch = [...ids];
    await appendFile(sent, `a batch of ${batch.length}\n`);
  });
  print(`sent:\n${await readFile(sent, 'utf8')}`.trimEnd());
}

await startIfMain(import.meta, run);
