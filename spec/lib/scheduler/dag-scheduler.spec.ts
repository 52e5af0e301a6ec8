import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import type { JobId } from '../../../lib/base/ids.ts';
import type { PoolSettings } from '../../../lib/config/pools.ts';
import { type EngineEvent, NO_METRICS } from '../../../lib/events/engine-event.ts';
import { EventBus } from '../../../lib/events/event-bus.ts';
import type { TaskOutcome } from '../../../lib/exec/task.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { DagScheduler, type DagSchedulerOptions } from '../../../lib/scheduler/dag-scheduler.ts';
import type { JobHandle, JobSpec } from '../../../lib/scheduler/job-handle.ts';
import { expectGolden } from '../../support/golden.ts';
import { FakeExecutor, settled, succeeded } from './support/fake-executor.ts';
import { allOf, callSite, Lineage } from './support/lineages.ts';

const NOTHING = { jobs: 0, stages: 0, taskSets: 0, tasks: 0 };

function setUp(options: Partial<DagSchedulerOptions> & { slots?: number; threads?: readonly string[] } = {}) {
  const executor = new FakeExecutor(options.slots, options.threads);
  const warnings: string[] = [];
  const events = new EventBus({ warn: (message) => warnings.push(message), info: () => {} });
  const seen: EngineEvent[] = [];
  events.subscribe((event) => seen.push(event));
  /** What waits for the timer. */
  const timers: { delayMs: number; action: () => void; stopped: boolean }[] = [];
  let now = 0;
  const scheduler = new DagScheduler({
    executor,
    events,
    clock: { nowMs: () => now++, monotonicMs: () => 0 },
    timer: (delayMs, action) => {
      const timer = { delayMs, action, stopped: false };
      timers.push(timer);
      return () => {
        timer.stopped = true;
      };
    },
    ...options,
  });
  const run = (node: LineageNode, spec: Partial<JobSpec> = {}): JobHandle => {
    return scheduler.runJob({
      node,
      partitions: allOf(node),
      action: { kind: 'collect' },
      callSite: callSite('collect', 90),
      name: 'collect',
      ...spec,
    });
  };
  return { executor, events, seen, timers, scheduler, run, warnings };
}

function wordCount() {
  const lineage = new Lineage();
  return lineage.shuffled(lineage.map(lineage.collection(2)), 2);
}

