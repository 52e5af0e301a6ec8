import { describe, expect, test } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId } from '../../../lib/base/ids.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { Unrolling } from '../../../storage/block/unrolling.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { WatchedBatches } from '../../support/stored-batches.ts';

const id = rddBlockId(nodeId(1), 0);
const MIB = 1024 * 1024;

describe('unrolling', () => {
  test('reserves a MiB at first, then half as much again as it holds', () => {
    const budget = new MemoryBudget({ totalBytes: 1024 * MIB });
    const unrolling = new Unrolling(budget, id, new WatchedBatches());
    expect(unrolling.reserve(256)).toBe(true);
    expect(budget.storageUsedBytes).toBe(MIB);
    expect(unrolling.add(rowBatch([1]), MIB - 256)).toBe(true);
    expect(budget.storageUsedBytes).toBe(MIB);
    expect(unrolling.add(rowBatch([2]), MIB)).toBe(true);
    expect(budget.storageUsedBytes).toBe(3 * MIB);
    expect(unrolling.keep()).toBe(2 * MIB);
    expect(budget.storageUsedBytes).toBe(2 * MIB);
    expect(unrolling.rowCount).toBe(2);
  });

  test('reserves less in a small budget, and at the end exactly what is needed', () => {
    const budget = new MemoryBudget({ totalBytes: 64 * 1024 });
    const unrolling = new Unrolling(budget, id, new WatchedBatches());
    expect(unrolling.reserve(256)).toBe(true);
    expect(budget.storageUsedBytes).toBe(1024);
    expect(unrolling.add(rowBatch([1]), 60_000)).toBe(true);
    expect(budget.storageUsedBytes).toBe(60_256);
    expect(unrolling.add(rowBatch([2]), 10_000)).toBe(false);
    unrolling.close();
    budget.assertAllReleased();
  });

  test('hands back what it holds, then the rest, and the memory in between', () => {
    const budget = new MemoryBudget({ totalBytes: 10_000 });
    const source = new WatchedBatches([1], [2], [3]);
    const unrolling = new Unrolling(budget, id, source);
    unrolling.reserve(10);
    const first = unrolling.next();
    expect(unrolling.add(first ?? rowBatch([]), 20_000)).toBe(false);
    const drained = unrolling.drain();
    expect(drained.next().value).toEqual(rowBatch([1]));
    expect(budget.storageUsedBytes).toBeGreaterThan(0);
    expect(drained.next().value).toEqual(rowBatch([2]));
    expect(budget.storageUsedBytes).toBe(0);
    expect([...drained]).toEqual([rowBatch([3])]);
    expect(source.returned).toBe(0);
  });

  test.each([0, 1, 2])('releases memory and source when its reader stops after %d', (count) => {
    const budget = new MemoryBudget({ totalBytes: 10_000 });
    const source = new WatchedBatches([1], [2], [3]);
    const unrolling = new Unrolling(budget, id, source);
    unrolling.reserve(10);
    unrolling.add(unrolling.next() ?? rowBatch([]), 20_000);
    const drained = unrolling.drain();
    for (let i = 0; i < count; i++) drained.next();
    drained.return?.();
    unrolling.close();
    expect(source.returned).toBe(1);
    budget.assertAllReleased();
  });

  test('does not return a source that ended or raised', () => {
    const budget = new MemoryBudget({ totalBytes: 10_000 });
    const ended = new WatchedBatches();
    const unrolling = new Unrolling(budget, id, ended);
    expect(unrolling.next()).toBeUndefined();
    expect(unrolling.next()).toBeUndefined();
    unrolling.close();
    expect([ended.asked, ended.returned]).toEqual([1, 0]);
    const failing = new WatchedBatches(new RangeError('mine'));
    const second = new Unrolling(budget, id, failing);
    expect(() => second.next()).toThrow('mine');
    second.close();
    expect(failing.returned).toBe(0);
  });
});
