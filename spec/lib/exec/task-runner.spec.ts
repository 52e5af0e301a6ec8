import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { shuffleId } from '../../../lib/base/ids.ts';
import { LONG_KIND } from '../../../lib/exec/accumulator-kind.ts';
import { type CurrentTask, currentTask } from '../../../lib/exec/current-task.ts';
import { identity } from '../../../lib/lineage/dependency.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { MapAsyncNode } from '../../../lib/lineage/nodes/map-async-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import type { Partition } from '../../../lib/lineage/partition.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import type { ResultAction } from '../../../lib/lineage/result-action.ts';
import type { BatchIterator, TaskContext } from '../../../lib/lineage/task-context.ts';
import type { MapOutput } from '../../../storage/shuffle/map-output.ts';
import { BatchesNode } from '../../support/batches-node.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { origin } from '../../support/scan-task.ts';
import { describeTask, runOn, type TaskBench, taskBench } from './support/task-bench.ts';

const source = new CollectionNode(origin(), [1, 2, 3, 4, 5, 6], 2);
const doubled = new StepNode(origin('map'), source, { kind: 'map', f: (n) => (n as number) * 2 });
const throwing = (thrown: unknown) =>
  new StepNode(origin('map'), source, {
    kind: 'map',
    f: () => {
      throw thrown;
    },
  });
const result = (node: LineageNode, action: ResultAction, partition = 1) =>
  describeTask({ kind: 'result', node, action }, partition);
const plus = (a: unknown, b: unknown) => (a as number) + (b as number);

async function givenBy(bench: TaskBench, node: LineageNode, action: ResultAction): Promise<unknown> {
  const outcome = await runOn(bench, result(node, action));
  expect(outcome.kind).toBe('succeeded');
  return outcome.kind === 'succeeded' ? outcome.value : undefined;
}

describe.each(['on', 'off'] as const)('a result task (codegen %s)', (codegen) => {
  const bench = taskBench({ codegen });

  it.each<[ResultAction, unknown]>([
    [{ kind: 'collect' }, [8, 10, 12]],
    [{ kind: 'count' }, 3],
    [{ kind: 'take', limit: 2 }, [8, 10]],
    [{ kind: 'take', limit: 0 }, []],
    [{ kind: 'reduce', merge: plus }, { value: 30 }],
    [{ kind: 'aggregate', zero: () => 100, merge: plus }, 130],
    [{ kind: 'iterate', visit: (records, partition) => [partition, ...records] }, [1, 8, 10, 12]],
    [{ kind: 'iterate', visit: async (records) => records.next().value }, 8],
  ])('does what its action says: %o', async (action, expected) => {
    expect(await givenBy(bench, doubled, action)).toEqual(expected);
  });

  it('visits each record, and gives nothing', async () => {
    const seen: unknown[] = [];
    expect(await givenBy(bench, doubled, { kind: 'foreach', visit: (n) => void seen.push(n) })).toBe(undefined);
    expect(seen).toEqual([8, 10, 12]);
  });

  it('tells an empty partition from one that reduces to undefined', async () => {
    const empty = new CollectionNode(origin(), [], 2);
    const nothing = new CollectionNode(origin(), [1, undefined], 2);
    const reduce: ResultAction = { kind: 'reduce', merge: plus };
    expect(await givenBy(bench, empty, reduce)).toBe(undefined);
    expect(await givenBy(bench, nothing, reduce)).toEqual({ value: undefined });
  });

  it('awaits what an asynchronous step gives', async () => {
    const slow = new MapAsyncNode(origin(), doubled, (n) => Promise.resolve(n), 2);
    const after = new StepNode(origin(), slow, { kind: 'map', f: (n) => (n as number) + 1 });
    expect(await givenBy(bench, after, { kind: 'collect' })).toEqual([9, 11, 13]);
  });

  it('counts what it read and estimates what it gives', async () => {
    const outcome = await runOn(bench, result(doubled, { kind: 'collect' }));
    expect(outcome.metrics).toMatchObject({ rowsRead: 3, shuffleWriteBytes: 0 });
    expect(outcome.metrics.resultBytes).toBeGreaterThan(20);
    expect(outcome.metrics.durationMs).toBeGreaterThan(0);
  });

  it.each([new TypeError('bad'), 'text', undefined, null, Object.create(null)])(
    'wraps what a function threw, once',
    async (thrown) => {
      const outcome = await runOn(bench, result(throwing(thrown), { kind: 'count' }));
      expect(outcome).toMatchObject({
        kind: 'failed',
        error: { code: 'TASK_FAILED', params: { partition: 1, attempt: 0 } },
      });
      if (outcome.kind === 'failed') expect(outcome.error.cause).toBe(thrown);
    },
  );

  it('wraps what a promise was rejected with', async () => {
    const slow = new MapAsyncNode(origin(), source, () => Promise.reject('late'), 1);
    const outcome = await runOn(bench, result(slow, { kind: 'collect' }));
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'TASK_FAILED', cause: 'late' } });
  });

  it.each<ResultAction>([{ kind: 'collect' }, { kind: 'iterate', visit: (records) => [...records] }])(
    'closes what it read from when a promise is rejected: $kind',
    async (action) => {
      const input = new BatchesNode([[rowBatch([1]), rowBatch([2])]]);
      const slow = new MapAsyncNode(origin(), input, () => Promise.reject('late'), 1);
      const outcome = await runOn(bench, result(slow, action, 0));
      expect([outcome.kind, input.opened, input.closed]).toEqual(['failed', 1, 1]);
    },
  );
});

