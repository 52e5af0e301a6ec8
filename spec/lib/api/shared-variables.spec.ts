/** Broadcasts, accumulators and the task's context from one end to the other, wherever tasks run. */
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CairnError, taskContext } from '../../../lib/index.ts';
import { useSession } from '../../support/use-session.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

/** The error an action ends with, and what is behind it. */
async function failureOf(action: Promise<unknown>): Promise<unknown> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return CairnError.is(error, 'JOB_FAILED') ? error.cause : error;
}

describe.each(['local', 'local[2]'])('shared variables (%s)', (master) => {
  const spec = useSession({ master });

  it('is on the threads that the master says', async () => {
    const where = await spec.session
      .range(0, 2, 1, 2)
      .map(() => process.getBuiltinModule('node:worker_threads').isMainThread)
      .collect();
    expect(where).toEqual(master === 'local' ? [true, true] : [false, false]);
  });

  describe('a broadcast', () => {
    it('is read by functions of any number of jobs', async () => {
      const { session } = spec;
      const names = session.broadcast(
        new Map([
          [1, 'one'],
          [2, 'two'],
        ]),
      );
      const named = session.range(0, 4, 1, 2).map((n) => names.value.get(n) ?? '?');
      expect(await named.collect()).toEqual(['?', 'one', 'two', '?']);
      expect(await named.filter((name) => name === names.value.get(1)).count()).toBe(1);
      const pairs = session.range(0, 4, 1, 2).map((n) => [n % 2, n] as const);
      const summed = pairs.reduceByKey((a, b) => a + b).map(([key, sum]) => [names.value.get(key) ?? '?', sum]);
      expect((await summed.collect()).toSorted()).toEqual([
        ['?', 2],
        ['one', 4],
      ]);
    });

    it('may hold functions, instances and other broadcasts', async () => {
      const { session } = spec;
      class Scale {
        readonly by: number;
        constructor(by: number) {
          this.by = by;
        }
        of(n: number): number {
          return n * this.by;
        }
      }
      const inner = session.broadcast({ plus: 1 });
      const model = session.broadcast({ scale: new Scale(10), next: (n: number) => n + inner.value.plus });
      const run = (n: number) => model.value.next(model.value.scale.of(n));
      expect(await session.range(0, 3, 1, 2).map(run).collect()).toEqual([1, 11, 21]);
    });

    it('may hold what comes from packages', async () => {
      const { chunk } = createRequire(import.meta.url)('lodash') as {
        chunk: (list: number[], n: number) => number[][];
      };
      const tools = spec.session.broadcast({ chunk, size: 2 });
      const cut = spec.session.parallelize([[1, 2, 3]], 1).map((list) => tools.value.chunk(list, tools.value.size));
      expect(await cut.collect()).toEqual([[[1, 2], [3]]]);
    });

    it('comes again after unpersist, and raises BROADCAST_DESTROYED after destroy', async () => {
      const { session } = spec;
      const factor = session.broadcast([3]);
      const scaled = session.range(0, 3, 1, 2).map((n) => n * (factor.value[0] as number));
      expect(await scaled.sum()).toBe(9);
      factor.unpersist();
      expect(await scaled.sum()).toBe(9);
      factor.destroy();
      const failure = await failureOf(scaled.sum());
      expect(CairnError.is(failure, 'BROADCAST_DESTROYED') && failure.params).toEqual({
        id: factor.id,
        callSite: expect.stringMatching(/^broadcast at shared-variables\.spec\.ts:\d+$/),
      });
      expect(() => factor.value).toThrow(/BROADCAST_DESTROYED/);
    });

    it('is none of sessions, datasets and promises, and is made in the program', async () => {
      const { session } = spec;
      expect(() => session.broadcast(session.range(3))).toThrow(/INVALID_ARGUMENT: broadcast: value must be data/);
      expect(() => session.broadcast(session)).toThrow(/INVALID_ARGUMENT: broadcast: value must be data/);
      expect(() => session.broadcast(Promise.resolve(1))).toThrow(/await the promise first/);
    });
  });

  describe('an accumulator', () => {
    it('counts what tasks add, in every kind of function', async () => {
      const { session } = spec;
      const rows = session.longAccumulator('rows');
      const numbers = session.range(0, 100, 1, 4);
      await numbers.foreach(() => rows.add(1));
      expect([rows.value, rows.count]).toEqual([100, 100]);
      await numbers.foreachPartition(async (records) => {
        for (const n of records) {
          if (n % 25 === 0) await nextTurn();
          rows.add(n);
        }
      });
      expect(rows.sum).toBe(100n + 4950n);
      rows.reset();
      await numbers
        .map((n) => {
          rows.add(1);
          return [n % 3, n] as const;
        })
        .reduceByKey((a, b) => {
          rows.add(1000);
          return a + b;
        })
        .count();
      // 4 map tasks with 3 keys each: 100 - 12 merges there, 12 - 3 when they are read.
      expect(rows.value).toBe(100 + 97_000);
    });

    it('of every kind', async () => {
      const { session } = spec;
      const mean = session.doubleAccumulator();
      const odd = session.collectionAccumulator<number>();
      const seen = session.accumulator({
        zero: () => new Set<number>(),
        add: (set, n: number) => set.add(n % 3),
        merge: (a, b) => new Set([...a, ...b]),
      });
      await session.range(0, 10, 1, 3).foreach((n) => {
        mean.add(n / 2);
        if (n % 2 === 1) odd.add(n);
        seen.add(n);
      });
      expect([mean.value, mean.count, mean.avg]).toEqual([22.5, 10, 2.25]);
      expect(odd.value.toSorted()).toEqual([1, 3, 5, 7, 9]);
      expect([...seen.value].toSorted()).toEqual([0, 1, 2]);
    });

    it('counts a partition once, however often it was tried', async () => {
      const { session } = spec;
      const rows = session.longAccumulator();
      await session.range(0, 40, 1, 4).foreach((n) => {
        rows.add(1);
        const { partition, attempt = 0 } = taskContext() ?? {};
        if (partition === 2 && attempt < 2 && n === 25) throw new Error('not yet');
      });
      expect(rows.value).toBe(40);
    });

    it('keeps what the tasks of a job that fails had finished, and nothing of those that failed', async () => {
      const { session } = spec;
      const rows = session.longAccumulator();
      const failing = session.range(0, 4, 1, 4).foreach((n) => {
        rows.add(1);
        if (n === 3) throw new Error('always');
      });
      await expect(failing).rejects.toThrow(/JOB_FAILED/);
      expect(rows.value).toBeLessThanOrEqual(3);
    });

    it('can only be added to in a task', async () => {
      const { session } = spec;
      const rows = session.longAccumulator();
      const failure = await failureOf(session.range(0, 2, 1, 1).foreach(() => void rows.value));
      expect(CairnError.is(failure, 'ACCUMULATOR_INSIDE_TASK') && failure.params).toEqual({
        what: 'value',
        id: rows.id,
      });
      expect(await failureOf(session.range(0, 2, 1, 1).foreach(() => rows.reset()))).toMatchObject({
        code: 'ACCUMULATOR_INSIDE_TASK',
      });
      const half = await failureOf(session.range(0, 2, 1, 1).foreach(() => rows.add(0.5)));
      expect(half).toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(rows.value).toBe(0);
    });

    it('is not kept by what it was used in', async () => {
      const { session } = spec;
      const held: WeakRef<object>[] = [];
      await (async () => {
        const rows = session.longAccumulator();
        held.push(new WeakRef(rows));
        await session.range(0, 2, 1, 1).foreach(() => rows.add(1));
      })();
      for (let i = 0; i < 100 && held[0]?.deref() !== undefined; i++) {
        // A reference that was asked for is kept until the turn ends.
        await nextTurn();
        collectGarbage();
      }
      expect(held[0]?.deref()).toBe(undefined);
    });
  });

  describe('the task’s context', () => {
    it('runs what a function left for the end, and counts what that adds', async () => {
      const { session } = spec;
      const [ended, failed] = [session.collectionAccumulator<number>(), session.longAccumulator()];
      await session.range(0, 4, 1, 2).foreachPartition((records) => {
        const task = taskContext();
        task?.onCompletion(async () => {
          await nextTurn();
          ended.add(task.partition);
        });
        task?.onFailure(() => failed.add(1));
        for (const _ of records);
      });
      expect(ended.value.toSorted()).toEqual([0, 1]);
      expect(failed.value).toBe(0);
    });

    it('tells of interruptions', async () => {
      const { session } = spec;
      const controller = new AbortController();
      const waiting = session.range(0, 1, 1, 1).foreachPartition(
        async (records) => {
          for (const _ of records);
          while (taskContext()?.isInterrupted() === false) await nextTurn();
        },
        { signal: controller.signal },
      );
      await nextTurn();
      controller.abort('enough');
      await expect(waiting).rejects.toThrow(/JOB_CANCELLED/);
    });
  });
});

