import type { Session } from '../../../lib/api/session.ts';

const KEYS = 5;
const RECORDS = 600;

/** The text of the job's input. */
export function crashJobInput(): string {
  return Array.from({ length: RECORDS }, (_, n) => `${(n * 37) % RECORDS}\n`).join('');
}

/** Where the job's checkpoints go. */
export function crashJobCheckpoints(directory: string): string {
  return `${directory}-checkpoints`;
}

/**
 * A job with everything that touches files: input, blocks on disk, spilled runs, map outputs, a checkpoint, a saved
 * dataset.
 */
export async function crashJob(session: Session, input: string, output: string): Promise<[number, number][]> {
  const kept = session
    .textFile(input, 2)
    .map((line): [number, number] => [Number(line) % KEYS, Number(line)])
    .persist('MEMORY_AND_DISK');
  session.setCheckpointDir(crashJobCheckpoints(session.directory));
  const placed = kept.partitionBy(3).checkpoint({ name: `placed ${kept.id}` });
  const sums = placed.reduceByKey((a, b) => a + b, 2).sortByKey({ numPartitions: 2 });
  await sums.map(([key, sum]) => `${key} ${sum}`).saveAsTextFile(output, { overwrite: true });
  const answer = await sums.collect();
  session.removeCheckpoint(placed.getCheckpointFile() as string);
  return answer;
}

/** The records that the job's checkpoint holds, in any order. */
export function crashJobRecords(): [number, number][] {
  return Array.from({ length: RECORDS }, (_, n) => [n % KEYS, n]);
}

/** What the job gives. */
export function crashJobAnswer(): [number, number][] {
  const sums = new Array<number>(KEYS).fill(0);
  for (let n = 0; n < RECORDS; n++) sums[n % KEYS] = (sums[n % KEYS] as number) + n;
  return sums.map((sum, key) => [key, sum]);
}
