import { describe, expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { nodeId, taskId } from '../../../lib/base/ids.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { executionGrant, MemoryBudget } from '../../../storage/memory/memory-budget.ts';

const block = rddBlockId(nodeId(1), 0);
const first = taskId(1);
const second = taskId(2);

/** A budget whose evictor frees exactly what it is asked for, as far as storage has it, and notes each request. */
function budgetWithEvictor(totalBytes = 1000, storageFraction = 0.5) {
  const budget = new MemoryBudget({ totalBytes, storageFraction });
  const evictions: number[] = [];
  budget.setEvictor((bytes) => {
    evictions.push(bytes);
    if (bytes > budget.storageUsedBytes) return 0;
    budget.releaseStorage(bytes);
    return bytes;
  });
  return { budget, evictions };
}

describe("the memory budget with 1000 bytes and Spark's vectors", () => {
  test('execution evicts cached blocks beyond their region', () => {
    const { budget, evictions } = budgetWithEvictor();
    expect(budget.acquireStorage(block, 700)).toBe(true);
    expect(budget.acquireExecution(500, first)).toBe(500);
    expect(evictions).toEqual([200]);
    expect(budget.storageUsedBytes).toBe(500);
  });

  test('execution never evicts cached blocks within their region', () => {
    const { budget, evictions } = budgetWithEvictor();
    expect(budget.acquireStorage(block, 400)).toBe(true);
    expect(budget.acquireExecution(300, first)).toBe(300);
    expect(budget.acquireExecution(400, first)).toBe(300);
    expect(evictions).toEqual([]);
    expect(budget.executionUsedBytes).toBe(600);
  });

  test('storage never evicts execution, nor anything when it cannot fit', () => {
    const { budget, evictions } = budgetWithEvictor();
    expect(budget.acquireExecution(800, first)).toBe(800);
    expect(budget.acquireStorage(block, 100)).toBe(true);
    expect(budget.acquireStorage(block, 250)).toBe(false);
    expect(evictions).toEqual([]);
    expect(budget.storageUsedBytes).toBe(100);
  });

  test('storage borrows what execution does not use, and evicts only the rest', () => {
    const { budget, evictions } = budgetWithEvictor();
    expect(budget.acquireExecution(200, first)).toBe(200);
    expect(budget.acquireStorage(block, 750)).toBe(true);
    expect(budget.acquireStorage(block, 110)).toBe(true);
    expect(evictions).toEqual([60]);
    expect(budget.storageUsedBytes).toBe(800);
    expect(budget.storageFreeBytes).toBe(0);
  });
});

describe('the memory budget', () => {
  test('takes all or nothing for a block when the evictor frees nothing', () => {
    const budget = new MemoryBudget({ totalBytes: 100 });
    expect(budget.acquireStorage(block, 80)).toBe(true);
    expect(budget.acquireStorage(block, 30)).toBe(false);
    expect(budget.storageUsedBytes).toBe(80);
    budget.releaseStorage(80);
    budget.assertAllReleased();
  });

  test('takes nothing when the evictor raises', () => {
    const budget = new MemoryBudget({ totalBytes: 100 });
    expect(budget.acquireStorage(block, 80)).toBe(true);
    budget.setEvictor(() => {
      throw new CairnError('DISK_FULL', { path: 'x', neededBytes: 1, freeBytes: 0 });
    });
    expect(() => budget.acquireStorage(block, 30)).toThrow('DISK_FULL');
    expect(() => budget.acquireExecution(70, first)).toThrow('DISK_FULL');
    expect(budget.storageUsedBytes).toBe(80);
    expect(budget.executionUsedBytes).toBe(0);
    budget.releaseTask(first);
    budget.releaseStorage(80);
    budget.assertAllReleased();
  });

  test('leaves to storage what an eviction freed beyond the request', () => {
    const budget = new MemoryBudget({ totalBytes: 1000 });
    budget.acquireStorage(block, 900);
    budget.setEvictor(() => {
      budget.releaseStorage(450);
      return 450;
    });
    expect(budget.acquireExecution(300, first)).toBe(300);
    expect(budget.storageUsedBytes).toBe(450);
    budget.setEvictor(() => 0);
    expect(budget.acquireStorage(block, 250)).toBe(true);
    expect(budget.acquireStorage(block, 1)).toBe(false);
  });

  test('shares execution memory between the active tasks', () => {
    const budget = new MemoryBudget({ totalBytes: 1000 });
    expect(budget.acquireExecution(1000, first)).toBe(1000);
    expect(budget.acquireExecution(300, second)).toBe(0);
    budget.releaseExecution(500, first);
    expect(budget.acquireExecution(100, first)).toBe(0);
    expect(budget.acquireExecution(900, second)).toBe(500);
    budget.releaseExecution(500, second);
    expect(budget.activeTasks).toBe(1);
    expect(budget.acquireExecution(100, first)).toBe(100);
    expect(budget.releaseTask(first)).toBe(600);
    expect(budget.releaseTask(first)).toBe(0);
    budget.assertAllReleased();
  });

  test('with nothing to share grants nothing', () => {
    const budget = new MemoryBudget({ totalBytes: 0 });
    expect(budget.acquireExecution(1, first)).toBe(0);
    expect(budget.acquireStorage(block, 1)).toBe(false);
    expect(budget.acquireStorage(block, 0)).toBe(true);
    budget.releaseTask(first);
    budget.assertAllReleased();
  });

  test('says who did not release', () => {
    const budget = new MemoryBudget({ totalBytes: 1000 });
    budget.acquireExecution(10, second);
    expect(() => budget.assertAllReleased()).toThrow('task 2 did not release 10 bytes');
    budget.releaseTask(second);
    budget.acquireStorage(block, 5);
    expect(() => budget.assertAllReleased()).toThrow('5 bytes of storage memory');
    expect(() => budget.releaseStorage(6)).toThrow('INTERNAL');
    expect(() => budget.releaseExecution(1, first)).toThrow('INTERNAL');
  });

  test('refuses sizes and fractions that are none', () => {
    expect(() => new MemoryBudget({ totalBytes: -1 })).toThrow('INVALID_OPTION');
    expect(() => new MemoryBudget({ totalBytes: Number.NaN })).toThrow('INVALID_OPTION');
    expect(() => new MemoryBudget({ totalBytes: 1, storageFraction: 1.1 })).toThrow('INVALID_OPTION');
    expect(() => new MemoryBudget({ totalBytes: 1, storageFraction: Number.NaN })).toThrow('INVALID_OPTION');
  });
});

describe('the fair share of execution memory', () => {
  const pool = { executionFree: 1000, executionPool: 1000, maxPool: 1000 };

  test('is at most 1/N of what execution can have', () => {
    expect(executionGrant({ ...pool, requested: 600, mine: 0, activeTasks: 2 })).toEqual({
      granted: 500,
      mustWait: false,
    });
    expect(executionGrant({ ...pool, requested: 600, mine: 600, activeTasks: 2 })).toEqual({
      granted: 0,
      mustWait: false,
    });
  });

  test('waits when it would be less than 1/(2N) of what execution has', () => {
    const question = { ...pool, requested: 300, mine: 0, activeTasks: 2 };
    expect(executionGrant({ ...question, executionFree: 249 })).toEqual({ granted: 249, mustWait: true });
    expect(executionGrant({ ...question, executionFree: 250 })).toEqual({ granted: 250, mustWait: false });
    expect(executionGrant({ ...question, requested: 100, executionFree: 100 })).toEqual({
      granted: 100,
      mustWait: false,
    });
  });
});