describe('a cancelled task', () => {
  it('ends as such before it starts, and between batches', async () => {
    const bench = taskBench();
    expect(await runOn(bench, result(doubled, { kind: 'count' }), AbortSignal.abort())).toMatchObject({
      kind: 'cancelled',
    });
    const controller = new AbortController();
    let calls = 0;
    const many = new CollectionNode(
      origin(),
      Array.from({ length: 100 }, (_, i) => i),
      1,
    );
    const aborting = new StepNode(origin(), many, {
      kind: 'map',
      f: () => {
        calls++;
        controller.abort();
      },
    });
    const outcome = await runOn(bench, result(aborting, { kind: 'count' }, 0), controller.signal);
    expect(outcome.kind).toBe('cancelled');
    expect(calls).toBe(4);
  });
});

describe('the event loop', () => {
  const many = new CollectionNode(
    origin(),
    Array.from({ length: 400 }, (_, i) => i),
    1,
  );

  it('gets a turn every now and then, by the clock', async () => {
    const bench = taskBench();
    let turns = 0;
    let over = false;
    const turn = () => {
      if (over) return;
      turns++;
      setImmediate(turn);
    };
    setImmediate(turn);
    await runOn(bench, result(many, { kind: 'count' }, 0));
    over = true;
    // A hundred batches, one millisecond by the bench's clock for each look at it.
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(turns).toBeLessThan(20);
  });

  it('lets a cancellation through while the task computes', async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    let calls = 0;
    const counting = new StepNode(origin(), many, { kind: 'map', f: () => calls++ });
    const outcome = await runOn(taskBench(), result(counting, { kind: 'count' }, 0), controller.signal);
    expect(outcome.kind).toBe('cancelled');
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThan(400);
  });

  it('lets one through between asynchronous batches, after which no function is called', async () => {
    const controller = new AbortController();
    let calls = 0;
    const slow = new MapAsyncNode(
      origin(),
      many,
      async () => {
        if (++calls === 6) controller.abort();
      },
      1,
    );
    const outcome = await runOn(taskBench(), result(slow, { kind: 'collect' }, 0), controller.signal);
    expect([outcome.kind, calls]).toEqual(['cancelled', 6]);
  });

  it.each<ResultAction>([{ kind: 'collect' }, { kind: 'iterate', visit: (records) => [...records] }])(
    'lets one through while a promise does not settle: $kind',
    async (action) => {
      const controller = new AbortController();
      const stuck = new MapAsyncNode(
        origin(),
        source,
        () => new Promise(() => setImmediate(() => controller.abort())),
        2,
      );
      const outcome = await runOn(taskBench(), result(stuck, action), controller.signal);
      expect(outcome.kind).toBe('cancelled');
    },
  );
});

