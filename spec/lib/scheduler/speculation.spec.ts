import { describe, expect, it } from 'vitest';
import { Speculation } from '../../../lib/scheduler/speculation.ts';
import { runningTask, taskSetOf } from './support/running-task.ts';

const SPARK_4 = { quantile: 0.9, multiplier: 3, intervalMs: 100, minTaskRuntimeMs: 100 };

/** A set of ten tasks, of which some have ended, and one that runs since 0. */
function setUp(durations: readonly number[], settings = SPARK_4, tasks = 10) {
  const speculation = new Speculation(settings);
  const taskSet = taskSetOf(tasks);
  for (const each of durations) speculation.add(taskSet, each);
  const running = runningTask({ taskSet });
  const isSlowAt = (nowMs: number) => speculation.findSlow([running], () => taskSet, nowMs).length === 1;
  return { speculation, taskSet, running, isSlowAt };
}

describe('a task is slow', () => {
  it('once it takes more than three times the median of those that ended', () => {
    const { isSlowAt } = setUp([100, 100, 100, 100, 200, 900, 900, 900, 900]);
    expect([isSlowAt(600), isSlowAt(601)]).toEqual([false, true]);
  });

  it('by the mean of the middle two, where an even number ended', () => {
    const { isSlowAt } = setUp([400, 200, 100, 300, 900, 100, 900, 100, 900, 200]);
    // 100 100 100 200 200 300 400 900 900 900
    expect([isSlowAt(750), isSlowAt(751)]).toEqual([false, true]);
  });

  it('not below the least time, however short the others were', () => {
    const { isSlowAt } = setUp(Array(9).fill(2));
    expect([isSlowAt(100), isSlowAt(101)]).toEqual([false, true]);
  });

  it('not before nine of ten have ended', () => {
    expect(setUp(Array(8).fill(100)).isSlowAt(1e6)).toBe(false);
    expect(setUp(Array(9).fill(100)).isSlowAt(1e6)).toBe(true);
  });

  it('not before one has ended, whatever the share', () => {
    expect(setUp([], { ...SPARK_4, quantile: 0 }).isSlowAt(1e6)).toBe(false);
    expect(setUp([100], { ...SPARK_4, quantile: 0 }).isSlowAt(1e6)).toBe(true);
  });

  it('not when it is the only one of its stage', () => {
    expect(setUp([100], SPARK_4, 1).isSlowAt(1e6)).toBe(false);
  });

  it('by what has ended since it was last looked at', () => {
    const { speculation, taskSet, isSlowAt } = setUp(Array(9).fill(1000));
    expect(isSlowAt(2000)).toBe(false);
    for (let i = 0; i < 11; i++) speculation.add(taskSet, 100);
    expect(isSlowAt(2000)).toBe(true);
  });

  it('not when it was copied, or is to stop', () => {
    const copied = setUp(Array(9).fill(100));
    copied.running.wasCopied = true;
    expect(copied.isSlowAt(1e6)).toBe(false);
    const stopped = setUp(Array(9).fill(100));
    stopped.running.controller.abort();
    expect(stopped.isSlowAt(1e6)).toBe(false);
  });

  it('not when its stage has no set that starts tasks', () => {
    const { speculation, running } = setUp(Array(9).fill(100));
    expect(speculation.findSlow([running], () => undefined, 1e6)).toEqual([]);
  });
});

describe('there is something to look for', () => {
  it('while a task runs that could be slow', () => {
    const { speculation, taskSet, running } = setUp(Array(9).fill(100));
    expect(speculation.hasCandidates([running], () => taskSet)).toBe(true);
    expect(speculation.hasCandidates([], () => taskSet)).toBe(false);
    running.wasCopied = true;
    expect(speculation.hasCandidates([running], () => taskSet)).toBe(false);
    expect(setUp([]).speculation.hasCandidates([running], () => taskSet)).toBe(false);
  });
});
