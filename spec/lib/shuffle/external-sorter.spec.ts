import { describe, expect, it } from 'vitest';
import { type Batch, type ColumnBatch, rowBatch } from '../../../formats/schema/batch.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { sortByKey } from '../../../lib/exec/sort-by-key.ts';
import type { KeyOrder } from '../../../lib/lineage/key-order.ts';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { recordsOf } from '../../../lib/lineage/records.ts';
import { numberBatch } from '../../../lib/shuffle/pair-columns.ts';
import { FaultyFileSystem, failEveryCall } from '../../support/faulty-file-system.ts';
import { gatheringTask } from '../../support/gathering-task.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const NATURAL: KeyOrder = { compare: compareNatural, ascending: true, natural: true };
const SHARE = 20_000;

/** Numbers in no order, as batches in which each is its own key. */
function* numbers(count: number): Generator<ColumnBatch> {
  const keys = Float64Array.from({ length: count }, (_, i) => (i * 7919) % count);
  for (let at = 0; at < count; at += 500) yield numberBatch({ keys, values: keys }, at, Math.min(at + 500, count));
}

/** The same as records that no column holds. */
function* rows(count: number): Generator<Batch> {
  for (const batch of numbers(count)) {
    yield rowBatch([...recordsOf([batch])].map((pair) => [String((pair as [number, number])[0]), new Set([1])]));
  }
}

/** What is sorted: enough for several runs. */
const KINDS = [
  ['numbers', () => numbers(5000)],
  ['records', () => rows(400)],
] as const;

function failureOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('an external sort', () => {
  it('gives numbers that are their own keys as one column twice, spilled or not', () => {
    for (const share of [SHARE, 1e9]) {
      const task = gatheringTask(share, { batchRows: 1000 });
      const batches = [...sortByKey(task, numbers(5000), NATURAL)] as ColumnBatch[];
      expect(batches.map(({ rowCount }) => rowCount)).toEqual([1000, 1000, 1000, 1000, 1000]);
      for (const { root } of batches) expect(root.kind === 'tuple' && root.items[0] === root.items[1]).toBe(true);
      expect([...recordsOf(batches)]).toEqual(Array.from({ length: 5000 }, (_, i) => [i, i]));
    }
  });

  it('goes on with two columns when values differ from their keys, whether these fit or not', () => {
    for (const share of [SHARE, 1e9]) {
      const keys = Float64Array.from({ length: 900 }, (_, i) => 900 - i);
      const values = keys.map((key) => -key);
      const input = function* (): Generator<Batch> {
        yield numberBatch({ keys, values: keys }, 0, 900);
        yield numberBatch({ keys, values }, 0, 900);
      };
      const expected = Array.from({ length: 1800 }, (_, i) => [(i >> 1) + 1, ((i >> 1) + 1) * (i % 2 === 0 ? 1 : -1)]);
      expect([...recordsOf(sortByKey(gatheringTask(share), input(), NATURAL))]).toEqual(expected);
    }
  });

  it('keeps the order of equal keys across runs, each of which has all keys', () => {
    const keys = Float64Array.from({ length: 5000 }, (_, i) => i % 10);
    const pairs = { keys, values: keys.map((_, i) => i) };
    const sorted = sortByKey(gatheringTask(SHARE), [numberBatch(pairs, 0, 5000)].values(), NATURAL);
    const expected = Array.from({ length: 5000 }, (_, i) => [
      Math.floor(i / 500),
      (i % 500) * 10 + Math.floor(i / 500),
    ]);
    expect([...recordsOf(sorted)]).toEqual(expected);
  });

  it.each(KINDS)('reads no more of %s than is asked for, and removes all runs when that is all', (_, input) => {
    const fileSystem = new FaultyFileSystem(new MemoryFileSystem());
    const task = gatheringTask(SHARE, { fileSystem, batchRows: 10 });
    const batches = sortByKey(task, input(), NATURAL);
    const first = batches.next().value as Batch;
    expect([...recordsOf([first])]).toHaveLength(10);
    const runs = task.runs().length;
    expect(runs).toBeGreaterThan(1);
    const before = fileSystem.callCount;
    batches.next();
    expect(fileSystem.callCount - before).toBeLessThanOrEqual(runs);
    batches.return?.();
    expect(task.runs()).toEqual([]);
    expect(task.memory.heldBytes).toBe(0);
  });

  it('removes a run once it is read to its end', () => {
    const task = gatheringTask(SHARE, { batchRows: 500 });
    // In order: runs follow each other.
    const keys = Float64Array.from({ length: 5000 }, (_, i) => i);
    const input = [numberBatch({ keys, values: keys }, 0, 5000)].values();
    const left = [...sortByKey(task, input, NATURAL)].map(() => 0);
    expect(left).toHaveLength(10);
    const counts: number[] = [];
    for (const _ of sortByKey(task, [numberBatch({ keys, values: keys }, 0, 5000)].values(), NATURAL)) {
      counts.push(task.runs().length);
    }
    expect(counts.at(-1)).toBeLessThan(counts[0] as number);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });

  it.each([0.1, 0.95])('leaves no run behind when the order throws after %s of the comparisons', (part) => {
    let comparisons = 0;
    let failing = Number.POSITIVE_INFINITY;
    const order: KeyOrder = {
      compare: (a, b) => {
        if (++comparisons === failing) throw new RangeError('no order');
        return compareNatural(a, b);
      },
      ascending: true,
      natural: false,
    };
    for (const _ of sortByKey(gatheringTask(SHARE), rows(400), order));
    failing = Math.floor(comparisons * part);
    comparisons = 0;
    const task = gatheringTask(SHARE);
    expect(() => [...sortByKey(task, rows(400), order)]).toThrow(new RangeError('no order'));
    expect(task.runs()).toEqual([]);
    expect(task.memory.heldBytes).toBe(0);
  });

  it.each(KINDS)('stops when the task is cancelled, with no run of %s left', (_, input) => {
    for (const last of [0, 3, 10, 20]) {
      const bench = gatheringTask(SHARE, { batchRows: 10 });
      let asked = 0;
      const task = {
        ...bench,
        throwIfCancelled: () => {
          if (asked++ === last) throw new CairnError('TASK_CANCELLED', { task: 0 });
        },
      };
      expect(() => [...sortByKey(task, input(), NATURAL)]).toThrow(expect.objectContaining({ code: 'TASK_CANCELLED' }));
      expect(bench.runs()).toEqual([]);
    }
  });

  it.each(KINDS)('raises one typed error for each call of the file system that fails with %s', (_, input) => {
    const calls = ['open', 'read', 'write', 'sizeBytes', 'close', 'removeFile'] as const;
    const failed = failEveryCall({ errno: 'EIO', calls }, (wrap) => {
      const inner = new MemoryFileSystem();
      const fileSystem = wrap(inner);
      const task = gatheringTask(SHARE, { fileSystem, batchRows: 500 });
      const failure = failureOf(() => {
        for (const _ of sortByKey(task, input(), NATURAL));
      });
      if (fileSystem.faultCount > 0) expect(CairnError.is(failure, 'IO_ERROR')).toBe(true);
      else expect(failure).toBe(undefined);
      expect(task.memory.heldBytes).toBe(0);
      // What could not be removed goes with the task.
      task.spills[Symbol.dispose]();
      expect(inner.list('/scratch')).toEqual([]);
    });
    expect(failed).toBeGreaterThan(10);
  });

  it.each(KINDS)('finds every damaged run of %s', (_, input) => {
    for (let read = 1; ; read++) {
      const fileSystem = new FaultyFileSystem(new MemoryFileSystem());
      fileSystem.flipBitOnRead(read, 77_777 * read);
      const task = gatheringTask(SHARE, { fileSystem, batchRows: 500 });
      const failure = failureOf(() => {
        for (const _ of sortByKey(task, input(), NATURAL));
      });
      expect(task.runs()).toEqual([]);
      if (failure === undefined) {
        expect(read).toBeGreaterThan(3);
        break;
      }
      expect(CairnError.is(failure, 'CORRUPT_FILE')).toBe(true);
    }
  });

  it('frees the space of a full disk', () => {
    const fileSystem = new FaultyFileSystem(new MemoryFileSystem());
    const task = gatheringTask(SHARE, { fileSystem });
    fileSystem.fillAfter(30_000);
    expect(() => [...sortByKey(task, numbers(20_000), NATURAL)]).toThrow(
      expect.objectContaining({ code: 'DISK_FULL' }),
    );
    expect(task.runs()).toEqual([]);
  });

  it('passes pending batches on', () => {
    const ready = Promise.resolve();
    const input = [{ kind: 'pending', ready } as const, rowBatch([['b', 1]]), rowBatch([['a', 2]])].values();
    const given = [...sortByKey(gatheringTask(1e6), input, NATURAL)];
    expect(given[0]).toEqual({ kind: 'pending', ready });
    expect([...recordsOf(given.slice(1))]).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('gives nothing for nothing', () => {
    expect([...sortByKey(gatheringTask(1e6), [].values(), NATURAL)]).toEqual([]);
    expect([...sortByKey(gatheringTask(1e6), [rowBatch([])].values(), NATURAL)]).toEqual([]);
  });
});