describe('a cancelled task that visits a partition', () => {
  it('does not wait for the visit, which cannot take what it reads then for the end', async () => {
    const controller = new AbortController();
    const seen: unknown[] = [];
    let goOn: () => void = () => {};
    let ended: Promise<unknown> = Promise.resolve();
    const visit = (records: IterableIterator<unknown>): Promise<void> => {
      const visiting = async () => {
        seen.push(records.next().value);
        setImmediate(() => controller.abort());
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        seen.push(records.next());
      };
      const visited = visiting();
      ended = visited.catch((error) => error);
      return visited;
    };
    const input = new BatchesNode([[rowBatch([1]), rowBatch([2])]]);
    const outcome = await runOn(taskBench(), result(input, { kind: 'iterate', visit }, 0), controller.signal);
    expect([outcome.kind, input.opened, input.closed]).toEqual(['cancelled', 1, 1]);
    goOn();
    expect(await ended).toMatchObject({ code: 'TASK_CANCELLED' });
    expect(seen).toEqual([1]);
  });
});

describe('the end of a task', () => {
  class Registering extends BatchesNode {
    readonly ran: string[] = [];

    override compute(partition: Partition, task?: TaskContext): BatchIterator {
      for (const name of ['first', 'second']) {
        task?.onCompletion(() => {
          this.ran.push(name);
          throw new CairnError('INTERNAL', { detail: name });
        });
      }
      return super.compute(partition);
    }
  }

  it('runs what nodes registered, and fails the task when that fails', async () => {
    const node = new Registering([[rowBatch([1])]]);
    const outcome = await runOn(taskBench(), result(node, { kind: 'count' }, 0));
    expect(node.ran).toEqual(['second', 'first']);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'INTERNAL', params: { detail: 'second' } } });
  });

  it('does not hide what failed before it', async () => {
    const node = new Registering([[rowBatch([1]), new CairnError('EMPTY_DATASET', { method: 'first' })]]);
    const outcome = await runOn(taskBench(), result(node, { kind: 'count' }, 0));
    expect(node.ran).toEqual(['second', 'first']);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'EMPTY_DATASET' } });
  });
});

