/** Local checkpoints: a dataset's blocks in place of its lineage. */
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Rdd } from '../../../lib/api/rdd.ts';
import type { CairnError } from '../../../lib/base/errors.ts';
import type { StorageLevelName } from '../../../storage/block/storage-level.ts';
import { EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';

const home = new SpecDirectory();
afterAll(() => home[Symbol.dispose]());
let count = 0;

async function openEngine(): Promise<EngineOfSpec> {
  return await EngineOfSpec.open({ dir: home.join(`run-${count++}`) });
}

const warnings = (spec: EngineOfSpec) => spec.eventsOf('warning').map(({ message }) => message);
const jobs = (spec: EngineOfSpec) => spec.eventsOf('job-submitted').length;
const cached = (spec: EngineOfSpec, rdd: Rdd<unknown>) => spec.engine.blocksOf(rdd.id as never).cachedPartitions;

async function failure(work: Promise<unknown>): Promise<CairnError> {
  return await work.then(
    () => expect.unreachable('it should fail'),
    (error: unknown) => error as CairnError,
  );
}

describe('localCheckpoint', () => {
  it('keeps every partition as a block with the next action, whatever that reads', async () => {
    await using spec = await openEngine();
    const numbers = spec.parallelize([1, 2, 3, 4, 5], 3).map((n) => n * 2);
    expect(numbers.localCheckpoint()).toBe(numbers);
    expect([numbers.getStorageLevel(), numbers.isCheckpointed]).toEqual(['MEMORY_AND_DISK', false]);
    expect(await numbers.first()).toBe(2);
    expect([jobs(spec), cached(spec, numbers), numbers.isCheckpointed]).toEqual([2, 3, true]);
    expect(numbers.getCheckpointFile()).toBeUndefined();
    expect(numbers.toDebugString().split('\n')[2]).toMatch(/^ \| {2}LocalCheckpointRDD\[2\] at first at /);
    expect(await numbers.map((n) => n + 1).collect()).toEqual([3, 5, 7, 9, 11]);
    expect(
      await numbers
        .map((n) => [n % 3, n] as [number, number])
        .reduceByKey((a, b) => a + b)
        .count(),
    ).toBe(3);
    expect(warnings(spec)).toEqual([]);
  });

  it('needs no job of its own after an action that reads all, and one where it is eager', async () => {
    await using spec = await openEngine();
    const numbers = spec
      .parallelize([1, 2, 3], 2)
      .map((n) => n)
      .localCheckpoint();
    await numbers.count();
    expect([jobs(spec), numbers.isCheckpointed]).toEqual([1, true]);
    const others = spec.parallelize([1, 2, 3, 4, 5], 3).map((n) => n);
    expect(await others.localCheckpoint({ eager: true })).toBe(others);
    expect([jobs(spec), cached(spec, others), others.isCheckpointed]).toEqual([2, 3, true]);
  });

  const levels: readonly (readonly [StorageLevelName, StorageLevelName])[] = [
    ['MEMORY_ONLY', 'MEMORY_AND_DISK'],
    ['MEMORY_ONLY_2', 'MEMORY_AND_DISK_2'],
    ['MEMORY_ONLY_SER', 'MEMORY_AND_DISK_SER'],
    ['DISK_ONLY', 'DISK_ONLY'],
    ['OFF_HEAP', 'MEMORY_AND_DISK_SER'],
  ];
  it.each(levels)('adds the disk to %s: %s', async (given, used) => {
    await using spec = await openEngine();
    const numbers = spec
      .parallelize([1, 2], 2)
      .map((n) => n)
      .persist(given);
    await numbers.count();
    numbers.localCheckpoint();
    expect(numbers.getStorageLevel()).toBe(used);
    await numbers.count();
    expect([cached(spec, numbers), numbers.isCheckpointed]).toEqual([2, true]);
    // Asked for again, at whatever level, it stays one that a local checkpoint can have.
    expect(numbers.persist(given).getStorageLevel()).toBe(used);
    expect(await numbers.collect()).toEqual([1, 2]);
  });

  it('is gone with its blocks, and says so', async () => {
    await using spec = await openEngine();
    const numbers = spec
      .parallelize([1, 2, 3], 2)
      .map((n) => n)
      .persist('DISK_ONLY')
      .localCheckpoint();
    const after = numbers.map((n) => n + 1);
    await numbers.count();
    rmSync(spec.engine.storage.blockDirectory, { recursive: true });
    const lost = await failure(after.collect());
    expect(lost.code).toBe('JOB_FAILED');
    expect(lost.cause).toMatchObject({ code: 'CHECKPOINT_BLOCK_LOST' });
    expect((lost.cause as CairnError).message).toMatch(/rdd_1_\d.*use checkpoint\(\)/s);
  });

  it('is taken back by unpersist before it is written; afterwards a warning says what that means', async () => {
    await using spec = await openEngine();
    const numbers = spec
      .parallelize([1, 2, 3], 2)
      .map((n) => n)
      .localCheckpoint();
    numbers.unpersist();
    expect(await numbers.count()).toBe(3);
    expect([warnings(spec), numbers.isCheckpointed]).toEqual([[], false]);
    numbers.localCheckpoint();
    await numbers.count();
    numbers.unpersist();
    expect(warnings(spec)).toEqual([expect.stringMatching(/^MapPartitionsRDD\[1\].* was checkpointed locally/)]);
    expect((await failure(numbers.count())).cause).toMatchObject({ code: 'CHECKPOINT_BLOCK_LOST' });
  });

  it('takes the place of a mark for a checkpoint, and keeps its own', async () => {
    await using spec = await openEngine();
    spec.engine.checkpoints.setDirectory(home.join('checkpoints'));
    const first = spec
      .parallelize([1, 2], 2)
      .map((n) => n)
      .checkpoint()
      .localCheckpoint();
    expect(warnings(spec)).toEqual([expect.stringContaining('checkpointed locally instead')]);
    first.checkpoint();
    await first.count();
    expect([first.isCheckpointed, first.getCheckpointFile()]).toEqual([true, undefined]);
    const second = await spec
      .parallelize([1, 2], 2)
      .map((n) => n)
      .checkpoint({ eager: true });
    second.localCheckpoint();
    expect(warnings(spec)).toHaveLength(2);
    expect(second.getStorageLevel()).toBe('NONE');
  });

  it('fails with the action, and is made by the next one', async () => {
    await using spec = await openEngine();
    const numbers = spec
      .parallelize([1, 2, 3], 3)
      .map((n) => n)
      .localCheckpoint();
    const bad = numbers.map((n) => {
      if (n === 3) throw new RangeError('three');
      return n;
    });
    await failure(bad.count());
    expect(numbers.isCheckpointed).toBe(false);
    expect(await numbers.collect()).toEqual([1, 2, 3]);
    expect(numbers.isCheckpointed).toBe(true);
  });
});

describe('a local checkpoint on workers', () => {
  const onTwo = () =>
    EngineOfSpec.open({ dir: home.join(`run-${count++}`), master: 'local[2]', locality: { wait: 0 } });

  it('is waited for where its only copy is with a worker that is busy', async () => {
    await using spec = await onTwo();
    const numbers = spec.parallelize([...Array(12).keys()], 6).map((n) => n);
    await numbers.localCheckpoint({ eager: true });
    const slow = numbers.mapPartitionsWithIndex((index, records) => {
      // Longer than a worker waits for a block that it could compute.
      if (index === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200);
      return records;
    });
    expect(await slow.collect()).toEqual([...Array(12).keys()]);
    expect(spec.eventsOf('task-ended').filter(({ outcome }) => outcome.kind === 'failed')).toEqual([]);
  });

  it('is gone with the worker that held it in memory, and says so', async () => {
    await using spec = await onTwo();
    const numbers = spec.parallelize([1, 2, 3, 4], 4).map((n) => n);
    await numbers.localCheckpoint({ eager: true });
    const ended = numbers.map((n) => {
      if (n === 1) process.exit(3);
      return n;
    });
    await failure(ended.count());
    const lost = await failure(numbers.count());
    expect(lost.cause).toMatchObject({ code: 'CHECKPOINT_BLOCK_LOST' });
  });
});
