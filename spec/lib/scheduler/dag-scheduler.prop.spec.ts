import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import type { TaskId } from '../../../lib/base/ids.ts';
import { NO_METRICS } from '../../../lib/events/engine-event.ts';
import { EventBus } from '../../../lib/events/event-bus.ts';
import type { TaskDescription, TaskOutcome } from '../../../lib/exec/task.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { DagScheduler } from '../../../lib/scheduler/dag-scheduler.ts';
import type { JobHandle } from '../../../lib/scheduler/job-handle.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { FakeExecutor, type RunningAttempt, settled } from './support/fake-executor.ts';
import { callSite } from './support/lineages.ts';
import { Model, ModelStorage, randomLineage } from './support/model.ts';

interface Run {
  readonly succeeded: number;
  readonly failed: number;
  readonly rang: number;
  readonly copies: number;
  /** Tasks told to stop that succeeded all the same. */
  readonly late: number;
  readonly lostThreads: number;
  /** Map tasks that were run, by shuffle and map partition. */
  readonly mapRuns: ReadonlyMap<string, number>;
}

interface Circumstances {
  readonly hasFaults: boolean;
  /** Whether slow tasks are copied. */
  readonly hasCopies: boolean;
}

/** What a task adds to accumulators: the name of what is counted once, however often it is computed. */
function nameOf({ work, jobId, partition }: TaskDescription): string {
  return work.kind === 'result' ? `job ${jobId}/${partition}` : `shuffle ${work.dependency.shuffleId}/${partition}`;
}

/**
 * Runs a few jobs over one random lineage, while tasks end in any order, well or badly, and files, blocks and threads
 * vanish. Checks at each step what must hold at each step, and at the end every job against the model.
 */