describe('map and reduce tasks', () => {
  const pairs = new CollectionNode(
    origin(),
    Array.from({ length: 40 }, (_, n) => [n % 3, n]),
    2,
  );
  const sums = new ShuffledNode(origin(), pairs, new HashPartitioner(2), {
    shuffleId: shuffleId(0),
    aggregator: { createCombiner: identity, mergeValue: plus as never, mergeCombiners: plus as never },
    mapSideCombine: true,
  });
  const work = { kind: 'shuffle-map', node: pairs, dependency: sums.shuffle } as const;

  async function mapOutputs(bench: TaskBench): Promise<MapOutput[]> {
    const outputs: MapOutput[] = [];
    for (const partition of [0, 1]) {
      const outcome = await runOn(bench, describeTask(work, partition));
      expect(outcome.kind).toBe('succeeded');
      if (outcome.kind === 'succeeded') outputs.push(outcome.mapOutput as MapOutput);
      expect(outcome.metrics).toMatchObject({ shuffleWriteRecords: 3 });
    }
    return outputs;
  }

  it('write combined pairs and read them back, by key', async () => {
    const bench = taskBench();
    const shuffles = new Map([[shuffleId(0), await mapOutputs(bench)]]);
    const found: unknown[] = [];
    for (const partition of [0, 1]) {
      const task = describeTask({ kind: 'result', node: sums, action: { kind: 'collect' } }, partition, { shuffles });
      const outcome = await runOn(bench, task);
      if (outcome.kind === 'succeeded') found.push(outcome.value);
      expect(outcome.metrics.shuffleReadRecords).toBeGreaterThan(0);
    }
    expect(found).toEqual([
      [
        [0, 273],
        [2, 260],
      ],
      [[1, 247]],
    ]);
    expect(bench.fileSystem.openHandles).toBe(0);
    expect(bench.fileSystem.tree('/scratch')).toEqual([]);
  });

  it('end as fetch-failed when an output is gone, or the shuffle is not complete', async () => {
    const bench = taskBench();
    const outputs = await mapOutputs(bench);
    const reduce = (known: readonly MapOutput[] | undefined) =>
      runOn(
        bench,
        describeTask({ kind: 'result', node: sums, action: { kind: 'count' } }, 0, {
          shuffles: new Map(known === undefined ? [] : [[shuffleId(0), known]]),
        }),
      );
    for (const path of bench.fileSystem.tree()) {
      if (path.includes(`shuffle_0_${outputs[1]?.taskId}_`)) bench.fileSystem.removeFile(path);
    }
    expect(await reduce(outputs)).toMatchObject({ kind: 'fetch-failed', shuffleId: 0, mapIndex: 1 });
    expect(await reduce(undefined)).toMatchObject({ kind: 'fetch-failed', shuffleId: 0, mapIndex: -1 });
    expect(bench.fileSystem.openHandles).toBe(0);
  });

  it('leave no output of a map task that fails at its end', async () => {
    const bench = taskBench();
    const node = new StepNode(origin('map'), pairs, {
      kind: 'map',
      f: (pair) => {
        currentTask()?.scope.onCompletion(() => {
          throw new Error('late');
        });
        return pair;
      },
    });
    const outcome = await runOn(bench, describeTask({ ...work, node }, 0));
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'TASK_LISTENERS_FAILED' } });
    expect(bench.fileSystem.tree('/shuffle').filter((path) => !path.endsWith('/'))).toEqual([]);
  });

  it.each(['EIO', 'ENOSPC'])('leave no file of a map task whose n-th write fails with %s', async (errno) => {
    const dependency = { ...sums.shuffle, mapSideCombine: false, aggregator: undefined };
    let failures = 0;
    for (let at = 1; ; at++) {
      const faulty: FaultyFileSystem[] = [];
      const bench = taskBench({
        taskMemoryBytes: 1,
        wrap: (memory) => {
          faulty.push(new FaultyFileSystem(memory, { errno, at, calls: ['write'], bytesWritten: 3 }));
          return faulty[0] as FaultyFileSystem;
        },
      });
      const outcome = await runOn(bench, describeTask({ kind: 'shuffle-map', node: pairs, dependency }));
      expect(bench.fileSystem.openHandles).toBe(0);
      expect(bench.fileSystem.tree('/scratch')).toEqual([]);
      if (faulty[0]?.faultCount === 0) break;
      failures++;
      expect(outcome).toMatchObject({ kind: 'failed', error: { code: errno === 'EIO' ? 'IO_ERROR' : 'DISK_FULL' } });
      expect(bench.fileSystem.tree().filter((path) => !path.endsWith('/'))).toEqual([]);
    }
    expect(failures).toBeGreaterThan(2);
  });

  it('count what a map task holds while it runs', async () => {
    const bench = taskBench({ taskMemoryBytes: 1 << 20 });
    const used: number[] = [];
    class Watching extends BatchesNode {
      override *compute(partition: Partition): BatchIterator {
        for (const batch of super.compute(partition)) {
          used.push(bench.budget.executionUsedBytes);
          yield batch;
        }
      }
    }
    const wide = (from: number) => Array.from({ length: 500 }, (_, i) => [i, `${from + i}`.padEnd(200)]);
    const many = new Watching([[0, 500, 1000, 1500].map((from) => rowBatch(wide(from)))]);
    const dependency = { ...sums.shuffle, parent: many, mapSideCombine: false, aggregator: undefined };
    const outcome = await runOn(bench, describeTask({ kind: 'shuffle-map', node: many, dependency }));
    expect(outcome.kind).toBe('succeeded');
    // What a batch left in buckets is counted when the next one comes.
    expect(used.slice(0, 2)).toEqual([0, 0]);
    expect(used[2]).toBeGreaterThan(100_000);
    expect(used[3]).toBeGreaterThan(used[2] as number);
    expect(outcome.metrics.consumers.map(({ name }) => name)).toEqual(['map output', 'map side']);
    bench.budget.assertAllReleased();
  });

  it('leave no file of a map task that fails', async () => {
    const bench = taskBench({ taskMemoryBytes: 1 });
    const bad = new CollectionNode(origin(), [[1, 1], [2, 2], 'no pair'], 1);
    const dependency = { ...sums.shuffle, parent: bad, mapSideCombine: false, aggregator: undefined };
    const outcome = await runOn(bench, describeTask({ kind: 'shuffle-map', node: bad, dependency }));
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'NOT_A_PAIR' } });
    expect(bench.fileSystem.tree().filter((path) => !path.endsWith('/'))).toEqual([]);
    expect(bench.fileSystem.openHandles).toBe(0);
  });
});

