import { describe, expect, it } from 'vitest';
import { jobId, stageId } from '../../../lib/base/ids.ts';
import type { PoolSettings } from '../../../lib/config/pools.ts';
import { compareFair, compareFifo, Pools } from '../../../lib/scheduler/pools.ts';
import { TaskSet } from '../../../lib/scheduler/task-set.ts';
import { Lineage } from './support/lineages.ts';

const WORK = { kind: 'result', node: new Lineage().collection(1), action: { kind: 'count' } } as const;

function taskSet(job: number, stage: number, tasks: number, pool = 'default'): TaskSet {
  return new TaskSet({
    stageId: stageId(stage),
    stageAttempt: 0,
    jobId: jobId(job),
    pool,
    work: WORK,
    shuffleIds: [],
    partitions: Array.from({ length: tasks }, (_, i) => i),
  });
}

/** Starts tasks one by one and gives the stages they belong to. */
function startAll(pools: Pools, atMost = 100): number[] {
  const order: number[] = [];
  for (let next = pools.next(); next !== undefined && order.length < atMost; next = pools.next()) {
    next.pending.takeFree();
    next.runningTasks++;
    order.push(next.stageId);
  }
  return order;
}

function settings(entries: Record<string, Partial<PoolSettings>>): ReadonlyMap<string, PoolSettings> {
  const full = Object.entries(entries).map(
    ([name, each]) => [name, { mode: 'FIFO', weight: 1, minShare: 0, ...each }] as const,
  );
  return new Map(full);
}

describe('FIFO', () => {
  it('runs earlier jobs first, then earlier stages', () => {
    const pools = new Pools('FIFO');
    for (const each of [taskSet(1, 2, 2), taskSet(0, 1, 1), taskSet(0, 0, 2)]) pools.add(each);
    expect(startAll(pools)).toEqual([0, 0, 1, 2, 2]);
    expect(compareFifo(taskSet(0, 9, 1), taskSet(1, 0, 1))).toBeLessThan(0);
  });

  it('ignores pools, known or not', () => {
    const unknown: string[] = [];
    const pools = new Pools('FIFO', settings({ fast: { weight: 100 } }), (name) => unknown.push(name));
    for (const each of [taskSet(1, 1, 1, 'fast'), taskSet(0, 0, 1, 'nowhere')]) pools.add(each);
    expect(startAll(pools)).toEqual([0, 1]);
    expect(unknown).toEqual([]);
  });
});

describe('FAIR', () => {
  it("gives the order of Spark's PoolSuite", () => {
    const pools = new Pools('FAIR', settings({ '1': { minShare: 2 }, '2': { minShare: 3 } }));
    const sets = [
      taskSet(0, 0, 1, '1'),
      taskSet(1, 1, 1, '1'),
      taskSet(2, 2, 2, '1'),
      taskSet(3, 3, 2, '2'),
      taskSet(4, 4, 2, '2'),
    ];
    for (const each of sets) pools.add(each);
    expect(startAll(pools)).toEqual([0, 3, 3, 1, 4, 2, 2, 4]);
  });

  it('gives slots by weight', () => {
    const pools = new Pools('FAIR', settings({ heavy: { weight: 3 }, light: {} }));
    pools.add(taskSet(0, 0, 20, 'light'));
    pools.add(taskSet(1, 1, 20, 'heavy'));
    const started = startAll(pools, 16);
    expect(started.filter((stage) => stage === 1)).toHaveLength(12);
  });

  it('takes turns within a pool that says so', () => {
    const pools = new Pools('FAIR', settings({ even: { mode: 'FAIR' } }));
    pools.add(taskSet(0, 0, 3, 'even'));
    pools.add(taskSet(1, 1, 3, 'even'));
    expect(startAll(pools)).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('makes a pool no one configured, and tells once', () => {
    const unknown: string[] = [];
    const pools = new Pools('FAIR', settings({}), (name) => unknown.push(name));
    pools.add(taskSet(0, 0, 1, '__proto__'));
    pools.add(taskSet(1, 1, 1, '__proto__'));
    pools.add(taskSet(2, 2, 1));
    expect(unknown).toEqual(['__proto__']);
    expect(startAll(pools)).toEqual([0, 2, 1]);
  });

  it('orders by need, share, weight and name', () => {
    const entry = (name: string, runningTasks: number, minShare: number, weight: number) => {
      return { name, runningTasks, minShare, weight };
    };
    const needy = entry('z', 1, 2, 1);
    expect(compareFair(needy, entry('a', 0, 0, 9))).toBe(-1);
    expect(compareFair(entry('a', 0, 0, 9), needy)).toBe(1);
    expect(compareFair(needy, entry('a', 1, 4, 1))).toBeGreaterThan(0);
    expect(compareFair(entry('a', 4, 0, 4), entry('b', 2, 0, 1))).toBeLessThan(0);
    expect(compareFair(entry('a', 1, 0, 1), entry('b', 1, 0, 1))).toBe(-1);
    expect(compareFair(entry('b', 1, 0, 1), entry('a', 1, 0, 1))).toBe(1);
    expect(compareFair(needy, needy)).toBe(0);
  });
});

describe('a task set that declines', () => {
  it('lets others go first, of any pool', () => {
    const pools = new Pools('FAIR');
    const [first, second, third] = [taskSet(0, 0, 1), taskSet(1, 1, 1), taskSet(2, 2, 1, 'other')] as const;
    for (const each of [first, second, third]) pools.add(each);
    expect(pools.next()).toBe(first);
    expect(pools.next(new Set([first]))).toBe(second);
    expect(pools.next(new Set([first, second]))).toBe(third);
    expect(pools.next(new Set([first, second, third]))).toBeUndefined();
  });
});

describe('a task set that left', () => {
  it('gets no more turns', () => {
    const pools = new Pools('FAIR');
    const left = taskSet(0, 0, 1);
    pools.add(left);
    pools.add(taskSet(1, 1, 1));
    expect(pools.taskSetCount).toBe(2);
    pools.remove(left);
    expect(pools.taskSetCount).toBe(1);
    expect(startAll(pools)).toEqual([1]);
  });
});