describe('running a job', () => {
  it('gives its values in order, however its tasks end', async () => {
    const { executor, run, scheduler } = setUp({ slots: 3 });
    const { result } = run(new Lineage().collection(3));
    await executor.succeed('0.0/2#0');
    await executor.succeed('0.0/0#0');
    await executor.succeed('0.0/1#0');
    expect(await result).toEqual(['0!', '1!', '2!']);
    expect(scheduler.size).toEqual(NOTHING);
    expect(executor.forgotten).toEqual([0]);
  });

  it('uses the slots there are, and no more', async () => {
    const { executor, run } = setUp({ slots: 2 });
    const { result } = run(new Lineage().collection(5));
    expect(executor.names).toEqual(['0.0/0#0', '0.0/1#0']);
    await executor.succeed('0.0/1#0');
    expect(executor.names).toEqual(['0.0/0#0', '0.0/2#0']);
    await executor.succeedAll();
    expect(await result).toHaveLength(5);
  });

  it('hands tasks the map outputs of the shuffles they read', async () => {
    const { executor, run } = setUp();
    const node = wordCount();
    const { result } = run(node);
    expect(executor.find().task.shuffles.size).toBe(0);
    await executor.succeed();
    await executor.succeed();
    const { task } = executor.find('1.0/0#0');
    expect(task.shuffles.get(node.shuffle.shuffleId)?.map(({ mapIndex, taskId }) => [mapIndex, taskId])).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(task.work).toEqual({ kind: 'result', node, action: { kind: 'collect' } });
    await executor.succeedAll();
    await result;
  });

  it('hands on the parts of checkpoints that tasks wrote, before the job has its result', async () => {
    const told: unknown[] = [];
    const { executor, run } = setUp({ onCheckpointParts: (parts) => told.push(...parts) });
    const { result } = run(new Lineage().collection(1));
    void result.then(() => told.push('result'));
    const attempt = executor.find();
    const part = { partition: 0, bytes: 9, rows: 1, checksum: 5, codec: 'none', classes: [] } as const;
    const checkpointParts = [{ node: attempt.task.work.node.id, part }];
    attempt.end({ ...succeeded(attempt.task, 'x'), checkpointParts } as TaskOutcome);
    await settled();
    expect(told).toEqual([...checkpointParts, 'result']);
  });

  it('says which shuffles it needs', async () => {
    const { executor, run, scheduler } = setUp();
    const node = wordCount();
    const { shuffleId } = node.shuffle;
    expect(scheduler.isInUse(shuffleId)).toBe(false);
    const { result } = run(node);
    expect(scheduler.isInUse(shuffleId)).toBe(true);
    await executor.succeedAll();
    await result;
    expect(scheduler.isInUse(shuffleId)).toBe(false);
  });

  it('tells what happens, in one order', async () => {
    const { executor, run, seen } = setUp();
    const node = wordCount();
    const first = run(node);
    await executor.succeedAll();
    await first.result;
    const second = run(node, { partitions: [1], pool: 'reports', description: 'again' });
    await executor.fail(new TypeError('boom'));
    await executor.succeedAll();
    await second.result;
    const lines = seen.map((event) =>
      JSON.stringify(event, (key, value) => (key === 'metrics' || key === 'stack' ? undefined : value)),
    );
    expectGolden('lib/scheduler/events.txt', lines.join('\n'));
  });

  it('hands values to a consumer as they come', async () => {
    const { executor, run } = setUp();
    const seen: unknown[] = [];
    const { result } = run(new Lineage().collection(2), { onPartition: (index, value) => seen.push([index, value]) });
    await executor.succeed('0.0/1#0');
    expect(seen).toEqual([[1, '1!']]);
    await executor.succeedAll();
    expect(await result).toEqual([]);
  });

  it('ends when its consumer throws, with what it threw', async () => {
    const { executor, run, scheduler } = setUp();
    const error = new RangeError('full');
    const { result } = run(new Lineage().collection(3), {
      onPartition: () => {
        throw error;
      },
    });
    const outcome = expect(result).rejects.toBe(error);
    await executor.succeed();
    await executor.endAborted();
    await outcome;
    expect(scheduler.size).toEqual(NOTHING);
  });

  it('fails with the error of finding out partitions as it is, and takes the next job', async () => {
    const { executor, run, scheduler } = setUp();
    const error = new CairnError('FILE_NOT_FOUND', { path: '/data' });
    const lineage = new Lineage();
    const broken = lineage.collection(1);
    Object.defineProperty(broken, 'partitions', {
      get: () => {
        throw error;
      },
    });
    await expect(run(lineage.shuffled(broken, 1)).result).rejects.toBe(error);
    await expect(run(lineage.collection(1), { partitions: [1] }).result).rejects.toMatchObject({
      code: 'NO_SUCH_PARTITION',
    });
    expect(scheduler.size).toEqual(NOTHING);
    const { result, jobId } = run(lineage.collection(1));
    expect(jobId).toBe(2);
    await executor.succeedAll();
    expect(await result).toEqual(['0!']);
  });

  it('without partitions needs no task', async () => {
    const { executor, run, seen } = setUp();
    expect(await run(wordCount(), { partitions: [] }).result).toEqual([]);
    expect(executor.started).toBe(0);
    expect(seen.map(({ kind }) => kind)).toEqual(['job-submitted', 'job-ended']);
  });

  it('of a lineage of 10,000 steps and shuffles needs no deep call stack', async () => {
    const { executor, run } = setUp();
    const lineage = new Lineage();
    let node = lineage.collection(1);
    for (let i = 0; i < 10_000; i++) node = i % 10 === 0 ? lineage.shuffled(node, 1) : lineage.map(node);
    const { result } = run(node);
    await executor.succeedAll();
    expect(await result).toEqual(['0!']);
    expect(executor.started).toBe(1001);
  });
});

