import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { type ShuffleId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';
import type { CodegenMode } from '../../../lib/exec/fused-chain.ts';
import { RunningTask } from '../../../lib/exec/running-task.ts';
import { CountSink, RowsSink, type Sink, TakeSink } from '../../../lib/exec/sink.ts';
import { StageChains } from '../../../lib/exec/stage-chains.ts';
import type { ShuffleDependency } from '../../../lib/lineage/dependency.ts';
import { describeNode } from '../../../lib/lineage/explain-lineage.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { MapAsyncNode } from '../../../lib/lineage/nodes/map-async-node.ts';
import { MapPartitionsNode } from '../../../lib/lineage/nodes/map-partitions-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { ShuffledNode, type ShuffleOptions } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import type { Step } from '../../../lib/lineage/step.ts';
import type { TaskBatch } from '../../../lib/lineage/task-context.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import type { MapOutput } from '../../../storage/shuffle/map-output.ts';
import { MapOutputWriter } from '../../../storage/shuffle/map-output-writer.ts';
import { BatchesNode } from '../../support/batches-node.ts';
import { awaitRecords, origin, recordsOfBatches } from '../../support/scan-task.ts';
import { framesOf } from '../../support/stored-batches.ts';
import { describeTask, taskBench } from './support/task-bench.ts';

const double: Step = { kind: 'map', f: (n) => (n as number) * 2 };
const isOdd: Step = { kind: 'filter', f: (n) => (n as number) % 2 === 1 };
const step = (parent: LineageNode, of: Step, method = 'map') => new StepNode(origin(method), parent, of);

interface TaskIds {
  readonly partition?: number;
  readonly attempt?: number;
  readonly task?: number;
  readonly stage?: number;
  readonly shuffles?: ReadonlyMap<ShuffleId, readonly MapOutput[]>;
}

/** Stores in memory, one stage's chains and a signal for all tasks of a spec. */
class Bench {
  readonly #bench: ReturnType<typeof taskBench>;
  readonly chains: StageChains;
  readonly abort = new AbortController();

  constructor(codegen: CodegenMode, batchRows = 4) {
    this.#bench = taskBench({ codegen, batchRows });
    this.chains = new StageChains(0, codegen);
  }

  get memory() {
    return this.#bench.fileSystem;
  }

  get blocks() {
    return this.#bench.blocks;
  }

  /** A task that reads `node`. */
  running(node: LineageNode, { partition = 0, attempt = 0, task = 0, stage = 0, shuffles = new Map() }: TaskIds = {}) {
    const description = describeTask({ kind: 'result', node, action: { kind: 'count' } }, partition, {
      attempt,
      taskId: taskId(task),
      stageId: stageId(stage),
      shuffles,
    });
    return new RunningTask(description, this.#bench.environment, this.chains, this.abort.signal);
  }
}

function raised(run: () => unknown): CairnError {
  try {
    run();
  } catch (error) {
    if (error instanceof CairnError) return error;
    throw error;
  }
  throw new TypeError('nothing was raised');
}

/** Drains into a sink; gives what was yielded. */
function drainAll(bench: Bench, node: LineageNode, sink: () => Sink): (Promise<unknown> | undefined)[] {
  return [...bench.running(node).drain(node, 0, sink)];
}

/** One map output with the same pairs in every reduce partition that has any. */
function mapOutput(bench: Bench, id: number, map: number, pairs: readonly (readonly unknown[])[]): MapOutput {
  using writer = MapOutputWriter.open({
    fileSystem: bench.memory,
    directory: '/shuffle',
    shuffleId: shuffleId(id),
    mapIndex: map,
    taskId: taskId(map),
    partitionCount: 1,
  });
  writer.appendFrames(0, framesOf(pairs), pairs.length);
  return writer.commit();
}

describe.each(['on', 'off'] as const)('RunningTask, generated code %s', (codegen) => {
  const open = (batchRows = 4) => new Bench(codegen, batchRows);

  describe('iterate', () => {
    it('fuses chains of steps and keeps batches of their source apart', () => {
      const node = step(step(new CollectionNode(origin(), [1, 2, 3, 4, 5], 1), isOdd), double);
      const bench = open(2);
      expect([...bench.running(node).iterate(node, 0)]).toEqual([rowBatch([2]), rowBatch([6]), rowBatch([10])]);
      expect(bench.chains.all()).toHaveLength(1);
    });

    it('cuts what a range gives into ordinary batches and drops empty ones', () => {
      const node = step(new RangeNode(origin(), 0, 10, 1, 1), {
        kind: 'filter',
        f: (n) => (n as number) < 3 || (n as number) > 8,
      });
      expect([...open().running(node).iterate(node, 0)]).toEqual([rowBatch([0, 1, 2]), rowBatch([9])]);
    });

    it('runs ten thousand steps without recursion', () => {
      let node: LineageNode = new CollectionNode(origin(), [1], 1);
      for (let i = 0; i < 10_000; i++) node = step(node, { kind: 'map', f: (n) => (n as number) + 1 });
      expect([...recordsOfBatches(open().running(node).iterate(node, 0))]).toEqual([10_001]);
    });

    it('counts the rows of sources alone', () => {
      const source = new CollectionNode(origin(), [1, 2, 3, 4, 5], 1);
      const node = new MapPartitionsNode(origin(), step(source, isOdd), (records) => records);
      const task = open(2).running(node);
      expect([...recordsOfBatches(task.iterate(node, 0))]).toEqual([1, 3, 5]);
      expect(task.metrics.rowsRead).toBe(5);
    });

    it('closes its source when it is left', () => {
      const source = new BatchesNode([[rowBatch([1]), rowBatch([2])]]);
      const node = step(step(source, double), double);
      const batches = open().running(node).iterate(node, 0);
      batches.next();
      batches.return?.();
      expect([source.opened, source.closed]).toEqual([1, 1]);
    });
  });

  describe('datasets kept in blocks', () => {
    it('are computed once and read then, also in the middle of a chain', () => {
      const bench = open();
      let calls = 0;
      const kept = step(new CollectionNode(origin(), [1, 2, 3], 1), { kind: 'map', f: (n) => [++calls, n] });
      kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
      const node = step(kept, { kind: 'values' });
      for (let i = 0; i < 2; i++) {
        expect([...recordsOfBatches(bench.running(node).iterate(node, 0))]).toEqual([1, 2, 3]);
      }
      expect(calls).toBe(3);
      expect(bench.blocks.hasBlock(rddBlockId(kept.id, 0))).toBe(true);
      expect(bench.blocks.openReads).toBe(0);
    });

    it('store the numbers of a range, which is never held otherwise', () => {
      const bench = open();
      const kept = new RangeNode(origin(), 0, 5, 1, 1);
      kept.storageLevel = STORAGE_LEVELS.DISK_ONLY;
      const read = () => [...recordsOfBatches(bench.running(kept).iterate(kept, 0))];
      expect([read(), read()]).toEqual([
        [0, 1, 2, 3, 4],
        [0, 1, 2, 3, 4],
      ]);
    });

    it('settle what is pending before they are stored', async () => {
      const bench = open(2);
      let calls = 0;
      const source = new CollectionNode(origin(), [1, 2, 3], 1);
      const kept = new MapAsyncNode(origin(), source, (n) => Promise.resolve([++calls, n]), 1);
      kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
      const read = () => awaitRecords(bench.running(kept).iterate(kept, 0));
      const first = await read();
      expect(first).toEqual([
        [1, 1],
        [2, 2],
        [3, 3],
      ]);
      expect(await read()).toEqual(first);
      expect(calls).toBe(3);
    });

    it('are computed again where the block is damaged, asynchronous steps included', async () => {
      const bench = open();
      let calls = 0;
      const source = new CollectionNode(origin(), ['a', 'b'], 1);
      const kept = new MapAsyncNode(origin(), source, (n) => Promise.resolve(`${n}${++calls}`), 1);
      kept.storageLevel = STORAGE_LEVELS.DISK_ONLY;
      const read = () => awaitRecords(bench.running(kept).iterate(kept, 0));
      expect(await read()).toEqual(['a1', 'b2']);
      const [file] = bench.memory.tree('/blocks').filter((path) => !path.endsWith('/'));
      bench.memory.corrupt(file as string, (bytes) => bytes.fill(0xff));
      expect(await read()).toEqual(['a3', 'b4']);
      expect(bench.memory.openHandles).toBe(0);
    });

    it('leave no block and no open read behind when computing fails', () => {
      const bench = open(1);
      const kept = step(new CollectionNode(origin(), [1, 2, 0], 1), {
        kind: 'map',
        f: (n) => {
          if (n === 0) throw new RangeError('zero');
          return n;
        },
      });
      kept.storageLevel = STORAGE_LEVELS.MEMORY_AND_DISK;
      expect(() => [...bench.running(kept).iterate(kept, 0)]).toThrow(/TASK_FAILED/);
      expect(bench.blocks.hasBlock(rddBlockId(kept.id, 0))).toBe(false);
      expect(bench.blocks.openReads).toBe(0);
    });
  });

  describe('drain', () => {
    it('gives promises to wait for, and nothing after each other batch', () => {
      const waiting = Promise.resolve();
      const source = new BatchesNode([[rowBatch([1, 2]), waiting, rowBatch([3])]], { isAsync: true });
      const sink = new RowsSink();
      expect(drainAll(open(), step(source, double), () => sink)).toEqual([undefined, waiting, undefined]);
      expect(sink.rows).toEqual([2, 4, 6]);
    });

    it('stops when the sink is done and closes the source', () => {
      const source = new BatchesNode([[rowBatch([1, 2]), rowBatch([3, 4]), new RangeError('not reached')]]);
      const sink = new TakeSink(3);
      expect(drainAll(open(), step(source, double), () => sink)).toEqual([undefined]);
      expect(sink.rows).toEqual([2, 4, 6]);
      expect([source.opened, source.closed]).toEqual([1, 1]);
    });

    it('asks for the sink at each batch and keeps the steps where they were', () => {
      const source = new BatchesNode([[rowBatch(['a', 'b']), rowBatch(['c']), rowBatch(['d'])]]);
      const node = step(source, { kind: 'index', starts: { value: [10] } });
      const [rows, count, last] = [new RowsSink(), new CountSink(), new RowsSink()];
      let batch = 0;
      const bench = open();
      for (const _ of bench.running(node).drain(node, 0, () => [rows, count, last][batch] as Sink)) batch++;
      expect([rows.rows, count.count, last.rows]).toEqual([
        [
          ['a', 10],
          ['b', 11],
        ],
        1,
        [['d', 13]],
      ]);
    });

    it('runs long ranges in pieces, so that somebody looks at the clock', () => {
      const range = new RangeNode(origin(), 0, 200_000, 1, 1);
      const sink = new CountSink();
      const bench = open();
      const draining = bench.running(range).drain(range, 0, () => sink);
      draining.next();
      expect(sink.count).toBeLessThan(100_000);
      for (const _ of draining);
      expect(sink.count).toBe(200_000);
    });

    it('reads a dataset that is kept from its block', () => {
      const bench = open();
      const kept = step(new CollectionNode(origin(), [1, 2], 1), double);
      kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
      for (let i = 0; i < 2; i++) {
        const sink = new RowsSink();
        drainAll(bench, kept, () => sink);
        expect(sink.rows).toEqual([2, 4]);
      }
      expect(bench.blocks.hasBlock(rddBlockId(kept.id, 0))).toBe(true);
    });
  });

  describe('what a function throws', () => {
    const failing = (thrown: unknown): Step => ({
      kind: 'map',
      f: () => {
        throw thrown;
      },
    });

    it('becomes one error that names the step, the dataset, the partition and the attempt', () => {
      const cause = new RangeError('too far');
      const failed = step(new CollectionNode(origin(), [1, 2], 2), failing(cause), 'scale');
      failed.name = 'scaled';
      const node = new MapPartitionsNode(origin(), step(failed, double), (records) => records);
      const task = open().running(node, { partition: 1, attempt: 2 });
      const error = raised(() => [...task.iterate(node, 1)]);
      expect(error).toMatchObject({
        code: 'TASK_FAILED',
        kind: 'user',
        params: {
          operation: 'scale at job.ts:1',
          partition: 1,
          attempt: 2,
          dataset: describeNode(failed),
          reason: 'RangeError: too far',
        },
      });
      expect(error.cause).toBe(cause);
    });

    it.each([
      ['a string', 'oops', 'thrown value: "oops"'],
      ['undefined', undefined, 'thrown value: undefined'],
      [
        'a hostile proxy',
        new Proxy({}, { get: () => expect.unreachable(), getPrototypeOf: () => expect.unreachable() }),
        'thrown value: a proxy',
      ],
    ])('may be anything: %s', (_, thrown, reason) => {
      const node = step(new CollectionNode(origin(), [1], 1), failing(thrown));
      const error = raised(() => [...open().running(node).iterate(node, 0)]);
      expect([error.code, (error.params as { reason: string }).reason]).toEqual(['TASK_FAILED', reason]);
      expect(error.cause === thrown).toBe(true);
    });

    it('is not asked more than it must: getters of it may throw', () => {
      const hostile = Object.defineProperty(new TypeError('x'), 'message', {
        get: () => {
          throw new RangeError('ran');
        },
      });
      const node = step(new CollectionNode(origin(), [1], 1), failing(hostile));
      const error = raised(() => [...open().running(node).iterate(node, 0)]);
      expect([error.code, error.cause === hostile]).toEqual(['TASK_FAILED', true]);
    });

    it("passes unchanged when it is an error of the engine's", () => {
      const own = new CairnError('INTERNAL', { detail: 'own' });
      const node = step(new CollectionNode(origin(), [1], 1), failing(own));
      expect(raised(() => [...open().running(node).iterate(node, 0)])).toBe(own);
      const source = new BatchesNode([[own]]);
      expect(raised(() => [...open().running(source).iterate(source, 0)])).toBe(own);
    });

    it('names the node when it is not a step, and the innermost of nested ones', () => {
      const inner = new MapPartitionsNode(origin('inner'), new CollectionNode(origin(), [1], 1), () => {
        throw new RangeError('deep');
      });
      const outer = new MapPartitionsNode(origin('outer'), inner, (records) => records);
      const error = raised(() => [...open().running(outer).iterate(outer, 0)]);
      expect(error.params).toMatchObject({ operation: 'inner at job.ts:1', dataset: describeNode(inner) });
    });

    it('names the sink where the step that threw is none', () => {
      const node = step(new CollectionNode(origin(), ['a', 'b'], 1), { kind: 'pass' });
      const reduce: Sink = {
        kind: 'foreach',
        isDone: false,
        visit: () => {
          throw new RangeError('no');
        },
        add: () => {
          throw new RangeError('no');
        },
      };
      const error = raised(() => drainAll(open(), node, () => reduce));
      expect(error.params).toMatchObject({ operation: 'the function of foreach', dataset: describeNode(node) });
    });
  });

  describe('a cancelled task', () => {
    it('stops at the next batch and closes its source', () => {
      const bench = open();
      const source = new BatchesNode([[rowBatch([1]), rowBatch([2])]]);
      const node = step(source, double);
      const task = bench.running(node, { task: 7 });
      const batches = task.iterate(node, 0);
      batches.next();
      bench.abort.abort();
      expect(raised(() => batches.next())).toMatchObject({ code: 'TASK_CANCELLED', params: { task: 7 } });
      expect(source.closed).toBe(1);
      const counting = new CountSink();
      expect(raised(() => drainAll(bench, node, () => counting)).code).toBe('TASK_CANCELLED');
      expect(source.closed).toBe(2);
    });

    it('stops while it groups and combines', () => {
      const bench = open();
      bench.abort.abort();
      const pairs = () => [rowBatch([['k', 1]])].values() as IterableIterator<TaskBatch>;
      const task = bench.running(new CollectionNode(origin(), [], 1));
      const list = {
        createCombiner: (v: unknown) => v,
        mergeValue: (c: unknown) => c,
        mergeCombiners: (c: unknown) => c,
      };
      expect(raised(() => [...task.coGroup([pairs()])]).code).toBe('TASK_CANCELLED');
      expect(raised(() => [...task.combineByKey(pairs(), list)]).code).toBe('TASK_CANCELLED');
    });
  });

  describe('readShuffle', () => {
    const list = {
      createCombiner: (v: unknown) => [v],
      mergeValue: (c: unknown, v: unknown) => [...(c as unknown[]), v],
      mergeCombiners: (a: unknown, b: unknown) => [...(a as unknown[]), ...(b as unknown[])],
    };

    function read(bench: Bench, options: Omit<ShuffleOptions, 'shuffleId'>, ...maps: (readonly unknown[])[][]) {
      const source = new CollectionNode(origin(), [], maps.length);
      const id = shuffleId(3);
      const node = new ShuffledNode(origin(), source, new HashPartitioner(1), { shuffleId: id, ...options });
      const shuffles = new Map([[id, maps.map((pairs, map) => mapOutput(bench, 3, map, pairs))]]);
      const task = bench.running(node, { shuffles });
      return { task, records: [...recordsOfBatches(task.iterate(node, 0))] };
    }

    it('gives all pairs by map partition, and counts them', () => {
      const { task, records } = read(
        open(),
        {},
        [
          ['b', 1],
          ['a', 2],
        ],
        [['b', 3]],
      );
      expect(records).toEqual([
        ['b', 1],
        ['a', 2],
        ['b', 3],
      ]);
      expect(task.metrics.shuffleReadRecords).toBe(3);
      expect(task.metrics.shuffleReadBytes).toBeGreaterThan(0);
    });

    it('combines values, or combiners where the map side combined, keys in order of first appearance', () => {
      const values = read(
        open(1),
        { aggregator: list },
        [
          ['b', 1],
          ['a', 2],
        ],
        [['b', 3]],
      );
      const combiners = read(
        open(1),
        { aggregator: list, mapSideCombine: true },
        [
          ['b', [1]],
          ['a', [2]],
        ],
        [['b', [3]]],
      );
      const expected = [
        ['b', [1, 3]],
        ['a', [2]],
      ];
      expect([values.records, combiners.records]).toEqual([expected, expected]);
    });

    it('sorts by key, equal keys in the order in which they came', () => {
      const keyOrder = { compare: compareNatural, ascending: false, natural: true };
      const { records } = read(
        open(2),
        { keyOrder },
        [
          [1, 'x'],
          [3, 'y'],
        ],
        [
          [1, 'z'],
          [2, 'w'],
        ],
      );
      expect(records).toEqual([
        [3, 'y'],
        [2, 'w'],
        [1, 'x'],
        [1, 'z'],
      ]);
    });

    it('names the shuffle and the map partition that is lost, or none when not all were there', () => {
      const bench = open();
      const dependency = (id: number): ShuffleDependency => {
        const source = new CollectionNode(origin(), [], 1);
        return new ShuffledNode(origin(), source, new HashPartitioner(1), { shuffleId: shuffleId(id) }).shuffle;
      };
      const output = mapOutput(bench, 5, 2, [['a', 1]]);
      for (const path of bench.memory.tree('/shuffle')) if (!path.endsWith('/')) bench.memory.removeFile(path);
      const task = bench.running(dependency(5).parent, { shuffles: new Map([[shuffleId(5), [output]]]) });
      expect(raised(() => [...task.readShuffle(dependency(5), 0)])).toMatchObject({
        code: 'SHUFFLE_OUTPUT_LOST',
        params: { shuffle: 5, map: 2 },
      });
      expect(raised(() => [...task.readShuffle(dependency(6), 0)])).toMatchObject({
        code: 'SHUFFLE_OUTPUT_LOST',
        params: { shuffle: 6, map: -1 },
      });
    });

    it('wraps what an aggregator throws', () => {
      const aggregator = {
        ...list,
        mergeValue: () => {
          throw new RangeError('no');
        },
      };
      const error = raised(() =>
        read(open(), { aggregator }, [
          ['a', 1],
          ['a', 2],
        ]),
      );
      expect(error).toMatchObject({ code: 'TASK_FAILED', params: { operation: 'combining by key' } });
    });
  });

  describe('coGroup and combineByKey', () => {
    it('group in batches and pass on what is pending', () => {
      const bench = open(2);
      const task = bench.running(new CollectionNode(origin(), [], 1));
      const waiting: TaskBatch = { kind: 'pending', ready: Promise.resolve() };
      const left: TaskBatch[] = [
        rowBatch([['a', 1]]),
        waiting,
        rowBatch([
          ['b', 2],
          ['c', 3],
        ]),
      ];
      const right: TaskBatch[] = [rowBatch([['b', 4]])];
      expect([...task.coGroup([left.values(), right.values()])]).toEqual([
        waiting,
        { ...rowBatch([]), rows: expect.anything(), from: 0, to: 2 },
        { ...rowBatch([]), rows: expect.anything(), from: 0, to: 1 },
      ]);
      const groups = task.coGroup([left.filter((batch) => batch !== waiting).values(), right.values()]);
      expect([...recordsOfBatches(groups)]).toEqual([
        ['a', [[1], []]],
        ['b', [[2], [4]]],
        ['c', [[3], []]],
      ]);
    });

    it('combine pairs of one partition and refuse what is none', () => {
      const task = open(1).running(new CollectionNode(origin(), [], 1));
      const sum = {
        createCombiner: (v: unknown) => v,
        mergeValue: (c: unknown, v: unknown) => (c as number) + (v as number),
        mergeCombiners: (a: unknown, b: unknown) => (a as number) + (b as number),
      };
      const pairs: TaskBatch[] = [
        rowBatch([
          ['x', 1],
          ['y', 2],
        ]),
        rowBatch([['x', 3]]),
      ];
      expect([...task.combineByKey(pairs.values(), sum)]).toEqual([rowBatch([['x', 4]]), rowBatch([['y', 2]])]);
      expect(raised(() => [...task.combineByKey([rowBatch(['xy'])].values(), sum)]).code).toBe('NOT_A_PAIR');
    });
  });
});

describe('what a task does when it ends', () => {
  it('runs in reverse order, whatever throws, once, and gives the errors', async () => {
    const task = new Bench('off').running(new CollectionNode(origin(), [], 1));
    const ran: number[] = [];
    for (const i of [0, 1, 2, 3]) {
      task.onCompletion(() => {
        ran.push(i);
        if (i === 1 || i === 2) throw new RangeError(`failed ${i}`);
      });
    }
    expect(await task.end(undefined)).toEqual([new RangeError('failed 2'), new RangeError('failed 1')]);
    expect(ran).toEqual([3, 2, 1, 0]);
    expect(await task.end(undefined)).toEqual([]);
    expect(ran).toHaveLength(4);
  });
});

describe('what a task tells the functions it runs', () => {
  it('is its place, and what it waits for', async () => {
    const task = new Bench('off').running(new CollectionNode(origin(), [], 1), { partition: 3, attempt: 1, stage: 5 });
    const { scope } = task.current;
    expect(scope).toMatchObject({ partition: 3, attempt: 1, stage: 5, taskId: expect.any(Number) });
    const ran: string[] = [];
    scope.onCompletion(() => ran.push('completion'));
    scope.onFailure(({ message }) => ran.push(message));
    await task.end(new Error('why'));
    expect(ran).toEqual(['why', 'completion']);
    expect(task.current.accumulators).toBe(task.accumulators);
  });
});

describe('what a task tells its nodes', () => {
  it('is its place, its batch size and where files are', () => {
    const bench = new Bench('off', 9);
    const task = bench.running(new CollectionNode(origin(), [], 1), { partition: 3, attempt: 1, stage: 5 });
    expect([task.partition, task.attempt, task.stage, task.batchRows]).toEqual([3, 1, 5, 9]);
    expect(task.fileSystem).toBe(bench.memory);
    task.countInput(10);
    task.countInput(5);
    expect(task.metrics.bytesRead).toBe(15);
  });
});