describe('what functions leave for the end of their task', () => {
  const leaving = (work: (task: CurrentTask) => void) =>
    new StepNode(origin('map'), source, {
      kind: 'map',
      f: (n) => {
        if (n === 4) work(currentTask() as CurrentTask);
        return n;
      },
    });
  const run = (node: LineageNode, signal?: AbortSignal) =>
    runOn(taskBench(), result(node, { kind: 'collect' }), signal);

  it('runs before the attempt ends, awaited', async () => {
    const ran: string[] = [];
    const node = leaving(({ scope }) => {
      scope.onCompletion(() => ran.push('sync'));
      scope.onCompletion(() => nextTurn().then(() => ran.push('async')));
      scope.onFailure(() => ran.push('never'));
    });
    expect(await run(node)).toMatchObject({ kind: 'succeeded', value: [4, 5, 6] });
    expect(ran).toEqual(['async', 'sync']);
  });

  it('sees the error of an attempt that fails, and does not change it', async () => {
    const seen: unknown[] = [];
    const node = leaving(({ scope }) => {
      scope.onFailure((error) => {
        seen.push(error);
        throw new Error('of the listener');
      });
      throw new RangeError('of the function');
    });
    const outcome = await run(node);
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'TASK_FAILED', cause: { message: 'of the function' } },
    });
    expect(seen).toEqual([outcome.kind === 'failed' && outcome.error]);
  });

  it('makes an attempt fail that had succeeded', async () => {
    const failing = (message: string) => () => {
      throw new RangeError(message);
    };
    const one = leaving(({ scope }) => scope.onCompletion(failing('a')));
    expect(await run(one)).toMatchObject({
      kind: 'failed',
      error: { code: 'TASK_FAILED', params: { operation: 'onCompletion', reason: 'RangeError: a' } },
    });
    const two = leaving(({ scope }) => {
      scope.onCompletion(failing('a'));
      scope.onCompletion(failing('b'));
    });
    expect(await run(two)).toMatchObject({
      kind: 'failed',
      error: { code: 'TASK_LISTENERS_FAILED', params: { count: 2, reasons: 'RangeError: b; RangeError: a' } },
    });
  });

  it('runs with TASK_CANCELLED when the attempt is cancelled, without waiting for promises', async () => {
    const controller = new AbortController();
    const seen: unknown[] = [];
    const node = leaving(({ scope }) => {
      scope.onCompletion(() => new Promise(() => {}));
      scope.onFailure((error) => seen.push(CairnError.is(error, 'TASK_CANCELLED')));
      seen.push(scope.isInterrupted());
      controller.abort();
      seen.push(scope.isInterrupted(), scope.signal.aborted);
    });
    const slow = new MapAsyncNode(origin(), node, (n) => Promise.resolve(n), 1);
    expect(await run(slow, controller.signal)).toMatchObject({ kind: 'cancelled' });
    expect(seen).toEqual([false, true, true, true]);
  });
});

describe('what functions add to accumulators', () => {
  const adding = (last: () => void) =>
    new StepNode(origin('map'), source, {
      kind: 'map',
      f: (n) => {
        currentTask()?.accumulators.add(9, LONG_KIND, n as number);
        if (n === 6) last();
        return n;
      },
    });

  it('comes with the outcome of an attempt that succeeds', async () => {
    const node = adding(() =>
      currentTask()?.scope.onCompletion(() => currentTask()?.accumulators.add(8, LONG_KIND, 1)),
    );
    expect(await runOn(taskBench(), result(node, { kind: 'count' }))).toMatchObject({
      kind: 'succeeded',
      accumulators: [
        { id: 9, value: { sum: 15, count: 3 } },
        { id: 8, value: { sum: 1, count: 1 } },
      ],
    });
  });

  it('vanishes with one that fails', async () => {
    let kept: CurrentTask | undefined;
    const node = adding(() => {
      kept = currentTask();
      throw new Error('too bad');
    });
    expect(await runOn(taskBench(), result(node, { kind: 'count' }))).toMatchObject({ kind: 'failed' });
    expect(kept?.accumulators.take()).toEqual([]);
  });
});