describe('errors of tasks', () => {
  it('end a job when retries do not help; the cause is the very error that was thrown', async () => {
    const { executor, run, scheduler } = setUp({ maxFailures: 2 });
    const { result } = run(new Lineage().collection(2));
    const outcome = result.catch((error: unknown) => error);
    const thrown = new TypeError('x is undefined');
    await executor.fail(new Error('first'), '0.0/0#0');
    await executor.fail(thrown, '0.0/0#1');
    const error = await outcome;
    expect(error).toMatchObject({ code: 'JOB_FAILED', kind: 'user', cause: thrown });
    expect((error as CairnError).cause).toBe(thrown);
    expect((error as CairnError).message).toContain(
      'job 0 (collect at job.ts:90) failed: Task 0 in stage 0.0 failed 2 times, most recent failure: ' +
        'Lost task 0.1 in stage 0.0 (TID 2) (executor driver)',
    );
    expect(executor.names).toEqual(['0.0/1#0']);
    expect(executor.find().signal.aborted).toBe(true);
    expect(executor.forgotten).toEqual([]);
    await executor.endAborted();
    expect(executor.forgotten).toEqual([0]);
    expect(scheduler.size).toEqual(NOTHING);
  });

  it('of a lost map output wait for others of the same cause, then only what is lost runs', async () => {
    const { executor, run, timers } = setUp();
    const node = wordCount();
    const { result } = run(node);
    await executor.succeed();
    await executor.succeed();
    executor.find('1.0/0#0').end({
      kind: 'fetch-failed',
      shuffleId: node.shuffle.shuffleId,
      mapIndex: 1,
      error: new Error('gone'),
      metrics: NO_METRICS,
    });
    await settled();
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([200]);
    await executor.succeed('1.0/1#0');
    expect(executor.names).toEqual([]);
    timers[0]?.action();
    expect(executor.names).toEqual(['0.1/1#0']);
    await executor.succeed();
    expect(executor.names).toEqual(['1.1/0#0']);
    expect(
      executor
        .find()
        .task.shuffles.get(node.shuffle.shuffleId)
        ?.map(({ taskId }) => taskId),
    ).toEqual([0, 4]);
    await executor.succeed();
    expect(await result).toEqual(['0!', '1!']);
  });

  it('of the executor itself end the job instead of hanging it', async () => {
    const { executor, run } = setUp();
    const cause = new Error('broken');
    executor.run = () => Promise.reject(cause);
    await expect(run(new Lineage().collection(1)).result).rejects.toMatchObject({
      code: 'JOB_FAILED',
      kind: 'internal',
      cause: { code: 'INTERNAL', cause },
    });
  });
});

describe('tasks on several threads', () => {
  /** Two threads; all blocks of the dataset are on `worker-2`. */
  function setUpThreads(options: Partial<DagSchedulerOptions> = {}) {
    const clock = { now: 0, nowMs: () => 0, monotonicMs: () => clock.now };
    return { ...setUp({ threads: ['worker-1', 'worker-2'], clock, ...options }), clock };
  }

  it('run where their blocks are, then anywhere', async () => {
    const { executor, run, timers, clock } = setUpThreads({ locations: { find: () => ['worker-2'] } });
    const { result } = run(new Lineage().collection(3));
    expect(executor.places).toEqual(['0.0/0#0@worker-2']);
    clock.now = 200;
    for (const { action } of timers.filter(({ delayMs }) => delayMs === 200)) action();
    expect(executor.places).toEqual(['0.0/0#0@worker-2', '0.0/1#0@worker-1']);
    await executor.succeedAll();
    expect(await result).toHaveLength(3);
  });

  it('are asked for their place once each, however many there are', async () => {
    const asked: number[] = [];
    const find = (_: LineageNode, partition: number) => {
      asked.push(partition);
      return ['worker-1'];
    };
    const { executor, run } = setUpThreads({ locations: { find }, localityWaitMs: 0 });
    const { result } = run(new Lineage().collection(2_000));
    await executor.succeedAll();
    expect(await result).toHaveLength(2_000);
    expect(asked).toHaveLength(2_000);
  });

  it('fail with the name of their thread', async () => {
    const { executor, run } = setUpThreads({ maxFailures: 1 });
    const { result } = run(new Lineage().collection(2));
    const outcome = result.catch((error: unknown) => error);
    const params = { worker: 'worker-2', task: 1, partition: 1, dataset: 'd', reason: 'it called process.exit(0)' };
    await executor.fail(new CairnError('WORKER_LOST', params), '0.0/1#0');
    expect(await outcome).toMatchObject({ code: 'JOB_FAILED', kind: 'transient', cause: { code: 'WORKER_LOST' } });
    expect(String(await outcome)).toContain('(TID 1) (executor worker-2), computing');
    await executor.endAborted();
  });

  it('that are slow are copied; the first to end is told to have succeeded, the other one to be cancelled', async () => {
    const speculation = { quantile: 0.5, multiplier: 1.5, intervalMs: 100, minTaskRuntimeMs: 100 };
    const { executor, run, timers, clock, seen, scheduler } = setUpThreads({ speculation });
    const { result } = run(new Lineage().collection(2));
    clock.now = 10;
    await executor.succeed('0.0/1#0');
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([100]);
    clock.now = 110.5;
    timers[0]?.action();
    expect(executor.places).toEqual(['0.0/0#0@worker-1', '0.0/0#1@worker-2']);
    await executor.succeed('0.0/0#1', 'the copy');
    expect(await result).toEqual(['the copy', '1!']);
    expect(executor.find('0.0/0#0').signal.aborted).toBe(true);
    await executor.succeed('0.0/0#0');
    expect(scheduler.size).toEqual(NOTHING);
    const told = seen.flatMap((event) => {
      if (event.kind === 'task-started') return `${event.attempt} on ${event.executor}, ${event.speculative}`;
      return event.kind === 'task-ended' ? `${event.attempt} ${event.outcome.kind}` : [];
    });
    expect(told).toEqual([
      '0 on worker-1, false',
      '0 on worker-2, false',
      '0 succeeded',
      '1 on worker-2, true',
      '1 succeeded',
      '0 cancelled',
    ]);
  });
});

