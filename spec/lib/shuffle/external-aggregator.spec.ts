import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { combinePairs } from '../../../lib/exec/combine-pairs.ts';
import type { Aggregator } from '../../../lib/lineage/dependency.ts';
import { recordsOf } from '../../../lib/lineage/records.ts';
import type { BatchIterator, TaskBatch } from '../../../lib/lineage/task-context.ts';
import type { ConsumerMemory } from '../../../storage/memory/task-memory.ts';
import { FaultyFileSystem, failEveryCall } from '../../support/faulty-file-system.ts';
import { type GatheringBench, gatheringTask } from '../../support/gathering-task.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const SHARE = 4096;
const SUMS: Aggregator = {
  createCombiner: (value) => value,
  mergeValue: (a, b) => (a as number) + (b as number),
  mergeCombiners: (a, b) => (a as number) + (b as number),
};
const LISTS: Aggregator = {
  createCombiner: (value) => [value],
  mergeValue: (all, value) => {
    (all as unknown[]).push(value);
    return all;
  },
  mergeCombiners: (a, b) => [...(a as unknown[]), ...(b as unknown[])],
};

const numbers = (count: number, keys = count) =>
  Array.from({ length: count }, (_, i) => [Math.imul(i % keys, 0x9e3779b1), i]);
const texts = (count: number, keys = count) => numbers(count, keys).map(([key, value]) => [`key ${key}`, value]);

function* batches(pairs: readonly unknown[], size = 50): Generator<TaskBatch> {
  for (let from = 0; from < pairs.length; from += size)
    yield rowBatch(pairs, from, Math.min(from + size, pairs.length));
}

/** Keys and what was combined, by a `Map`; keys are primitives. */
function expected(pairs: readonly unknown[], { createCombiner, mergeValue }: Aggregator): unknown[] {
  const combined = new Map<unknown, unknown>();
  for (const [key, value] of pairs as readonly [unknown, unknown][]) {
    combined.set(key, combined.has(key) ? mergeValue(combined.get(key), value) : createCombiner(value));
  }
  return [...combined];
}

interface Input {
  readonly pairs: BatchIterator;
  readonly aggregator?: Aggregator;
  readonly rowCount?: number;
}

const combine = (task: GatheringBench, { aggregator = SUMS, ...rest }: Input): BatchIterator =>
  combinePairs(task, { aggregator, isMerging: false, run: undefined, ...rest });

/** Enough to come to an end soon, with a few pieces of each partition. */
const faultShare = (pairs: readonly unknown[]): number => (pairs.length > 1000 ? 5 : 3) * SHARE;

const spilledBytes = (task: GatheringBench): number =>
  task.memory.uses().reduce((sum, use) => sum + use.spilledBytes, 0);

