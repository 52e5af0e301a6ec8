import type { Session } from '../../../lib/api/session.ts';

const KEYS = 5;
const RECORDS = 600;

/** The text of the job's input. */
export function crashJobInput(): string {
  return Array.from({ length: RECORDS }, (_, n) => `${(n * 37) % RECORDS}\n`).join('');
}

/** A job with everything that touches files: input, blocks on disk, spilled runs, map outputs, a saved dataset. */
export async function crashJob(session: Session, input: string, output: string): Promise<[number, number][]> {
  const kept = session
    .textFile(input, 2)
    .map((line): [number, number] => [Number(line) % KEYS, Number(line)])
    .persist('MEMORY_AND_DISK');
  const sums = kept
    .partitionBy(3)
    .reduceByKey((a, b) => a + b, 2)
    .sortByKey({ numPartitions: 2 });
  await sums.map(([key, sum]) => `${key} ${sum}`).saveAsTextFile(output, { overwrite: true });
  return await sums.collect();
}

/** What the job gives. */
export function crashJobAnswer(): [number, number][] {
  const sums = new Array<number>(KEYS).fill(0);
  for (let n = 0; n < RECORDS; n++) sums[n % KEYS] = (sums[n % KEYS] as number) + n;
  return sums.map((sum, key) => [key, sum]);
}