async function simulate(seed: number, { hasFaults, hasCopies }: Circumstances): Promise<Run> {
  const next = seededRandom(seed);
  const random = (bound: number) => Math.floor(next() * bound);
  const nodes = randomLineage(random);
  const model = new Model();
  const storage = new ModelStorage(model);
  if (random(2) === 0) storage.cached.add(nodes[random(nodes.length)] as LineageNode);
  const slots = 1 + random(4);
  const hasThreads = hasCopies || random(2) === 0;
  const executor = new FakeExecutor(slots, hasThreads ? Array.from({ length: slots }, (_, i) => `t${i}`) : []);
  const anyThread = () => executor.threads[random(slots)] ?? 'gone';
  let timers: { action: () => void }[] = [];
  const clock = { now: 0, nowMs: () => 0, monotonicMs: () => clock.now };
  const added: string[] = [];
  const unused = new Set<TaskId>();
  const writers = new Map<TaskId, TaskDescription>();
  const scheduler = new DagScheduler({
    executor,
    events: new EventBus({ warn: () => {}, info: () => {} }),
    clock,
    materialized: { isFullyCached: (node) => storage.cached.has(node) },
    mode: random(2) === 0 ? 'FIFO' : 'FAIR',
    timer: (_, action) => {
      const timer = { action };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    // Half of the partitions have a place, some two, some one that is gone.
    locations: { find: () => Array.from({ length: Math.max(0, random(4) - 1) }, anyThread) },
    localityWaitMs: 20,
    speculation: hasCopies ? { quantile: 0.3, multiplier: 1, intervalMs: 1, minTaskRuntimeMs: 0 } : undefined,
    onAccumulators: (updates) => {
      for (const { value } of updates) added.push(String(value));
    },
    onUnusedMapOutput: ({ taskId }) => {
      for (const { task, signal } of executor.running) {
        if (signal.aborted) continue;
        const read = [...task.shuffles.values()].flat().map((output) => output.taskId);
        expect(read, 'outputs that are read').not.toContain(taskId);
      }
      unused.add(taskId);
      storage.files.delete(taskId);
    },
  });

  const jobs: { node: LineageNode; partitions: number[]; handle: JobHandle }[] = [];
  const outcomes: Promise<PromiseSettledResult<unknown[]>>[] = [];
  const submit = () => {
    const node = nodes[random(nodes.length)] as LineageNode;
    const count = node.partitions.length;
    const partitions = Array.from({ length: random(count + 2) }, () => random(count));
    const handle = scheduler.runJob({
      node,
      partitions,
      action: { kind: 'collect' },
      callSite: callSite('collect', 90),
      name: 'collect',
      pool: random(2) === 0 ? 'a' : 'b',
    });
    jobs.push({ node, partitions, handle });
    outcomes.push(Promise.allSettled([handle.result]).then(([outcome]) => outcome as never));
  };

  const mapRuns = new Map<string, number>();
  const total = { rang: 0, copies: 0, late: 0, lostThreads: 0 };
  const outcomeOf = ({ task, signal }: RunningAttempt, faulty: boolean): TaskOutcome => {
    if (signal.aborted && random(4) > 0) return { kind: 'cancelled', metrics: NO_METRICS };
    const dice = faulty ? random(100) : 99;
    if (dice < 8) return { kind: 'failed', error: new Error('bad luck'), metrics: NO_METRICS };
    if (dice < 10) return { kind: 'cancelled', metrics: NO_METRICS };
    if (dice < 11) {
      return { kind: 'failed', error: new CairnError('FILE_NOT_FOUND', { path: '/d' }), metrics: NO_METRICS };
    }
    if (signal.aborted) total.late++;
    if (task.speculative) total.copies++;
    if (task.work.kind === 'shuffle-map') {
      const key = `${task.work.dependency.shuffleId}/${task.partition}`;
      mapRuns.set(key, (mapRuns.get(key) ?? 0) + 1);
      writers.set(task.taskId, task);
    }
    const outcome = storage.run(task);
    return outcome.kind === 'succeeded' ? { ...outcome, accumulators: [{ id: 0, value: nameOf(task) }] } : outcome;
  };
  /** A thread dies with what it runs; another one comes in its place. */
  const loseThread = () => {
    const victim = anyThread();
    total.lostThreads++;
    executor.threads.splice(executor.threads.indexOf(victim), 1, `u${total.lostThreads}`);
    for (const { task, end } of executor.running.filter((each) => each.task.executor === victim)) {
      const params = {
        worker: victim,
        task: task.taskId,
        partition: task.partition,
        dataset: 'd',
        reason: 'it was killed',
      };
      end({ kind: 'failed', error: new CairnError('WORKER_LOST', params), metrics: NO_METRICS });
    }
  };

  const wanted = 1 + random(4);
  for (let step = 0; ; step++) {
    expect(step, 'steps until all jobs have ended').toBeLessThan(3000);
    clock.now += random(10);
    const faulty = hasFaults && step < 150;
    const dice = random(100);
    const isQuiet = executor.running.length === 0;
    if (jobs.length < wanted && (dice < 15 || isQuiet)) submit();
    else if (faulty && dice < 20) {
      const files = [...storage.files.keys()];
      const victim = files[random(files.length)];
      if (victim !== undefined) storage.files.delete(victim);
    } else if (faulty && dice < 22) storage.cached.clear();
    else if (faulty && dice < 23) jobs[random(jobs.length)]?.handle.cancel('chance');
    else if (faulty && dice < 25 && hasThreads) loseThread();
    else if (timers.length > 0 && (dice < 50 || isQuiet)) {
      total.rang++;
      timers.shift()?.action();
    } else if (!isQuiet) {
      const attempt = executor.running[random(executor.running.length)] as RunningAttempt;
      attempt.end(outcomeOf(attempt, faulty));
    } else if (jobs.length === wanted) break;
    await settled();
    expect(executor.running.length).toBeLessThanOrEqual(executor.slots);
    checkPlaces(executor.running.map(({ task }) => task));
  }

  expect(scheduler.size).toEqual({ jobs: 0, stages: 0, taskSets: 0, tasks: 0 });
  expect(timers).toEqual([]);
  expect(new Set(executor.forgotten).size).toBe(executor.forgotten.length);
  expect(new Set(added).size, 'what counts counts once').toBe(added.length);
  for (const shuffleId of scheduler.tracker.shuffleIds) {
    const outputs = scheduler.tracker.findOutputs(shuffleId);
    if (outputs === undefined) continue;
    for (const { mapIndex, taskId } of outputs) {
      expect(added).toContain(`shuffle ${shuffleId}/${mapIndex}`);
      expect(unused.has(taskId)).toBe(false);
    }
    const known = new Set(outputs.map(({ taskId }) => taskId));
    for (const taskId of storage.files.keys()) {
      const { work } = writers.get(taskId) as TaskDescription;
      if (work.kind === 'shuffle-map' && work.dependency.shuffleId === shuffleId) expect(known).toContain(taskId);
    }
  }
  const ended = await Promise.race([Promise.all(outcomes), settled().then(() => undefined)]);
  expect(ended, 'every job has ended').toBeDefined();
  let succeeded = 0;
  for (const [i, outcome] of (ended ?? []).entries()) {
    const { node, partitions, handle } = jobs[i] as (typeof jobs)[number];
    if (outcome.status === 'fulfilled') {
      succeeded++;
      expect(outcome.value).toEqual(partitions.map((partition) => model.value(node, partition)));
      for (const partition of partitions) expect(added).toContain(`job ${handle.jobId}/${partition}`);
    } else {
      expect(hasFaults).toBe(true);
      expect(['JOB_FAILED', 'JOB_CANCELLED']).toContain((outcome.reason as CairnError).code);
    }
  }
  return { succeeded, failed: jobs.length - succeeded, ...total, mapRuns };
}

/** No partition runs twice at a time, but for one copy on another thread. */
function checkPlaces(tasks: readonly TaskDescription[]): void {
  const byPlace = new Map<string, TaskDescription[]>();
  for (const task of tasks) {
    const place = `${task.stageId}/${task.partition}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), task]);
  }
  for (const [place, [first, second, ...more]] of byPlace) {
    expect(more, `attempts at ${place}`).toEqual([]);
    if (first === undefined || second === undefined) continue;
    expect([first.speculative, second.speculative], `the copy at ${place}`).toEqual([false, true]);
    expect(first.executor).not.toBe(second.executor);
  }
}

async function simulateMany(numRuns: number, circumstances: Circumstances): Promise<Omit<Run, 'mapRuns'>> {
  const total = { succeeded: 0, failed: 0, rang: 0, copies: 0, late: 0, lostThreads: 0 };
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const run = await simulate(seed, circumstances);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += run[key];
    }),
    { seed: 4711, numRuns },
  );
  return total;
}

describe('random jobs over random lineages', () => {
  it('give the values of the model, and compute each map output once, when nothing goes wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { failed, mapRuns } = await simulate(seed, { hasFaults: false, hasCopies: false });
        expect(failed).toBe(0);
        for (const [, runs] of mapRuns) expect(runs).toBe(1);
      }),
      { seed: 4711, numRuns: 200 },
    );
  });

  it('give the values of the model or an error, and leave nothing behind, whatever goes wrong', async () => {
    const total = await simulateMany(500, { hasFaults: true, hasCopies: false });
    // The faults are such that all of it happens, and most jobs get over them.
    expect(total.succeeded).toBeGreaterThan(2 * total.failed);
    expect(total.failed).toBeGreaterThan(20);
    expect(total.rang).toBeGreaterThan(100);
    expect(total.lostThreads).toBeGreaterThan(50);
  });

  it('give the values of the model where slow tasks are copied', async () => {
    const total = await simulateMany(200, { hasFaults: false, hasCopies: true });
    expect(total.failed).toBe(0);
    expect(total.copies).toBeGreaterThan(50);
    expect(total.late).toBeGreaterThan(10);
  });

  it('give the values of the model or an error where slow tasks are copied, whatever goes wrong', async () => {
    const total = await simulateMany(500, { hasFaults: true, hasCopies: true });
    expect(total.succeeded).toBeGreaterThan(2 * total.failed);
    expect(total.failed).toBeGreaterThan(20);
    expect(total.copies).toBeGreaterThan(100);
    expect(total.late).toBeGreaterThan(20);
  });
});
