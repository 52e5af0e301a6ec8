import { describe, expect, it } from 'vitest';
import { jobId, stageId } from '../../../lib/base/ids.ts';
import type { TaskDescription } from '../../../lib/exec/task.ts';
import { MapOutputTracker } from '../../../lib/scheduler/map-output-tracker.ts';
import { Pools } from '../../../lib/scheduler/pools.ts';
import { TaskScheduler } from '../../../lib/scheduler/task-scheduler.ts';
import type { TaskSetSpec } from '../../../lib/scheduler/task-set.ts';
import { FakeExecutor } from './support/fake-executor.ts';
import { Lineage } from './support/lineages.ts';

const lineage = new Lineage();
const node = lineage.shuffled(lineage.collection(1), 4);

function spec(stage: number, more: Partial<TaskSetSpec> = {}): TaskSetSpec {
  return {
    stageId: stageId(stage),
    stageAttempt: 0,
    jobId: jobId(stage),
    pool: 'default',
    work: { kind: 'result', node, action: { kind: 'count' } },
    shuffleIds: [node.shuffle.shuffleId],
    partitions: [0, 1, 2, 3],
    ...more,
  };
}

/** Where the blocks of partitions are; threads `a`, `b` and `c`. */
function setUp(places: Record<number, string[]> = {}, options: { onStart?: (task: TaskDescription) => void } = {}) {
  const executor = new FakeExecutor(0, ['a', 'b', 'c']);
  const clock = { now: 0, nowMs: () => 0, monotonicMs: () => clock.now };
  const timers: { delayMs: number; action: () => void; stopped: boolean }[] = [];
  const ended: string[] = [];
  const slow: number[] = [];
  const tracker = new MapOutputTracker();
  const scheduler: TaskScheduler = new TaskScheduler({
    executor,
    tracker,
    pools: new Pools('FIFO'),
    clock,
    timer: (delayMs, action) => {
      const ring = () => {
        timer.stopped = true;
        action();
      };
      const timer = { delayMs, action: ring, stopped: false };
      timers.push(timer);
      return () => {
        timer.stopped = true;
      };
    },
    locations: { find: (_, partition) => places[partition] ?? [] },
    localityWaitMs: 50,
    speculation: { quantile: 0.5, multiplier: 2, intervalMs: 100, minTaskRuntimeMs: 10 },
    onStart: options.onStart ?? (() => {}),
    onEnd: (task, { kind }) => {
      ended.push(`${task.partition} ${kind}`);
      startAll();
    },
    onSlow: (tasks) => {
      for (const task of tasks) {
        slow.push(task.partition);
        scheduler.enqueueCopy(task, 0, 1);
      }
    },
    onChange: () => startAll(),
  });
  const startAll = () => {
    while (scheduler.startNext());
  };
  /** The timers that wait. */
  const due = () => timers.filter(({ stopped }) => !stopped).map(({ delayMs }) => delayMs);
  return { executor, clock, timers, ended, slow, tracker, scheduler, startAll, due };
}

