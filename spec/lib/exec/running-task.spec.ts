import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { RunningTask } from '../../../lib/exec/running-task.ts';
import { RowsSink } from '../../../lib/exec/sink.ts';
import { StageChains } from '../../../lib/exec/stage-chains.ts';
import { identity } from '../../../lib/lineage/dependency.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { MapAsyncNode } from '../../../lib/lineage/nodes/map-async-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { recordsOf } from '../../../lib/lineage/records.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { awaitRecords, origin } from '../../support/scan-task.ts';
import { describeTask, taskBench } from './support/task-bench.ts';

const source = new CollectionNode(origin(), [1, 2, 3, 4, 5, 6, 7], 1);

function start(bench = taskBench(), node: LineageNode = source, signal = new AbortController().signal): RunningTask {
  const task = describeTask({ kind: 'result', node, action: { kind: 'collect' } });
  return new RunningTask(task, bench.environment, new StageChains(0, bench.environment.codegen), signal);
}

/** A step that counts its calls. */
function counted(parent: LineageNode): { readonly node: StepNode; calls: number } {
  const counter = { calls: 0, node: source as unknown as StepNode };
  const f = (n: unknown) => {
    counter.calls++;
    return (n as number) + 1;
  };
  counter.node = new StepNode(origin('map'), parent, { kind: 'map', f });
  return counter;
}

describe('iterating over a dataset', () => {
  it('computes it with its steps fused, batch by batch', () => {
    const { node } = counted(counted(source).node);
    const batches = [...start().iterate(node, 0)];
    expect(batches.map((batch) => batch.kind === 'rows' && batch.rows)).toEqual([
      [3, 4, 5, 6],
      [7, 8, 9],
    ]);
  });

  it('stores a kept one the first time and reads it the next', () => {
    const bench = taskBench();
    const kept = counted(source);
    kept.node.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    const last = counted(kept.node);
    for (let i = 0; i < 2; i++) {
      expect([...recordsOf(start(bench).iterate(last.node, 0))]).toEqual([3, 4, 5, 6, 7, 8, 9]);
    }
    expect([kept.calls, last.calls]).toEqual([7, 14]);
    expect(bench.blocks.openReads).toBe(0);
  });

  it('settles promises before it stores', async () => {
    const bench = taskBench();
    let calls = 0;
    const slow = new MapAsyncNode(origin(), source, (n) => Promise.resolve([n, calls++][0]), 2);
    slow.storageLevel = STORAGE_LEVELS.DISK_ONLY;
    for (let i = 0; i < 2; i++) {
      expect(await awaitRecords(start(bench).iterate(slow, 0))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    }
    expect(calls).toBe(7);
    expect(bench.fileSystem.openHandles).toBe(0);
  });

  it('counts the records of sources alone', () => {
    const task = start();
    void [...task.iterate(counted(source).node, 0)];
    expect(task.metrics.rowsRead).toBe(7);
  });
});

describe('draining a dataset', () => {
  it('runs long ranges in pieces, and stops when the task is cancelled', () => {
    const range = new RangeNode(origin(), 0, 1_000_000, 1, 1);
    const controller = new AbortController();
    const task = start(taskBench({ codegen: 'on' }), range, controller.signal);
    const sink = new RowsSink();
    const draining = task.drain(range, 0, () => sink);
    draining.next();
    expect(sink.rows.length).toBeLessThan(100_000);
    for (const _ of draining);
    expect(sink.rows).toHaveLength(1_000_000);
    controller.abort();
    expect(() => task.throwIfCancelled()).toThrow(/TASK_CANCELLED/);
  });

  it('changes to another sink between batches, and goes on where it was', () => {
    const indexed = new StepNode(origin(), source, { kind: 'index', starts: { value: [10] } });
    const sinks = [new RowsSink(), new RowsSink()] as const;
    let at: 0 | 1 = 0;
    for (const _ of start().drain(indexed, 0, () => sinks[at])) at = 1;
    expect(sinks[0].rows).toHaveLength(4);
    expect(sinks[1].rows).toEqual([
      [5, 14],
      [6, 15],
      [7, 16],
    ]);
  });
});

describe('combining and grouping', () => {
  const plus = (a: unknown, b: unknown) => (a as number) + (b as number);

  it('combines the pairs of a partition by key', () => {
    const pairs = new CollectionNode(
      origin(),
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ],
      1,
    );
    const task = start();
    const aggregator = { createCombiner: identity, mergeValue: plus, mergeCombiners: plus };
    expect([...recordsOf(task.combineByKey(task.iterate(pairs, 0), aggregator))]).toEqual([
      ['a', 4],
      ['b', 2],
    ]);
  });

  it('groups inputs by key', () => {
    const inputs = [
      rowBatch([['a', 1]]),
      rowBatch([
        ['b', 2],
        ['a', 3],
      ]),
    ].map((batch) => [batch].values());
    expect([...recordsOf(start().coGroup(inputs))]).toEqual([
      ['a', [[1], [3]]],
      ['b', [[], [2]]],
    ]);
  });
});

describe('ending', () => {
  it('runs what was registered, the last first, whatever throws', () => {
    const task = start();
    const ran: number[] = [];
    for (const n of [1, 2, 3]) {
      task.onCompletion(() => {
        ran.push(n);
        if (n > 1) throw new RangeError(`number ${n}`);
      });
    }
    expect(() => task.complete()).toThrow('number 3');
    expect(ran).toEqual([3, 2, 1]);
    expect(() => task.complete()).not.toThrow();
  });
});

describe('errors', () => {
  it('are wrapped with the step, the dataset and the attempt; those of the engine pass', () => {
    const task = start();
    const wrapped = task.wrap(new TypeError('bad'), 'map at job.ts:1', source);
    expect(wrapped.message).toMatch(
      /TASK_FAILED: map at job\.ts:1 threw in partition 0 of ParallelCollectionRDD\[\d+\].*attempt 0: TypeError: bad/,
    );
    const own = new CairnError('EMPTY_DATASET', { method: 'first' });
    expect(task.wrap(own, 'map', source)).toBe(own);
    expect(task.wrap(wrapped, 'map', source)).toBe(wrapped);
  });

  it('run no code of what was thrown', () => {
    const hostile = Object.defineProperty(new TypeError('x'), 'message', {
      get: () => {
        throw new RangeError('ran');
      },
    });
    const proxy = new Proxy(new TypeError('p'), {
      getPrototypeOf: () => {
        throw new RangeError('ran');
      },
    });
    for (const thrown of [hostile, proxy]) {
      const wrapped = start().wrap(thrown, 'map', source);
      expect(wrapped.code).toBe('TASK_FAILED');
      expect(wrapped.cause === thrown).toBe(true);
    }
  });
});
