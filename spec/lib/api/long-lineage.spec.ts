/** Lineages of any length: no call stack overflows, and planning looks at each node a few times, not each path. */

import { describe, expect, test } from 'vitest';
import { PeriodicCheckpointer } from '../../../lib/api/periodic-checkpointer.ts';
import { nodeOf, type Rdd } from '../../../lib/api/rdd.ts';
import type { CairnError } from '../../../lib/base/errors.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { ON_WORKERS } from '../../support/spec-master.ts';
import { useSession } from '../../support/use-session.ts';

const spec = useSession({ memory: '256 MiB' });

/** Reads at a node by what ships stages and asks, for each of two tasks, which collections and blocks it reads. */
const FOR_WORKERS = ON_WORKERS ? 4 : 0;

/** Counts reads of `dependencies` over a lineage: what every walk has to do at every node it visits. */
class Visits {
  count = 0;
  readonly #watched = new WeakSet<LineageNode>();

  /** Watches a node and those above it that are not watched yet. */
  watch(rdd: Rdd<unknown>): void {
    const stack = [nodeOf(rdd)];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (this.#watched.has(node)) continue;
      this.#watched.add(node);
      const { dependencies } = node;
      for (const { parent } of dependencies) stack.push(parent);
      Object.defineProperty(node, 'dependencies', {
        get: () => {
          this.count++;
          return dependencies;
        },
      });
    }
  }

  take(): number {
    const { count } = this;
    this.count = 0;
    return count;
  }
}

function chain(length: number): Rdd<number> {
  let rdd: Rdd<number> = spec.session.range(0, 40, 1, 2);
  for (let i = 0; i < length; i++) rdd = i % 3 === 2 ? rdd.filter((n) => n >= 0) : rdd.map((n) => n + 1);
  return rdd;
}

describe('a chain of 10,000 steps', () => {
  test('is computed, explained, counted and kept', async () => {
    const rdd = chain(10_000);
    const added = 6667;
    expect(await rdd.sum()).toBe((39 * 40) / 2 + 40 * added);
    expect(rdd.toDebugString().split('\n')).toHaveLength(10_001);
    expect(rdd.getNumPartitions()).toBe(2);
    rdd.persist();
    expect(await rdd.count()).toBe(40);
    expect(await rdd.map((n) => n).count()).toBe(40);
    rdd.unpersist();
  });

  test('is planned in time that grows as its length', async () => {
    const visitsOf = async (length: number) => {
      const rdd = chain(length);
      const visits = new Visits();
      visits.watch(rdd);
      await rdd.count();
      return visits.take();
    };
    const [short, long] = [await visitsOf(500), await visitsOf(5_000)];
    expect(long / short).toBeLessThan(10.5);
    expect(long).toBeLessThan((12 + FOR_WORKERS) * 5_000);
  });

  test('may hold shuffles, unions, zips and kept datasets', async () => {
    let rdd: Rdd<number> = spec.session.range(0, 10, 1, 2);
    for (let i = 0; i < 40; i++) {
      for (let k = 0; k < 25; k++) rdd = rdd.map((n) => n + 1);
      if (i % 10 === 9) rdd = rdd.repartition(2);
      if (i % 10 === 4) rdd = rdd.union(rdd.filter(() => false)).coalesce(2);
      if (i % 10 === 7)
        rdd = rdd
          .zip(rdd)
          .map(([a]) => a)
          .persist();
    }
    expect(await rdd.sum()).toBe(45 + 10 * 1000);
  });

  test('of datasets that compute partitions by themselves is followed without a deep stack', async () => {
    let rdd: Rdd<number> = spec.session.range(0, 4, 1, 2);
    for (let i = 0; i < 1_000; i++) rdd = rdd.union(spec.session.emptyRdd<number>()).coalesce(2);
    expect(await rdd.sum()).toBe(6);
  });
});

