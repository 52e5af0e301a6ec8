/** Reliable checkpoints of datasets, from `rdd.checkpoint()` to another session that reads what is left. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CairnError } from '../../../lib/base/errors.ts';
import type { SessionOptions } from '../../../lib/config/options.ts';
import { EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';

const home = new SpecDirectory();
afterAll(() => home[Symbol.dispose]());
let count = 0;

async function openEngine(options: SessionOptions = {}): Promise<EngineOfSpec> {
  const dir = home.join(`run-${count++}`);
  return await EngineOfSpec.open({ dir, checkpoint: { dir: `${dir}-checkpoints` }, ...options });
}

async function _failure(work: Promise<unknown>): Promise<CairnError> {
  return await work.then(
    () => expect.unreachable('it should fail'),
    (error: unknown) => error as CairnError,
  );
}

function warnings(spec: EngineOfSpec): string[] {
  return spec.eventsOf('warning').map(({ message }) => message);
}

const jobs = (spec: EngineOfSpec): number => spec.eventsOf('job-submitted').length;

describe('checkpoint', () => {
  it('writes the dataset with the next action, in the same job, and reads it from there', async () => {
    await using spec = await openEngine();
    const squares = spec.parallelize([1, 2, 3, 4, 5], 3).map((n) => n * n);
    expect(squares.checkpoint()).toBe(squares);
    expect([squares.isCheckpointed, squares.getCheckpointFile()]).toEqual([false, undefined]);
    expect(await squares.collect()).toEqual([1, 4, 9, 16, 25]);
    expect(jobs(spec)).toBe(1);
    expect(squares.isCheckpointed).toBe(true);
    const path = squares.getCheckpointFile() as string;
    expect(readdirSync(path).sort()).toEqual(['_manifest', 'part-00000', 'part-00001', 'part-00002']);
    expect(path).toBe(join(spec.engine.checkpoints.directory as string, `rdd-${squares.id}`));
    expect(await squares.collect()).toEqual([1, 4, 9, 16, 25]);
    expect(await squares.map((n) => n + 1).sum()).toBe(60);
    expect(warnings(spec)).toEqual([]);
    expect(spec.eventsOf('checkpoint-committed')).toMatchObject([{ path, partCount: 3, rowCount: 5 }]);
  });

  it('shows in toDebugString as in Spark, under the line of the action', async () => {
    await using spec = await openEngine();
    const pairs = spec.parallelize<[string, number]>(
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ],
      2,
    );
    const sums = pairs.reduceByKey((a, b) => a + b).checkpoint();
    await sums.count();
    const lines = sums
      .mapValues((n) => n)
      .partitionBy(3)
      .toDebugString()
      .split('\n');
    expect(lines.map((line) => line.replace(/\w+\.spec\.ts:\d+/, 'A.ts:1').replace('checkpoints.', ''))).toEqual([
      '(3) ShuffledRDD[4] at partitionBy at A.ts:1 []',
      ' +-(2) MapPartitionsRDD[3] at mapValues at A.ts:1 []',
      '    |  ShuffledRDD[1] at reduceByKey at A.ts:1 []',
      '    |  ReliableCheckpointRDD[2] at count at A.ts:1 []',
    ]);
    expect(sums.partitioner).toBe('hash(2)');
  });
});
