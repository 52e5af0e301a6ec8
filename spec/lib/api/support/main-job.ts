/** One job with everything that touches files: input, blocks that do not fit, map outputs, spilled runs, sorting. */
import type { Rdd } from '../../../../lib/api/rdd.ts';
import type { SessionOptions } from '../../../../lib/config/options.ts';
import type { EngineOfSpec } from '../../../support/engine-of-spec.ts';

/** So little that blocks go to disk, and map tasks spill. */
export const LITTLE_MEMORY: SessionOptions = { memory: '6 KiB', memoryFraction: 1, codegen: 'off', progress: 'off' };

const KEYS = 7;
const RECORDS = 420;

/** The input of the job as the text of a file. */
export function mainJobInput(): string {
  return Array.from({ length: RECORDS }, (_, n) => `${(n * 37) % RECORDS}\n`).join('');
}

export interface MainJob {
  /** `[key, sum, value]` for each even value, in descending order of values. */
  readonly rows: Rdd<[number, number, number]>;
  /** The records by key, which are kept: too many for memory. */
  readonly kept: Rdd<[number, number]>;
  /** Kept, too; few. */
  readonly sums: Rdd<[number, number]>;
}

/** Datasets of the job, made anew: nothing of an earlier one is reused. */
function mainJob(engine: EngineOfSpec, path: string): MainJob {
  const kept = engine
    .lines(path, 2)
    .map((line): [number, number] => [Number(line) % KEYS, Number(line)])
    .persist('MEMORY_AND_DISK');
  const sums = kept.reduceByKey((a, b) => a + b, 2).persist('MEMORY_AND_DISK');
  const evens = kept.filter(([, value]) => value % 2 === 0);
  const rows = sums
    .join(evens, 2)
    .map(([key, [sum, value]]): [number, number, number] => [key, sum, value])
    .sortBy((row) => row[2], { ascending: false, numPartitions: 2 });
  return { rows, kept, sums };
}

/** What the job must give. */
function mainJobAnswer(): [number, number, number][] {
  const sums = new Array<number>(KEYS).fill(0);
  for (let n = 0; n < RECORDS; n++) sums[n % KEYS] = (sums[n % KEYS] as number) + n;
  return Array.from({ length: RECORDS }, (_, n) => RECORDS - 1 - n)
    .filter((n) => n % 2 === 0)
    .map((n) => [n % KEYS, sums[n % KEYS] as number, n]);
}

/**
 * Runs the job, then counts what is kept, from blocks as far as they are there, and saves it beside the input.
 * `onPlanned`: its input was found.
 */
export async function runMainJob(engine: EngineOfSpec, path: string, onPlanned = () => {}): Promise<void> {
  const { rows, kept, sums } = mainJob(engine, path);
  onPlanned();
  const found = await rows.collect();
  const count = await kept.count();
  const output = `${path}.out`;
  await sums.map(([key, sum]) => `${key} ${sum}`).saveAsTextFile(output, { overwrite: true });
  const saved = await engine.lines(output, 1).collect();
  for (const each of [kept, sums]) each.unpersist();
  if (JSON.stringify(found) !== JSON.stringify(mainJobAnswer()) || count !== RECORDS || saved.length !== KEYS) {
    throw new RangeError(`a wrong answer: ${JSON.stringify(found)}, ${count} records, ${saved.length} sums`);
  }
}