describe('accumulators', () => {
  it('have what a task added before its job goes on', async () => {
    const added: unknown[] = [];
    const { executor, run } = setUp({ onAccumulators: (updates) => added.push(...updates) });
    const { result } = run(new Lineage().collection(1));
    const { task, end } = executor.find();
    end(succeeded(task, 'v', [{ id: 3, value: 4 }]));
    const [value] = await result;
    expect([value, added]).toEqual(['v', [{ id: 3, value: 4 }]]);
  });

  it('that cannot be merged end the jobs of the stage, of its last task too', async () => {
    const error = new TypeError('no such method');
    const onAccumulators = () => {
      throw error;
    };
    const { executor, run, scheduler } = setUp({ onAccumulators });
    const node = wordCount();
    const jobs = [run(node), run(node), run(new Lineage().collection(1))];
    const outcomes = Promise.allSettled(jobs.map(({ result }) => result));
    const first = executor.find('0.0/0#0');
    first.end(succeeded(first.task, undefined, [{ id: 3, value: 4 }]));
    await executor.endAborted();
    const last = executor.find('3.0/0#0');
    last.end(succeeded(last.task, 'v', [{ id: 3, value: 4 }]));
    expect(await outcomes).toMatchObject([{ reason: error }, { reason: error }, { reason: error }]);
    await executor.endAborted();
    expect(scheduler.size).toEqual(NOTHING);
  });
});

describe('a map output no one will read', () => {
  it('is told of, so that it can be removed', async () => {
    const unused: unknown[] = [];
    const { executor, run } = setUp({ onUnusedMapOutput: ({ taskId }) => unused.push(taskId) });
    const { result, cancel } = run(wordCount());
    const outcome = expect(result).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    cancel('enough');
    await executor.succeed('0.0/1#0');
    await executor.endAborted();
    await outcome;
    expect(unused).toEqual([1]);
  });
});