function failureOf(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

const KINDS: readonly (readonly [string, readonly unknown[], Aggregator])[] = [
  ['numbers', numbers(1500, 1000), SUMS],
  ['texts', texts(600, 400), SUMS],
  ['lists', texts(600, 60), LISTS],
];

describe('ExternalAggregator', () => {
  it.each(KINDS)('combines more than fits, in order, and leaves nothing: %s', (_, pairs, aggregator) => {
    for (const rowCount of [undefined, pairs.length]) {
      const task = gatheringTask(SHARE, { batchRows: 100 });
      const input = { pairs: batches(pairs), aggregator };
      const found = [...recordsOf(combine(task, rowCount === undefined ? input : { ...input, rowCount }))];
      expect(found).toEqual(expected(pairs, aggregator));
      expect(spilledBytes(task)).toBeGreaterThan(1000);
      expect([task.runs(), task.memory.heldBytes]).toEqual([[], 0]);
    }
  });

  it('writes nothing when there is room, and the same each time when there is not', () => {
    const roomy = gatheringTask(1e8);
    for (const _ of combine(roomy, { pairs: batches(numbers(3000)) }));
    expect(spilledBytes(roomy)).toBe(0);
    const spilled = [1, 2].map(() => {
      const task = gatheringTask(SHARE);
      for (const _ of combine(task, { pairs: batches(texts(500)) }));
      return spilledBytes(task);
    });
    expect(spilled[0]).toBe(spilled[1]);
  });

  it('holds little more than its share', () => {
    const share = 64 * 1024;
    const task = gatheringTask(share);
    for (const _ of combine(task, { pairs: batches(numbers(40_000)), rowCount: 40_000 }));
    expect(task.memory.peakBytes).toBeLessThan(1.5 * share);
  });

  it('ends with keys that no hash tells apart', () => {
    // 2^8 strings with one hash, in any table that uses it.
    const alike = Array.from({ length: 256 }, (_, i) =>
      Array.from({ length: 8 }, (_, bit) => ((i >> bit) & 1 ? 'Aa' : 'BB')).join(''),
    );
    const pairs = [...alike, ...alike].map((key, i) => [key, i]);
    const task = gatheringTask(SHARE);
    expect([...recordsOf(combine(task, { pairs: batches(pairs) }))]).toEqual(expected(pairs, SUMS));
    expect(task.runs()).toEqual([]);
  });

  it('folds a single key that is larger than its share', () => {
    const pairs = Array.from({ length: 2000 }, (_, i) => ['one', i]);
    const task = gatheringTask(SHARE);
    expect([...recordsOf(combine(task, { pairs: batches(pairs), aggregator: LISTS }))]).toEqual(expected(pairs, LISTS));
  });

  it('says who holds what when a single combiner is larger than all memory', () => {
    const task = gatheringTask(SHARE);
    const pairs = Array.from({ length: 60 }, (_, i) => ['one', i < 2 ? i : 'x'.repeat(100_000)]);
    const failure = failureOf(() => {
      for (const _ of combine(task, { pairs: batches([['other', 1], ...pairs], 1), aggregator: LISTS }));
    });
    expect(failure).toMatchObject({ code: 'MEMORY_LIMIT', params: { operation: 'combine by key' } });
    expect(String((failure as CairnError).params.holders)).toContain('combine by key');
    expect([task.runs(), task.memory.heldBytes]).toEqual([[], 0]);
  });

  it('says what to do about a combiner that cannot be written out', () => {
    const aggregator = { ...LISTS, createCombiner: () => () => 1, mergeValue: (all: unknown) => all };
    const failure = failureOf(() => {
      for (const _ of combine(gatheringTask(1), { pairs: batches(texts(100)), aggregator }));
    });
    expect(failure).toMatchObject({ code: 'VALUE_NOT_SERIALIZABLE' });
    expect(String(failure)).toContain('what was combined by key');
    expect((failure as CairnError).hint).toContain("raise 'memory'");
  });

  it.each(KINDS)('removes its runs when its caller has enough: %s', (_, pairs, aggregator) => {
    for (const taken of [1, 5, 60]) {
      const task = gatheringTask(SHARE, { batchRows: 3 });
      const given = combine(task, { pairs: batches(pairs), aggregator });
      for (let i = 0; i < taken; i++) given.next();
      given.return?.();
      expect([task.runs(), task.memory.heldBytes]).toEqual([[], 0]);
    }
  });

  it.each(['createCombiner', 'mergeValue', 'mergeCombiners'] as const)('removes its runs when %s throws', (name) => {
    for (const [, pairs, aggregator] of KINDS) {
      for (const part of [0.1, 0.5, 0.95]) {
        let calls = 0;
        let last = Number.POSITIVE_INFINITY;
        const counted: Aggregator = {
          ...aggregator,
          [name]: (...values: [unknown, unknown]) => {
            if (++calls > last) throw new RangeError('no');
            return aggregator[name](...values);
          },
        };
        for (const _ of combine(gatheringTask(SHARE), { pairs: batches(pairs), aggregator: counted }));
        if (calls === 0) continue;
        last = Math.floor(calls * part);
        calls = 0;
        const task = gatheringTask(SHARE);
        expect(() => [...combine(task, { pairs: batches(pairs), aggregator: counted })]).toThrow(new RangeError('no'));
        expect([task.runs(), task.memory.heldBytes]).toEqual([[], 0]);
      }
    }
  });

  it.each(KINDS)('raises one typed error for each call of the file system that fails: %s', (_, pairs, aggregator) => {
    const calls = ['open', 'read', 'write', 'sizeBytes', 'close', 'removeFile'] as const;
    for (const forever of [false, true]) {
      const failed = failEveryCall({ errno: 'EIO', calls, forever }, (wrap) => {
        const inner = new MemoryFileSystem();
        const fileSystem = wrap(inner);
        const task = gatheringTask(faultShare(pairs), { fileSystem, batchRows: 500 });
        const failure = failureOf(() => {
          for (const _ of combine(task, { pairs: batches(pairs, 500), aggregator, rowCount: pairs.length }));
        });
        if (fileSystem.faultCount > 0) expect(CairnError.is(failure, 'IO_ERROR')).toBe(true);
        else expect(failure).toBe(undefined);
        expect(task.memory.heldBytes).toBe(0);
        fileSystem.recover();
        task.spills[Symbol.dispose]();
        expect(inner.list('/scratch')).toEqual([]);
      });
      expect(failed).toBeGreaterThan(5);
    }
  });

  it.each(KINDS)('finds every damaged run: %s', (_, pairs, aggregator) => {
    for (let read = 1; ; read = Math.ceil(read * 1.2)) {
      const fileSystem = new FaultyFileSystem(new MemoryFileSystem());
      fileSystem.flipBitOnRead(read, 7777 * read);
      const task = gatheringTask(faultShare(pairs), { fileSystem, batchRows: 500 });
      const failure = failureOf(() => {
        for (const _ of combine(task, { pairs: batches(pairs, 500), aggregator }));
      });
      expect(task.runs()).toEqual([]);
      if (failure === undefined) {
        expect(read).toBeGreaterThan(2);
        break;
      }
      expect(CairnError.is(failure, 'CORRUPT_FILE')).toBe(true);
    }
  });

  it('frees the space of a full disk', () => {
    const fileSystem = new FaultyFileSystem(new MemoryFileSystem());
    const task = gatheringTask(SHARE, { fileSystem });
    fileSystem.fillAfter(10_000);
    expect(() => [...combine(task, { pairs: batches(numbers(3000)) })]).toThrow(
      expect.objectContaining({ code: 'DISK_FULL' }),
    );
    expect(task.runs()).toEqual([]);
  });

  it.each(KINDS)('gives back what others ask for, while it takes in and while it gives: %s', (_, pairs, aggregator) => {
    const share = 1e6;
    const whole = pairs.length;
    for (const at of [1, 5, 20, whole / 50 + 1, whole / 50 + 3, whole / 50 + 8]) {
      const task = gatheringTask(share, { batchRows: 30 });
      const other: ConsumerMemory = task.memory.register({ name: 'other', spill: () => {} });
      let steps = 0;
      const step = (): void => {
        if (++steps !== Math.floor(at)) return;
        other.hold(share);
        other.hold(0);
      };
      const watched = function* (): Generator<TaskBatch> {
        for (const batch of batches(pairs)) {
          step();
          yield batch;
        }
      };
      const found: unknown[] = [];
      for (const batch of combine(task, { pairs: watched(), aggregator })) {
        found.push(...recordsOf([batch]));
        step();
      }
      expect(found).toEqual(expected(pairs, aggregator));
      expect(task.runs()).toEqual([]);
    }
  });

  it('gives back as much as is asked for where it has that much', () => {
    const share = 8e6;
    const pairs = numbers(60_000);
    for (const at of [59, 65]) {
      const task = gatheringTask(share, { batchRows: 1000 });
      const other = task.memory.register({ name: 'other', spill: () => {} });
      let steps = 0;
      const step = (): void => {
        if (++steps !== at) return;
        const before = task.memory.heldBytes;
        expect(before).toBeGreaterThan(2e6);
        expect(other.hold(share - before / 4)).toBe(true);
        other.hold(0);
      };
      const watched = function* (): Generator<TaskBatch> {
        for (const batch of batches(pairs, 1000)) {
          step();
          yield batch;
        }
      };
      const found: unknown[] = [];
      for (const batch of combine(task, { pairs: watched() })) {
        found.push(...recordsOf([batch]));
        step();
      }
      expect(found).toEqual(pairs);
      expect(spilledBytes(task)).toBeGreaterThan(100_000);
    }
  });

  it('passes pending batches on, and asks whether the task is cancelled', () => {
    const ready = Promise.resolve();
    const input: TaskBatch[] = [{ kind: 'pending', ready }, rowBatch([['a', 1]]), rowBatch([['a', 2]])];
    const given = [...combine(gatheringTask(SHARE), { pairs: input.values() })];
    expect(given[0]).toEqual({ kind: 'pending', ready });
    expect([...recordsOf(given.slice(1))]).toEqual([['a', 3]]);
    for (const last of [0, 3, 10, 40]) {
      const bench = gatheringTask(SHARE);
      let asked = 0;
      const task = {
        ...bench,
        throwIfCancelled: () => {
          if (asked++ === last) throw new CairnError('TASK_CANCELLED', { task: 0 });
        },
      };
      expect(() => [...combine(task, { pairs: batches(texts(500)) })]).toThrow(
        expect.objectContaining({ code: 'TASK_CANCELLED' }),
      );
      expect(bench.runs()).toEqual([]);
    }
  });

  it('gives nothing for nothing', () => {
    expect([...combine(gatheringTask(1), { pairs: [].values() })]).toEqual([]);
    expect([...combine(gatheringTask(1), { pairs: [rowBatch([])].values(), rowCount: 0 })]).toEqual([]);
  });

  it('says of a record that is no pair', () => {
    expect(() => [...combine(gatheringTask(1), { pairs: [rowBatch([1])].values() })]).toThrow(
      expect.objectContaining({ code: 'NOT_A_PAIR' }),
    );
  });
});
