import { describe, expect, it } from 'vitest';
import { taskContext } from '../../../lib/index.ts';
import { travel } from '../../support/travel.ts';
import { useSession } from '../../support/use-session.ts';

describe('taskContext', () => {
  const spec = useSession();

  it('is undefined outside of tasks', async () => {
    expect(taskContext()).toBe(undefined);
    await spec.session.range(0, 2).count();
    expect(taskContext()).toBe(undefined);
  });

  it('tells the partition and the attempt, in every kind of function', async () => {
    const { session } = spec;
    const numbers = session.range(0, 4, 1, 2);
    const where = (n: number) => [taskContext()?.partition, n];
    const expected = [
      [0, 0],
      [0, 1],
      [1, 2],
      [1, 3],
    ];
    expect(await numbers.map(where).collect()).toEqual(expected);
    expect(await numbers.mapPartitions((records) => [...records].map(where)).collect()).toEqual(expected);
    const later = numbers.mapAsync(async (n) => {
      await new Promise((resolve) => setImmediate(resolve));
      return where(n);
    });
    expect(await later.collect()).toEqual(expected);
    const attempts = numbers.map(() => {
      const { attempt = -1 } = taskContext() ?? {};
      if (attempt === 0) throw new Error('the first try');
      return attempt;
    });
    expect(await attempts.collect()).toEqual([1, 1, 1, 1]);
  });

  it('tells tasks apart by their ids, and stages by theirs', async () => {
    const of = spec.session.range(0, 3, 1, 3).map(() => {
      const { stage, taskId, signal } = taskContext() ?? {};
      return { stage, taskId, isSignal: signal instanceof AbortSignal };
    });
    const tasks = await of.collect();
    expect(new Set(tasks.map(({ taskId }) => taskId)).size).toBe(3);
    expect(new Set(tasks.map(({ stage }) => stage)).size).toBe(1);
    expect(tasks.every(({ isSignal }) => isSignal)).toBe(true);
  });

  it('runs what was left for the end before the action is done', async () => {
    const ended = spec.session.collectionAccumulator<number>();
    await spec.session.range(0, 4, 1, 2).foreachPartition((records) => {
      taskContext()?.onCompletion(() => ended.add(taskContext()?.partition ?? -1));
      for (const _ of records);
    });
    expect(ended.value.toSorted()).toEqual([0, 1]);
  });

  it('travels by name', async () => {
    expect((await travel(() => taskContext))()).toBe(taskContext);
  });
});