describe('jobs at the same time', () => {
  it('take turns first come, first served', async () => {
    const { executor, run } = setUp({ slots: 1 });
    const lineage = new Lineage();
    const jobs = [run(lineage.collection(2)), run(lineage.collection(2))];
    const order: string[] = [];
    while (executor.running.length > 0) {
      order.push(...executor.names);
      await executor.succeed();
    }
    expect(order).toEqual(['0.0/0#0', '0.0/1#0', '1.0/0#0', '1.0/1#0']);
    await Promise.all(jobs.map(({ result }) => result));
  });

  it('take turns by pool when fair, and are warned of a pool that is not configured', async () => {
    const pools = new Map<string, PoolSettings>([['heavy', { mode: 'FIFO', weight: 2, minShare: 0 }]]);
    const { executor, run, seen } = setUp({ slots: 3, mode: 'FAIR', pools });
    const lineage = new Lineage();
    const jobs = [run(lineage.collection(6), { pool: 'nowhere' }), run(lineage.collection(6), { pool: 'heavy' })];
    expect(executor.names).toEqual(['0.0/0#0', '0.0/1#0', '0.0/2#0']);
    await executor.succeed();
    await executor.succeed();
    expect(executor.names).toEqual(['0.0/2#0', '1.0/0#0', '1.0/1#0']);
    expect(seen.filter(({ kind }) => kind === 'warning')).toMatchObject([
      { message: expect.stringContaining("there is no pool 'nowhere'") },
    ]);
    await executor.succeedAll();
    await Promise.all(jobs.map(({ result }) => result));
  });

  it('share the stage of a shuffle', async () => {
    const { executor, run, scheduler } = setUp({ slots: 4 });
    const node = wordCount();
    const jobs = [run(node), run(node)];
    expect(executor.names).toEqual(['0.0/0#0', '0.0/1#0']);
    await executor.succeed();
    await executor.succeed();
    expect(executor.names).toEqual(['1.0/0#0', '1.0/1#0', '2.0/0#0', '2.0/1#0']);
    await executor.succeedAll();
    expect(await Promise.all(jobs.map(({ result }) => result))).toEqual([
      ['0!', '1!'],
      ['0!', '1!'],
    ]);
    expect(scheduler.size).toEqual(NOTHING);
    expect(scheduler.tracker.shuffleIds).toEqual([node.shuffle.shuffleId]);
  });
});

describe('a map output that was replaced', () => {
  it('is what later tasks of any job read', async () => {
    const { executor, run, timers } = setUp({ slots: 1 });
    const lineage = new Lineage();
    const node = lineage.shuffled(lineage.collection(1), 2);
    const jobs = [run(node), run(node)];
    await executor.succeed('0.0/0#0');
    const lost = {
      kind: 'fetch-failed',
      shuffleId: node.shuffle.shuffleId,
      mapIndex: 0,
      error: new Error('gone'),
      metrics: NO_METRICS,
    } as const;
    const taskIdRead = () => executor.find().task.shuffles.get(node.shuffle.shuffleId)?.[0]?.taskId;
    expect(taskIdRead()).toBe(0);
    // The first job's task finds the output gone; the second job starts a task before that is repaired.
    executor.find('1.0/0#0').end(lost);
    await settled();
    expect(executor.names).toEqual(['2.0/0#0']);
    expect(taskIdRead()).toBeUndefined();
    timers[0]?.action();
    await executor.succeed('2.0/0#0');
    await executor.succeed('0.1/0#0');
    expect(executor.names).toEqual(['1.1/0#0']);
    expect(taskIdRead()).toBe(3);
    await executor.succeed();
    await executor.succeed();
    expect(executor.names).toEqual(['2.0/1#0']);
    expect(taskIdRead()).toBe(3);
    await executor.succeedAll();
    await Promise.all(jobs.map(({ result }) => result));
  });
});

describe('cancelling', () => {
  it('before a job starts runs nothing of it', async () => {
    const { executor, run } = setUp();
    const reason = new Error('the user went away');
    const { result } = run(wordCount(), { signal: AbortSignal.abort(reason) });
    await expect(result).rejects.toMatchObject({ code: 'JOB_CANCELLED', kind: 'cancelled', cause: reason });
    expect(executor.started).toBe(0);
  });

  it('while it runs aborts its tasks and rejects at once', async () => {
    const { executor, run, scheduler } = setUp();
    const controller = new AbortController();
    const { result } = run(wordCount(), { signal: controller.signal });
    const outcome = expect(result).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    controller.abort('enough');
    await outcome;
    expect(executor.running.every(({ signal }) => signal.aborted)).toBe(true);
    expect(scheduler.size).toEqual({ jobs: 0, stages: 0, taskSets: 1, tasks: 2 });
    await executor.endAborted();
    expect(scheduler.size).toEqual(NOTHING);
  });

  it('after it has ended does nothing', async () => {
    const { executor, run, scheduler, seen } = setUp();
    const controller = new AbortController();
    const handle = run(new Lineage().collection(1), { signal: controller.signal, group: 'g' });
    await executor.succeedAll();
    const count = seen.length;
    handle.cancel('late');
    controller.abort();
    scheduler.cancelJob(handle.jobId, 'late');
    scheduler.cancelGroup('g', 'late');
    expect(await handle.result).toEqual(['0!']);
    expect(seen).toHaveLength(count);
  });

  it('by job or by group leaves the others alone', async () => {
    const { executor, run, scheduler } = setUp({ slots: 1 });
    const lineage = new Lineage();
    const jobs = ['a', 'b', 'a', undefined].map((group) => run(lineage.collection(1), { group }));
    const outcomes = Promise.allSettled(jobs.map(({ result }) => result));
    scheduler.cancelGroup('a', 'enough');
    scheduler.cancelJob((jobs[1] as JobHandle).jobId, 'not this one');
    await executor.endAborted();
    await executor.succeedAll();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
  });

  it('by a listener when a task is about to start keeps it from starting', async () => {
    const { executor, run, events, scheduler } = setUp();
    const jobs: JobId[] = [];
    events.subscribe((event) => {
      if (event.kind === 'job-submitted') jobs.push(event.jobId);
      if (event.kind === 'task-started') for (const id of jobs) scheduler.cancelJob(id, 'caught');
    });
    await expect(run(new Lineage().collection(3)).result).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(executor.started).toBe(0);
    expect(scheduler.size).toEqual(NOTHING);
  });
});

