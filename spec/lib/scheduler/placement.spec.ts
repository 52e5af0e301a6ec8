import { describe, expect, it } from 'vitest';
import { taskId } from '../../../lib/base/ids.ts';
import { Placement } from '../../../lib/scheduler/placement.ts';
import { Lineage } from './support/lineages.ts';
import { taskSetOf } from './support/running-task.ts';

/** Tasks with these places, the first one first; a placement that waits 100 ms. */
function setUp(places: readonly (readonly string[])[], options: { busy?: string[]; waitMs?: number } = {}) {
  const busy = new Set(options.busy);
  const clock = { now: 0, nowMs: () => 0, monotonicMs: () => clock.now };
  const asked: number[] = [];
  const placement = new Placement({
    locations: {
      find: (_, partition) => {
        asked.push(partition);
        return places[partition] ?? [];
      },
    },
    waitMs: options.waitMs ?? 100,
    clock,
    isBusy: (thread) => busy.has(thread),
  });
  const { node } = taskSetOf(1).spec.work;
  const taskSet = taskSetOf(places.length, 0, (partition) => placement.threadsFor(node, partition));
  const place = (...idle: string[]) => {
    const placed = placement.place(taskSet, idle);
    return placed === undefined ? undefined : `${placed.partition}@${placed.executor}${placed.speculative ? '+' : ''}`;
  };
  return { placement, taskSet, busy, clock, asked, place };
}

describe('a task runs', () => {
  it('where its blocks are, whichever idle thread that is', () => {
    const { place } = setUp([['b'], ['a'], ['c', 'a'], []]);
    expect([place('a', 'b'), place('a', 'b'), place('a', 'b'), place('a', 'b')]).toEqual(['1@a', '2@a', '0@b', '3@a']);
    expect(place('a', 'b')).toBeUndefined();
  });

  it('anywhere, when no thread has its blocks, before those that would rather wait', () => {
    const { place } = setUp([['b'], [], []], { busy: ['b'] });
    expect([place('a'), place('a'), place('a')]).toEqual(['1@a', '2@a', undefined]);
  });

  it('anywhere, when the thread that had its blocks is gone', () => {
    const { place, busy } = setUp([['b'], ['b', 'c']], { busy: ['b', 'c'] });
    expect(place('a')).toBeUndefined();
    busy.delete('b');
    expect([place('a'), place('a')]).toEqual(['0@a', undefined]);
    busy.delete('c');
    expect(place('a')).toBe('1@a');
  });

  it('nowhere, while no thread is idle', () => {
    expect(setUp([[]]).place()).toBeUndefined();
  });

  it('wherever there is room, when it is not known what threads hold', () => {
    const placement = new Placement({
      waitMs: 100,
      clock: { nowMs: () => 0, monotonicMs: () => 0 },
      isBusy: () => false,
    });
    expect(placement.threadsFor(new Lineage().collection(1), 0)).toEqual([]);
    expect(placement.place(taskSetOf(1), ['driver'])).toEqual({
      partition: 0,
      attempt: 0,
      executor: 'driver',
      speculative: false,
    });
  });
});

describe('a task that rather waits', () => {
  it('runs elsewhere once a thread was idle for long enough, and so do those after it', () => {
    const { place, placement, taskSet, clock } = setUp([['b'], ['b'], ['b']], { busy: ['b'] });
    clock.now = 40;
    expect(place('a')).toBeUndefined();
    expect(placement.leaveIdle([taskSet])).toBe(100);
    clock.now = 139.5;
    expect(place('a')).toBeUndefined();
    expect(placement.leaveIdle([taskSet])).toBe(1);
    clock.now = 140;
    expect(place('a')).toBe('0@a');
    expect(placement.leaveIdle([])).toBeUndefined();
    expect(place('a')).toBe('1@a');
    expect(place('b')).toBe('2@b');
  });

  it('waits anew when no thread was idle in between', () => {
    const { place, placement, taskSet, clock } = setUp([['b'], ['b']], { busy: ['b'] });
    expect(place('a')).toBeUndefined();
    expect(placement.leaveIdle([taskSet])).toBe(100);
    clock.now = 90;
    expect(placement.leaveIdle([])).toBeUndefined();
    clock.now = 150;
    expect(place('a')).toBeUndefined();
    expect(placement.leaveIdle([taskSet])).toBe(100);
  });

  it('does not wait longer because others of its set ran where their blocks are', () => {
    const { place, placement, taskSet, clock } = setUp([['b'], ['b'], ['b']], { busy: ['b'] });
    expect(place('a')).toBeUndefined();
    placement.leaveIdle([taskSet]);
    clock.now = 60;
    expect(place('b')).toBe('0@b');
    expect(place('a')).toBeUndefined();
    expect(placement.leaveIdle([taskSet])).toBe(40);
    clock.now = 100;
    expect(place('a')).toBe('1@a');
  });

  it('does not, when told not to', () => {
    expect(setUp([['b']], { busy: ['b'], waitMs: 0 }).place('a')).toBe('0@a');
  });

  it('is asked again when the first of several has waited', () => {
    const { placement, clock, taskSet } = setUp([['b']], { busy: ['b'] });
    const other = taskSetOf(1, 1, () => ['b']);
    placement.leaveIdle([taskSet]);
    clock.now = 30;
    expect(placement.leaveIdle([taskSet, other])).toBe(70);
    clock.now = 60;
    expect(placement.leaveIdle([other])).toBe(70);
  });
});

describe('a copy', () => {
  it('runs on another thread than its original, when nothing else is to run', () => {
    const { place, placement, taskSet } = setUp([[]]);
    taskSet.enqueueCopy({ partition: 7, attempt: 1, original: taskId(3), notOn: 'a' });
    expect([place('a', 'b'), place('a'), place('a', 'b')]).toEqual(['0@a', undefined, '7@b+']);
    taskSet.enqueueCopy({ partition: 8, attempt: 1, original: taskId(4), notOn: 'a' });
    expect(place('a')).toBeUndefined();
    // It waits for another thread, and not for time.
    expect(placement.leaveIdle([taskSet])).toBeUndefined();
  });

  it('runs while tasks rather wait', () => {
    const { place, taskSet } = setUp([['b']], { busy: ['b'] });
    taskSet.enqueueCopy({ partition: 7, attempt: 1, original: taskId(3), notOn: 'b' });
    expect(place('a')).toBe('7@a+');
  });
});
