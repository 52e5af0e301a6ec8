import { describe, expect, it } from 'vitest';
import { jobId, stageId, taskId } from '../../../lib/base/ids.ts';
import { TaskSet, type TaskSetSpec } from '../../../lib/scheduler/task-set.ts';
import { Lineage } from './support/lineages.ts';

const SPEC: TaskSetSpec = {
  stageId: stageId(5),
  stageAttempt: 1,
  jobId: jobId(2),
  pool: 'reports',
  work: { kind: 'result', node: new Lineage().collection(1), action: { kind: 'count' } },
  shuffleIds: [],
  partitions: [4, 0, 2],
};

function takeAll(taskSet: TaskSet): [number, number][] {
  const taken: [number, number][] = [];
  for (let next = taskSet.pending.takeFree(); next !== undefined; next = taskSet.pending.takeFree())
    taken.push([next.partition, next.attempt]);
  return taken;
}

describe('a task set', () => {
  it('gives its partitions in the order asked for, each as a first attempt', () => {
    expect(takeAll(new TaskSet(SPEC))).toEqual([
      [4, 0],
      [0, 0],
      [2, 0],
    ]);
  });

  it('gives what is tried again first', () => {
    const taskSet = new TaskSet(SPEC);
    taskSet.pending.takeFree();
    taskSet.enqueue({ partition: 4, attempt: 1 });
    expect(takeAll(taskSet)).toEqual([
      [4, 1],
      [0, 0],
      [2, 0],
    ]);
  });

  it('starts nothing more once retired, and is over when its last task has ended', () => {
    const taskSet = new TaskSet(SPEC);
    taskSet.pending.takeFree();
    taskSet.runningTasks = 1;
    taskSet.retire();
    taskSet.enqueue({ partition: 4, attempt: 1 });
    expect(taskSet.hasPending).toBe(false);
    expect(taskSet.pending.takeFree()).toBeUndefined();
    expect(taskSet.isOver).toBe(false);
    taskSet.runningTasks = 0;
    expect(taskSet.isOver).toBe(true);
  });

  it('is not over while it may get more, and takes its turn by its job, stage and name', () => {
    const taskSet = new TaskSet({ ...SPEC, partitions: [] });
    expect(taskSet.isOver).toBe(false);
    expect(taskSet).toMatchObject({
      name: 'TaskSet_5.1',
      jobId: 2,
      stageId: 5,
      pool: 'reports',
      weight: 1,
      minShare: 0,
    });
  });
});

describe('copies', () => {
  const copy = (original: number, notOn: string) => {
    return { partition: original, attempt: 1, original: taskId(original), notOn };
  };

  it('are taken in order, by threads that do not run the original', () => {
    const taskSet = new TaskSet({ ...SPEC, partitions: [] });
    for (const each of [copy(1, 'a'), copy(2, 'b'), copy(3, 'b')]) taskSet.enqueueCopy(each);
    expect(taskSet.hasPending).toBe(true);
    expect(taskSet.takeCopy('b')?.partition).toBe(1);
    expect(taskSet.takeCopy('b')).toBeUndefined();
    expect([taskSet.takeCopy('a')?.partition, taskSet.takeCopy('a')?.partition]).toEqual([2, 3]);
    expect(taskSet.hasPending).toBe(false);
  });

  it('are one for each original, and none once it has ended', () => {
    const taskSet = new TaskSet({ ...SPEC, partitions: [] });
    taskSet.enqueueCopy(copy(1, 'a'));
    taskSet.enqueueCopy(copy(1, 'a'));
    taskSet.enqueueCopy(copy(2, 'a'));
    taskSet.dropCopy(taskId(2));
    expect(taskSet.takeCopy('b')?.partition).toBe(1);
    expect(taskSet.takeCopy('b')).toBeUndefined();
  });

  it('are not made of what is retired', () => {
    const taskSet = new TaskSet(SPEC);
    taskSet.enqueueCopy(copy(1, 'a'));
    taskSet.retire();
    taskSet.enqueueCopy(copy(2, 'a'));
    expect([taskSet.hasPending, taskSet.isRetired]).toEqual([false, true]);
  });
});
