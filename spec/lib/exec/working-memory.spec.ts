import { describe, expect, it } from 'vitest';
import { nodeId, taskId } from '../../../lib/base/ids.ts';
import { WorkingMemory } from '../../../lib/exec/working-memory.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';

const MIB = 1024 * 1024;
const block = rddBlockId(nodeId(0), 0);

describe('WorkingMemory', () => {
  it('takes what is held in whole pieces, and gives it back', () => {
    const budget = new MemoryBudget({ totalBytes: 64 * MIB });
    const memory = new WorkingMemory(budget, taskId(0));
    const used = [1, MIB, MIB + 1, 5 * MIB, 2, 0].map((bytes) => {
      memory.hold(bytes);
      return budget.executionUsedBytes / MIB;
    });
    expect(used).toEqual([1, 1, 2, 5, 1, 0]);
    budget.assertAllReleased();
  });

  it('takes smaller pieces of a smaller budget', () => {
    const budget = new MemoryBudget({ totalBytes: 6400 });
    const memory = new WorkingMemory(budget, taskId(0));
    memory.hold(101);
    expect(budget.executionUsedBytes).toBe(200);
  });

  it('lets blocks make room for it, but for those that are safe', () => {
    const budget = new MemoryBudget({ totalBytes: 8 * MIB });
    const evicted: number[] = [];
    budget.setEvictor((bytes) => {
      evicted.push(bytes / MIB);
      budget.releaseStorage(bytes);
      return bytes;
    });
    expect(budget.acquireStorage(block, 8 * MIB)).toBe(true);
    const memory = new WorkingMemory(budget, taskId(0));
    memory.hold(3 * MIB);
    memory.hold(6 * MIB);
    expect([evicted, budget.executionUsedBytes / MIB, budget.storageUsedBytes / MIB]).toEqual([[3, 1], 4, 4]);
  });

  it('leaves nothing when it is over, however much it was given', () => {
    const budget = new MemoryBudget({ totalBytes: 2 * MIB });
    {
      using memory = new WorkingMemory(budget, taskId(0));
      memory.hold(5 * MIB);
      expect(budget.executionUsedBytes).toBe(2 * MIB);
      memory[Symbol.dispose]();
    }
    budget.assertAllReleased();
  });
});