describe('datasets computed inside one another beyond what the stack holds', () => {
  test.each([
    ['by functions of whole partitions', (rdd: Rdd<number>) => rdd.mapPartitions((rows) => rows)],
    ['each kept, none computed before', (rdd: Rdd<number>) => rdd.map((n) => n).persist()],
  ])('%s, are an error that says what to do, at once', async (_, step) => {
    let rdd: Rdd<number> = spec.session.range(0, 4, 1, 1);
    for (let i = 0; i < 6_000; i++) rdd = step(rdd);
    let tasks = 0;
    using _listening = spec.session.onEvent((event) => {
      if (event.kind === 'task-started') tasks++;
    });
    const error = await rdd.count().catch((e: unknown) => e as CairnError);
    expect(error).toMatchObject({ code: 'JOB_FAILED', cause: { code: 'LINEAGE_TOO_DEEP' } });
    expect(tasks).toBe(1);
  });
});

describe('a loop that adds steps and runs a job each time', () => {
  /** Visits of round `rounds` of such a loop. */
  async function lastRound(rounds: number, step: (rdd: Rdd<number>, i: number) => Rdd<number>): Promise<number> {
    let rdd: Rdd<number> = spec.session.range(0, 4, 1, 1);
    const visits = new Visits();
    let last = 0;
    for (let i = 0; i < rounds; i++) {
      rdd = step(rdd, i);
      visits.watch(rdd);
      visits.take();
      await rdd.count();
      last = visits.take();
    }
    return last;
  }

  test('visits no more than a few times what has to be computed', async () => {
    const visits = await lastRound(150, (rdd) => rdd.map((n) => n + 1).filter(() => true));
    expect(visits).toBeLessThan(12 * 300);
  });

  test('visits the lineage of kept rounds no more than a few times a round', async () => {
    let previous: Rdd<number> | undefined;
    const step = (rdd: Rdd<number>): Rdd<number> => {
      const next = rdd.map((n) => n + 1).persist('MEMORY_ONLY');
      previous = rdd;
      return next;
    };
    const [few, many] = [await lastRound(25, step), await lastRound(250, step)];
    expect(previous).toBeDefined();
    // Planning still looks at every dataset once or twice: blocks may be lost. A checkpoint would cut that off.
    expect(many).toBeLessThan((4 + FOR_WORKERS) * 250);
    expect(many / few).toBeLessThan(11);
  });

  test('goes on from the outputs of the last shuffle, and visits older rounds no more than a few times a round', async () => {
    let rdd: Rdd<[number, number]> = spec.session.range(0, 4, 1, 1).map((n): [number, number] => [n, 1]);
    const visits = new Visits();
    const counts: number[] = [];
    for (let i = 0; i < 100; i++) {
      rdd = rdd.map(([key, value]): [number, number] => [key, value]).partitionBy(1 + (i % 2));
      visits.watch(rdd);
      visits.take();
      expect(await rdd.count()).toBe(4);
      counts.push(visits.take());
    }
    expect(counts[99]).toBeLessThan(6 * 100);
  });
});

describe('a loop that checkpoints', () => {
  test('keeps a lineage of the steps since the last one, and gives what it gives without', async () => {
    using directory = new SpecDirectory();
    spec.session.setCheckpointDir(directory.path);
    const checkpointer = new PeriodicCheckpointer<number>(spec.session, { interval: 10 });
    let rdd: Rdd<number> = spec.session.range(0, 40, 1, 2);
    let longest = 0;
    for (let round = 1; round <= 120; round++) {
      rdd = rdd.map((n) => n + 1);
      checkpointer.update(rdd);
      if (round % 5 === 0) expect(await rdd.sum()).toBe((39 * 40) / 2 + 40 * round);
      longest = Math.max(longest, rdd.toDebugString().split('\n').length);
    }
    // Ten steps, the checkpoint, and a line of each of three datasets for what is cached of it.
    expect(longest).toBeLessThan(2 * 10 + 5);
    checkpointer.unpersistDataSet();
    checkpointer.deleteAllCheckpoints();
  });

  test('truncates a chain of 10,000 steps, and starts another one there', async () => {
    using directory = new SpecDirectory();
    spec.session.setCheckpointDir(directory.path);
    const kept = chain(10_000).checkpoint();
    expect(await kept.take(1)).toEqual([6667]);
    expect([kept.isCheckpointed, kept.toDebugString().split('\n').length]).toEqual([true, 2]);
    let rdd: Rdd<number> = kept;
    for (let i = 0; i < 10_000; i++) rdd = rdd.map((n) => n - 1);
    expect(await rdd.localCheckpoint().sum()).toBe((39 * 40) / 2 + 40 * (6667 - 10_000));
    expect(await rdd.count()).toBe(40);
  });
});