describe('tasks', () => {
  it('run where their blocks are; others go first while they wait, and no timer runs once nothing waits', async () => {
    const { executor, scheduler, startAll, due } = setUp({ 0: ['a'], 1: ['a'], 2: ['a'], 3: ['c'] });
    scheduler.submit(spec(0));
    scheduler.submit(spec(1, { partitions: [7] }));
    startAll();
    expect(executor.places).toEqual(['0.0/0#0@a', '0.0/3#0@c', '1.0/7#0@b']);
    expect(due()).toEqual([]);
    await executor.succeed('1.0/7#0');
    expect(executor.places).toHaveLength(2);
    expect(due()).toContain(50);
    await executor.succeed('0.0/0#0');
    expect(executor.places).toEqual(['0.0/3#0@c', '0.0/1#0@a']);
  });

  it('run elsewhere when the time is over', async () => {
    const { executor, scheduler, startAll, clock, timers } = setUp({ 0: ['a'], 1: ['a'] });
    scheduler.submit(spec(0, { partitions: [0, 1] }));
    startAll();
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([50]);
    clock.now = 50;
    timers[0]?.action();
    expect(executor.places).toEqual(['0.0/0#0@a', '0.0/1#0@b']);
  });

  it('start when a thread comes', async () => {
    const { executor, scheduler, startAll } = setUp();
    executor.threads.length = 0;
    scheduler.submit(spec(0));
    startAll();
    expect(executor.places).toEqual([]);
    executor.addThread('d');
    expect(executor.places).toEqual(['0.0/0#0@d']);
  });

  it('are tried again where their blocks are then', async () => {
    const places: Record<number, string[]> = { 0: ['a'] };
    const { executor, scheduler, startAll } = setUp(places);
    scheduler.submit(spec(0, { partitions: [0] }));
    startAll();
    places[0] = ['c'];
    scheduler.enqueue(stageId(0), 0, { partition: 0, attempt: 1 });
    await executor.fail(new Error('x'));
    expect(executor.places).toEqual(['0.0/0#1@c']);
  });

  it('read the outputs that are there when they start', async () => {
    const { executor, scheduler, startAll, tracker } = setUp();
    const { shuffleId } = node.shuffle;
    const output = { shuffleId, mapIndex: 0, taskId: 90 as never, partitionBytes: [], partitionRows: [] };
    tracker.registerShuffle(shuffleId, 1);
    tracker.register(output);
    scheduler.submit(spec(0));
    startAll();
    expect(executor.running.map(({ task }) => task.shuffles.get(shuffleId))).toEqual([[output], [output], [output]]);
    tracker.unregister(shuffleId, 0);
    await executor.succeed();
    expect(executor.find('0.0/3#0').task.shuffles.size).toBe(0);
  });

  it('that are cancelled when they are told of do not run', async () => {
    const cancel = (task: TaskDescription) => scheduler.cancelTask(task.taskId);
    const { executor, scheduler, startAll, ended } = setUp({}, { onStart: cancel });
    scheduler.submit(spec(0, { partitions: [0] }));
    startAll();
    expect(ended).toEqual(['0 cancelled']);
    expect(executor.started).toBe(0);
    expect(scheduler.isIdle).toBe(true);
  });

  it('that fail after they were told to stop were cancelled', async () => {
    const { executor, scheduler, startAll, ended } = setUp();
    scheduler.submit(spec(0, { partitions: [0] }));
    startAll();
    scheduler.cancelStage(stageId(0));
    scheduler.forget(stageId(0));
    expect(executor.find().signal.aborted).toBe(true);
    expect(executor.forgotten).toEqual([]);
    await executor.fail(new Error('torn off'));
    expect(ended).toEqual(['0 cancelled']);
    expect(executor.forgotten).toEqual([0]);
    expect(scheduler.size).toEqual({ taskSets: 0, tasks: 0 });
  });
});

describe('a slow task', () => {
  it('is copied to another thread, once', async () => {
    const { executor, scheduler, startAll, clock, timers, slow, due } = setUp();
    scheduler.submit(spec(0, { partitions: [0, 1, 2] }));
    startAll();
    expect(due()).toEqual([]);
    clock.now = 20;
    await executor.succeed('0.0/1#0');
    expect(due()).toEqual([100]);
    clock.now = 40;
    timers.at(-1)?.action();
    expect(slow).toEqual([]);
    clock.now = 41;
    timers.at(-1)?.action();
    expect(slow).toEqual([0, 2]);
    expect(executor.places).toEqual(['0.0/0#0@a', '0.0/2#0@c', '0.0/0#1@b']);
    expect(executor.running.map(({ task }) => task.speculative)).toEqual([false, false, true]);
    // All were copied: there is nothing to look for.
    expect(due()).toEqual([]);
  });

  it('is not copied when it ends before a thread is idle', async () => {
    const { executor, scheduler, startAll, clock, timers, slow } = setUp();
    scheduler.submit(spec(0, { partitions: [0, 1, 2] }));
    scheduler.submit(spec(1, { partitions: [0] }));
    startAll();
    clock.now = 20;
    await executor.succeed('0.0/1#0');
    clock.now = 50;
    timers.at(-1)?.action();
    expect(slow).toEqual([0, 2]);
    await executor.succeed('0.0/0#0');
    expect(executor.places).toEqual(['0.0/2#0@c', '1.0/0#0@b', '0.0/2#1@a']);
    const original = executor.find('0.0/2#0').task;
    await executor.succeed('0.0/2#0');
    scheduler.enqueueCopy(original, 0, 2);
    expect(executor.places).toEqual(['1.0/0#0@b', '0.0/2#1@a']);
    await executor.succeedAll();
    scheduler.retire(stageId(0), 0);
    scheduler.retire(stageId(1), 0);
    expect(scheduler.size).toEqual({ taskSets: 0, tasks: 0 });
  });
});
