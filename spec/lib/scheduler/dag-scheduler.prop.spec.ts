import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { NO_METRICS } from '../../../lib/events/engine-event.ts';
import { EventBus } from '../../../lib/events/event-bus.ts';
import type { TaskOutcome } from '../../../lib/exec/task.ts';
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
  readonly resubmitted: number;
  /** Map tasks that were run, by shuffle and map partition. */
  readonly mapRuns: ReadonlyMap<string, number>;
}

/**
 * Runs a few jobs over one random lineage, while tasks end in any order, well or badly, and files and blocks vanish.
 * Checks at each step what must hold at each step, and at the end every job against the model.
 */
async function simulate(seed: number, hasFaults: boolean): Promise<Run> {
  const next = seededRandom(seed);
  const random = (bound: number) => Math.floor(next() * bound);
  const nodes = randomLineage(random);
  const model = new Model();
  const storage = new ModelStorage(model);
  if (random(2) === 0) storage.cached.add(nodes[random(nodes.length)] as LineageNode);
  const executor = new FakeExecutor(1 + random(4));
  const timers: (() => void)[] = [];
  const scheduler = new DagScheduler({
    executor,
    events: new EventBus({ warn: () => {}, info: () => {} }),
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    materialized: { isFullyCached: (node) => storage.cached.has(node) },
    mode: random(2) === 0 ? 'FIFO' : 'FAIR',
    timer: (_, action) => {
      timers.push(action);
      return () => {};
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
  let resubmitted = 0;
  const outcomeOf = ({ task, signal }: RunningAttempt, faulty: boolean): TaskOutcome => {
    if (signal.aborted && random(4) > 0) return { kind: 'cancelled', metrics: NO_METRICS };
    const dice = faulty ? random(100) : 99;
    if (dice < 8) return { kind: 'failed', error: new Error('bad luck'), metrics: NO_METRICS };
    if (dice < 10) return { kind: 'cancelled', metrics: NO_METRICS };
    if (dice < 11) {
      return { kind: 'failed', error: new CairnError('FILE_NOT_FOUND', { path: '/d' }), metrics: NO_METRICS };
    }
    if (task.work.kind === 'shuffle-map') {
      const key = `${task.work.dependency.shuffleId}/${task.partition}`;
      mapRuns.set(key, (mapRuns.get(key) ?? 0) + 1);
    }
    return storage.run(task);
  };

  const wanted = 1 + random(4);
  for (let step = 0; ; step++) {
    expect(step, 'steps until all jobs have ended').toBeLessThan(3000);
    const faulty = hasFaults && step < 150;
    const dice = random(100);
    if (jobs.length < wanted && (dice < 15 || executor.running.length === 0)) submit();
    else if (faulty && dice < 20) {
      const files = [...storage.files.keys()];
      const victim = files[random(files.length)];
      if (victim !== undefined) storage.files.delete(victim);
    } else if (faulty && dice < 22) storage.cached.clear();
    else if (faulty && dice < 23) jobs[random(jobs.length)]?.handle.cancel('chance');
    else if (timers.length > 0 && (dice < 50 || executor.running.length === 0)) {
      resubmitted++;
      timers.shift()?.();
    } else if (executor.running.length > 0) {
      const attempt = executor.running[random(executor.running.length)] as RunningAttempt;
      attempt.end(outcomeOf(attempt, faulty));
    } else if (jobs.length === wanted) break;
    await settled();
    expect(executor.running.length).toBeLessThanOrEqual(executor.slots);
    const places = executor.running.map(({ task }) => `${task.stageId}/${task.partition}`);
    expect(new Set(places).size, `twice at a time in ${places.join(' ')}`).toBe(places.length);
  }

  expect(scheduler.size).toEqual({ jobs: 0, stages: 0, taskSets: 0, tasks: 0 });
  expect(new Set(executor.forgotten).size).toBe(executor.forgotten.length);
  const ended = await Promise.race([Promise.all(outcomes), settled().then(() => undefined)]);
  expect(ended, 'every job has ended').toBeDefined();
  let succeeded = 0;
  for (const [i, outcome] of (ended ?? []).entries()) {
    const { node, partitions } = jobs[i] as (typeof jobs)[number];
    if (outcome.status === 'fulfilled') {
      succeeded++;
      expect(outcome.value).toEqual(partitions.map((partition) => model.value(node, partition)));
    } else {
      expect(hasFaults).toBe(true);
      expect(['JOB_FAILED', 'JOB_CANCELLED']).toContain((outcome.reason as CairnError).code);
    }
  }
  return { succeeded, failed: jobs.length - succeeded, resubmitted, mapRuns };
}

describe('random jobs over random lineages', () => {
  it('give the values of the model, and compute each map output once, when nothing goes wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { failed, mapRuns } = await simulate(seed, false);
        expect(failed).toBe(0);
        for (const [, runs] of mapRuns) expect(runs).toBe(1);
      }),
      { seed: 4711, numRuns: 200 },
    );
  });

  it('give the values of the model or an error, and leave nothing behind, whatever goes wrong', async () => {
    const total = { succeeded: 0, failed: 0, resubmitted: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { succeeded, failed, resubmitted } = await simulate(seed, true);
        total.succeeded += succeeded;
        total.failed += failed;
        total.resubmitted += resubmitted;
      }),
      { seed: 4711, numRuns: 500 },
    );
    // The faults are such that all of it happens, and most jobs get over them.
    expect(total.succeeded).toBeGreaterThan(2 * total.failed);
    expect(total.failed).toBeGreaterThan(20);
    expect(total.resubmitted).toBeGreaterThan(100);
  });
});
