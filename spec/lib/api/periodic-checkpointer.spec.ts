import { existsSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { PeriodicCheckpointer } from '../../../lib/api/periodic-checkpointer.ts';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { Session } from '../../../lib/api/session.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';

const home = new SpecDirectory();
afterAll(() => home[Symbol.dispose]());
let count = 0;

async function openSession(hasDirectory = true): Promise<Session> {
  const dir = home.join(`run-${count++}`);
  const checkpoint = hasDirectory ? { checkpoint: { dir: `${dir}-checkpoints` } } : {};
  return await Session.open({ dir, master: SPEC_MASTER, progress: 'off', ...checkpoint });
}

/** Six rounds of a loop; what is told after each. */
async function rounds(
  session: Session,
  checkpointer: PeriodicCheckpointer<number>,
  tell: (all: Rdd<number>[]) => unknown,
) {
  const told: unknown[] = [];
  const all: Rdd<number>[] = [];
  let numbers = session.parallelize([1, 2, 3], 2);
  for (let round = 1; round <= 6; round++) {
    numbers = numbers.map((n) => n + 1);
    all.push(numbers);
    checkpointer.update(numbers);
    await numbers.count();
    told.push(tell(all));
  }
  expect(await numbers.collect()).toEqual([7, 8, 9]);
  return told;
}

/** Which rounds, from 1, are so. */
const which = (all: readonly Rdd<number>[], is: (each: Rdd<number>) => boolean) =>
  all.flatMap((each, i) => (is(each) ? [i + 1] : []));

const onDisk = (each: Rdd<number>) => {
  const path = each.getCheckpointFile();
  return path !== undefined && existsSync(path);
};

describe('PeriodicCheckpointer', () => {
  it('keeps as many as it is told', async () => {
    await using session = await openSession();
    const checkpointer = new PeriodicCheckpointer<number>(session, { interval: 1, keep: 2 });
    const files = await rounds(session, checkpointer, (all) => which(all, onDisk));
    expect(files).toEqual([[1], [1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6]]);
    expect(() => new PeriodicCheckpointer(session, { interval: 1, keep: 0 })).toThrow(/keep must be an integer from 1/);
  });

  it("keeps the last two checkpoints and persists three datasets, as Spark's code does", async () => {
    await using session = await openSession();
    const checkpointer = new PeriodicCheckpointer<number>(session, { interval: 2 });
    const files = await rounds(session, checkpointer, (all) => which(all, onDisk));
    expect(files).toEqual([[], [2], [2], [2, 4], [2, 4], [4, 6]]);
    expect(checkpointer.getAllCheckpointFiles()).toHaveLength(2);
    checkpointer.deleteAllCheckpointsButLast();
    expect(checkpointer.getAllCheckpointFiles()).toHaveLength(1);
    checkpointer.deleteAllCheckpoints();
    expect(checkpointer.getAllCheckpointFiles()).toEqual([]);
    expect(readdirSync(session.checkpointDir as string)).toEqual([]);
  });

  it('persists what is not persisted, and gives up all but the last three', async () => {
    await using session = await openSession();
    const checkpointer = new PeriodicCheckpointer<number>(session, { interval: 2, level: 'DISK_ONLY' });
    let last: readonly Rdd<number>[] = [];
    const kept = await rounds(session, checkpointer, (all) => {
      last = all;
      return which(all, (each) => each.getStorageLevel() !== 'NONE');
    });
    expect(kept).toEqual([[1], [1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6]]);
    expect(last.at(-1)?.getStorageLevel()).toBe('DISK_ONLY');
    checkpointer.unpersistDataSet();
    expect(which(last, (each) => each.getStorageLevel() !== 'NONE')).toEqual([]);
    // What is checkpointed stays so in name when its files are gone, as in Spark.
    expect(which(last, (each) => each.isCheckpointed)).toEqual([2, 4, 6]);
  });

  it('checkpoints nothing without a directory, nor with interval -1', async () => {
    await using session = await openSession(false);
    const without = new PeriodicCheckpointer<number>(session, { interval: 1 });
    expect(await rounds(session, without, (all) => which(all, (each) => each.isCheckpointed))).toEqual(
      Array(6).fill([]),
    );
    session.setCheckpointDir(`${session.directory}-checkpoints`);
    const never = new PeriodicCheckpointer<number>(session, { interval: -1 });
    expect(await rounds(session, never, (all) => which(all, onDisk))).toEqual(Array(6).fill([]));
  });

  it('keeps a checkpoint until the one after it is written', async () => {
    await using session = await openSession();
    const checkpointer = new PeriodicCheckpointer<number>(session, { interval: 1 });
    const first = session.parallelize([1], 1).map((n) => n);
    checkpointer.update(first);
    await first.count();
    const second = first.map((n) => n);
    const third = second.map((n) => n);
    checkpointer.update(second);
    checkpointer.update(third);
    expect(onDisk(first)).toBe(true);
    await third.count();
    expect(await third.collect()).toEqual([1]);
  });

  it('refuses other arguments', async () => {
    await using session = await openSession();
    expect(() => new PeriodicCheckpointer(session, { interval: 0 })).toThrow('INVALID_ARGUMENT');
    expect(() => new PeriodicCheckpointer(session, { interval: 1, level: 'NONE' })).toThrow('INVALID_ARGUMENT');
    expect(() => new PeriodicCheckpointer({} as Session, { interval: 1 })).toThrow('INVALID_ARGUMENT');
    expect(() => new PeriodicCheckpointer(session, { every: 1 } as never)).toThrow('INVALID_ARGUMENT');
    const checkpointer = new PeriodicCheckpointer<number>(session, { interval: 1 });
    expect(() => checkpointer.update([1] as never)).toThrow('INVALID_ARGUMENT');
  });
});
