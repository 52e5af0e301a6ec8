import { describe, expect, it } from 'vitest';
import { type PendingTask, PendingTasks } from '../../../lib/scheduler/pending-tasks.ts';

const task = (partition: number): PendingTask => ({ partition, attempt: 0 });

/** Tasks by partition with the threads they are best run on; the last one is taken first. */
function pending(entries: readonly (readonly [number, ...string[]])[]): PendingTasks {
  const tasks = new PendingTasks();
  for (const [partition, ...threads] of entries) tasks.put(task(partition), threads);
  return tasks;
}

function takeAll(take: () => PendingTask | undefined): number[] {
  const taken: number[] = [];
  for (let next = take(); next !== undefined; next = take()) taken.push(next.partition);
  return taken;
}

describe('pending tasks', () => {
  it('come by thread, or as those that may run anywhere, the last one first', () => {
    const tasks = pending([[1, 'a'], [2], [3, 'b'], [4, 'a'], [5]]);
    expect(tasks.size).toBe(5);
    expect(takeAll(() => tasks.takeLocal('a'))).toEqual([4, 1]);
    expect(takeAll(() => tasks.takeFree())).toEqual([5, 2]);
    expect(takeAll(() => tasks.takeLocal('c'))).toEqual([]);
    expect(takeAll(() => tasks.takeBound())).toEqual([3]);
    expect(tasks.size).toBe(0);
  });

  it('come once, whatever lists they stand in', () => {
    const tasks = pending([
      [1, 'a', 'b', 'a'],
      [2, 'b', 'a'],
    ]);
    expect(tasks.takeLocal('a')?.partition).toBe(2);
    expect(tasks.size).toBe(1);
    expect(takeAll(() => tasks.takeLocal('b'))).toEqual([1]);
    expect(takeAll(() => tasks.takeLocal('a'))).toEqual([]);
    expect(takeAll(() => tasks.takeBound())).toEqual([]);
  });

  it('of a thread that is gone may run anywhere, unless another one is as good', () => {
    const tasks = pending([[1, 'a'], [2, 'a', 'b'], [3, 'a'], [4, 'a'], [5]]);
    expect(tasks.takeLocal('a')?.partition).toBe(4);
    tasks.unbind((thread) => thread !== 'a');
    expect(takeAll(() => tasks.takeFree())).toEqual([3, 1, 5]);
    expect(takeAll(() => tasks.takeLocal('a'))).toEqual([]);
    tasks.unbind(() => false);
    expect(takeAll(() => tasks.takeFree())).toEqual([2]);
    expect(takeAll(() => tasks.takeBound())).toEqual([]);
    expect(tasks.size).toBe(0);
  });

  it('are none once cleared', () => {
    const tasks = pending([[1, 'a'], [2]]);
    tasks.clear();
    expect(tasks.size).toBe(0);
    expect([tasks.takeLocal('a'), tasks.takeFree(), tasks.takeBound()]).toEqual([undefined, undefined, undefined]);
  });

  it('can be named like what objects have', () => {
    const tasks = pending([[1, '__proto__']]);
    expect(tasks.takeLocal('constructor')).toBeUndefined();
    expect(tasks.takeLocal('__proto__')).toEqual(task(1));
  });

  // With a scan for each task this takes minutes.
  it('are taken one by one from lists of any length', () => {
    const tasks = new PendingTasks();
    const count = 200_000;
    for (let i = 0; i < count; i++) tasks.put(task(i), ['a', 'b', 'c']);
    const order = ['a', 'b', 'c'] as const;
    const taken = takeAll(() => tasks.takeLocal(order[tasks.size % 3] as string));
    expect(taken).toHaveLength(count);
    expect(new Set(taken).size).toBe(count);
  });
});