describe('whoever submits a job', () => {
  it('is told its id before its first event, and of no job that cannot be submitted', async () => {
    const { executor, run, seen } = setUp();
    const told: unknown[] = [];
    const onSubmit = (id: JobId) => told.push([id, seen.length]);
    const node = new Lineage().collection(1);
    await expect(run(node, { onSubmit, signal: AbortSignal.abort() }).result).rejects.toBeDefined();
    const { result, jobId } = run(node, { onSubmit });
    expect(told).toEqual([[jobId, 0]]);
    await executor.succeedAll();
    await result;
  });
});

describe('a job started from a listener', () => {
  it('runs after the event at hand', async () => {
    const { executor, run, events, seen } = setUp();
    const lineage = new Lineage();
    let inner: JobHandle | undefined;
    events.subscribe((event) => {
      if (event.kind === 'job-submitted') inner ??= run(lineage.collection(1));
    });
    const outer = run(lineage.collection(1));
    await executor.succeedAll();
    expect(await outer.result).toEqual(['0!']);
    expect(await inner?.result).toEqual(['0!']);
    expect(seen.slice(0, 4).map(({ kind }) => kind)).toEqual([
      'job-submitted',
      'stage-submitted',
      'job-submitted',
      'stage-submitted',
    ]);
  });
});

describe('closing', () => {
  it('ends running jobs, waits for their tasks and takes no more', async () => {
    const { executor, run, scheduler } = setUp();
    const outcome = expect(run(wordCount()).result).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
    let closed = false;
    const closing = scheduler.close().then(() => {
      closed = true;
    });
    await outcome;
    await settled();
    expect(closed).toBe(false);
    await executor.endAborted();
    await closing;
    await expect(run(wordCount()).result).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
    await scheduler.close();
    expect(scheduler.size).toEqual(NOTHING);
  });

  it('stops the timer of stages that wait to be tried again', async () => {
    const { executor, run, scheduler, timers } = setUp();
    const node = wordCount();
    const outcome = expect(run(node).result).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
    await executor.succeed();
    await executor.succeed();
    executor.find().end({
      kind: 'fetch-failed',
      shuffleId: node.shuffle.shuffleId,
      mapIndex: 0,
      error: new Error('gone'),
      metrics: NO_METRICS,
    });
    await settled();
    const closing = scheduler.close();
    await executor.endAborted();
    await closing;
    await outcome;
    expect(timers.map(({ stopped }) => stopped)).toEqual([true]);
  });
});

describe('without a timer of its own', () => {
  it('waits by the clock of the process, and goes on', async () => {
    const executor = new FakeExecutor();
    const events = new EventBus({ warn: () => {}, info: () => {} });
    const scheduler = new DagScheduler({ executor, events, resubmitDelayMs: 0 });
    const node = wordCount();
    const { result } = scheduler.runJob({
      node,
      partitions: [0],
      action: { kind: 'collect' },
      callSite: callSite('collect', 90),
      name: 'collect',
    });
    await executor.succeed();
    await executor.succeed();
    executor.find().end({
      kind: 'fetch-failed',
      shuffleId: node.shuffle.shuffleId,
      mapIndex: 0,
      error: new Error('gone'),
      metrics: NO_METRICS,
    });
    while (executor.running.length === 0) await settled();
    await executor.succeedAll();
    expect(await result).toEqual(['0!']);
  });
});