describe('where tasks run in workers', () => {
  const spec = useSession({ master: 'local[2]' });

  it('broadcasts and functions of accumulators are refused at the line that makes them', () => {
    const { session } = spec;
    const pending = new WeakMap();
    const lines = [
      () => session.broadcast({ pending }),
      () =>
        session.accumulator({
          zero: 0,
          add: (a, b: number) => (pending.has({}) ? a : b),
          merge: (a, b) => a + b,
        }),
    ];
    for (const line of lines) {
      expect(line).toThrow(/TASK_NOT_SERIALIZABLE: .*WeakMap/);
      try {
        line();
      } catch (error) {
        expect((error as Error).stack?.split('\n').find((frame) => /^\s+at /.test(frame))).toMatch(
          /shared-variables\.spec\.ts/,
        );
      }
    }
  });

  it('broadcasts are snapshots, of which each worker has one until it is unpersisted', async () => {
    const { session } = spec;
    const value = { n: 1 };
    const held = session.broadcast(value);
    value.n = 2;
    const numbers = session.range(0, 8, 1, 8);
    expect(
      await numbers
        .map(() => held.value.n)
        .distinct()
        .collect(),
    ).toEqual([1]);
    await numbers.foreach(() => {
      held.value.n = 3;
    });
    expect((await numbers.map(() => held.value.n).collect()).includes(3)).toBe(true);
    held.unpersist();
    expect(
      await numbers
        .map(() => held.value.n)
        .distinct()
        .collect(),
    ).toEqual([1]);
    expect(held.value).toBe(value);
  });

  it('partials come back as records do', async () => {
    const { session } = spec;
    const byRemainder = session.accumulator({
      zero: () => new Map<number, bigint>(),
      add: (sums, n: number) => sums.set(n % 3, (sums.get(n % 3) ?? 0n) + BigInt(n)),
      merge: (into, from) => {
        for (const [key, sum] of from) into.set(key, (into.get(key) ?? 0n) + sum);
        return into;
      },
    });
    await session.range(0, 9, 1, 3).foreach((n) => byRemainder.add(n));
    expect([...byRemainder.value].toSorted()).toEqual([
      [0, 9n],
      [1, 12n],
      [2, 15n],
    ]);
    const functions = session.collectionAccumulator<() => void>();
    const failure = await failureOf(session.range(0, 1).foreach(() => functions.add(() => {})));
    expect(failure).toMatchObject({ code: 'VALUE_NOT_SERIALIZABLE' });
  });

  it('broadcasts that nobody holds are freed', async () => {
    const { session } = spec;
    const sizes = Array.from({ length: 20 }, (_, i) => session.broadcast(new Uint8Array(1000 + i)).sizeBytes);
    expect(Math.min(...sizes)).toBeGreaterThan(1000);
    const kept = session.broadcast('kept');
    for (let i = 0; i < 10; i++) {
      collectGarbage();
      await nextTurn();
    }
    expect([kept.value, kept.sizeBytes > 0]).toEqual(['kept', true]);
  });
});

it('after the session was closed, and inside of tasks, none can be made', async () => {
  const { Session } = await import('../../../lib/index.ts');
  const { temporaryDirectory } = await import('../../support/temporary-directory.ts');
  using dir = temporaryDirectory();
  const session = await Session.open({ dir: dir.path, master: 'local' });
  const makers = [
    () => session.broadcast(1),
    () => session.longAccumulator(),
    () => session.doubleAccumulator(),
    () => session.collectionAccumulator(),
    () => session.accumulator({ zero: 0, add: (a: number, b: number) => a + b, merge: (a, b) => a + b }),
  ];
  for (const make of makers) {
    const failure = await failureOf(session.range(0, 1).foreach(() => void make()));
    expect(failure).toMatchObject({ code: 'ACTION_INSIDE_TASK' });
  }
  await session.close();
  for (const make of makers) expect(make).toThrow(/SESSION_CLOSED/);
});
