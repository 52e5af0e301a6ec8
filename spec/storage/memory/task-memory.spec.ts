import { describe, expect, it } from 'vitest';
import { nodeId, taskId } from '../../../lib/base/ids.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { type ConsumerMemory, TaskMemory } from '../../../storage/memory/task-memory.ts';

const MIB = 1024 * 1024;
const block = rddBlockId(nodeId(0), 0);

function taskMemory(shareBytes: number, totalBytes = 64 * MIB) {
  const budget = new MemoryBudget({ totalBytes });
  return { budget, memory: new TaskMemory(budget, taskId(0), shareBytes) };
}

/** A consumer that frees what it is asked for, but keeps `kept` bytes; `log` gets what it was asked for. */
function consumer(memory: TaskMemory, name: string, log: string[] = [], kept = 0): ConsumerMemory {
  const own: ConsumerMemory = memory.register({
    name,
    spill: (bytes) => {
      log.push(`${name} ${bytes}`);
      const freed = Math.max(0, own.heldBytes - kept);
      own.noteSpill(freed);
      own.hold(own.heldBytes - freed);
    },
  });
  return own;
}

describe('TaskMemory', () => {
  it('takes what is held from the budget in whole pieces, and gives it back', () => {
    const { budget, memory } = taskMemory(64 * MIB);
    const one = consumer(memory, 'one');
    const used = [1, MIB, MIB + 1, 5 * MIB, 2, 0].map((bytes) => {
      one.hold(bytes);
      return budget.executionUsedBytes / MIB;
    });
    expect(used).toEqual([1, 1, 2, 5, 1, 0]);
    budget.assertAllReleased();
  });

  it('takes smaller pieces of a smaller budget', () => {
    const { budget, memory } = taskMemory(6400, 6400);
    consumer(memory, 'one').hold(101);
    expect(budget.executionUsedBytes).toBe(200);
  });

  it('lets blocks make room for it, but for those that are safe', () => {
    const { budget, memory } = taskMemory(8 * MIB, 8 * MIB);
    const evicted: number[] = [];
    budget.setEvictor((bytes) => {
      evicted.push(bytes / MIB);
      budget.releaseStorage(bytes);
      return bytes;
    });
    expect(budget.acquireStorage(block, 8 * MIB)).toBe(true);
    const one = consumer(memory, 'one');
    one.hold(3 * MIB);
    one.hold(6 * MIB);
    expect([evicted, budget.executionUsedBytes / MIB, budget.storageUsedBytes / MIB]).toEqual([[3, 1], 4, 4]);
  });

  it('tells a consumer to spill once the task holds more than its share, whatever the budget has left', () => {
    const { memory } = taskMemory(100);
    const one = consumer(memory, 'one');
    expect([one.hold(100), one.hold(101), one.hold(60)]).toEqual([true, false, true]);
  });

  it('asks the smallest other consumer that frees enough, else the largest, and again until it is enough', () => {
    const { memory } = taskMemory(100);
    const log: string[] = [];
    const [small, middle, large] = ['small', 'middle', 'large'].map((name) => consumer(memory, name, log));
    small?.hold(10);
    middle?.hold(30);
    large?.hold(50);
    const asking = consumer(memory, 'asking', log);
    expect(asking.hold(30)).toBe(true);
    expect(log).toEqual(['middle 20']);
    log.length = 0;
    expect(asking.hold(100)).toBe(true);
    expect(log).toEqual(['large 60', 'small 10']);
  });

  it('never asks a consumer that holds less than before, nor the one that asks', () => {
    const { memory } = taskMemory(100);
    const log: string[] = [];
    const stubborn = consumer(memory, 'stubborn', log, 1000);
    const asking = consumer(memory, 'asking', log);
    stubborn.hold(90);
    expect(asking.hold(50)).toBe(false);
    expect(log).toEqual(['stubborn 40']);
    expect(asking.hold(40)).toBe(false);
    expect(log).toHaveLength(1);
  });

  it('tells what each consumer held at most and wrote out, and the most of all together', () => {
    const { memory } = taskMemory(100);
    {
      using one = consumer(memory, 'one');
      one.hold(70);
      one.hold(40);
      using two = consumer(memory, 'two');
      two.hold(80);
    }
    consumer(memory, 'three').hold(5);
    expect(memory.uses()).toEqual([
      { name: 'two', peakBytes: 80, spilledBytes: 0 },
      { name: 'one', peakBytes: 70, spilledBytes: 40 },
      { name: 'three', peakBytes: 5, spilledBytes: 0 },
    ]);
    expect(memory.peakBytes).toBe(80);
  });

  it('says in an error who holds how much, the largest first, and what is cached', () => {
    const { budget, memory } = taskMemory(4 * MIB, 8 * MIB);
    expect(memory.limitError('sorting by key', 9 * MIB).params.holders).toBe('nothing');
    budget.acquireStorage(block, MIB);
    consumer(memory, 'small').hold(10);
    consumer(memory, 'large').hold(3 * MIB);
    consumer(memory, 'none');
    const error = memory.limitError('sorting by key', 9 * MIB);
    expect(error.message.split('\n')[0]).toBe(
      'MEMORY_LIMIT: sorting by key needs 9.0 MiB at a time, and its task has 8.0 MiB, of which these hold: ' +
        'large 3.0 MiB, small 10 B, cached blocks 1024.0 KiB',
    );
    expect(error.hint).toContain("raise 'memory'");
  });

  it('reports who holds what when that has changed by a part of the share, and at the end', () => {
    const reports: string[] = [];
    const budget = new MemoryBudget({ totalBytes: 8 * MIB });
    const memory = new TaskMemory(budget, taskId(0), MIB, (holders) => reports.push(holders));
    const one = consumer(memory, 'one');
    for (let kib = 0; kib <= 200; kib += 10) one.hold(kib * 1024);
    expect(reports).toEqual(['one 70.0 KiB', 'one 140.0 KiB']);
    expect(memory.describeSpilled()).toBe('nothing, and holds one 200.0 KiB');
    one.noteSpill(9);
    one[Symbol.dispose]();
    consumer(memory, 'one').noteSpill(4);
    expect(memory.describeSpilled()).toBe('one 13 B');
    memory[Symbol.dispose]();
    expect(reports.slice(2)).toEqual(['nothing', 'nothing']);
  });

  it('leaves nothing when it is over, however much it was given', () => {
    const { budget, memory } = taskMemory(8 * MIB, 2 * MIB);
    consumer(memory, 'one').hold(5 * MIB);
    expect(budget.executionUsedBytes).toBe(2 * MIB);
    memory[Symbol.dispose]();
    memory[Symbol.dispose]();
    budget.assertAllReleased();
  });
});
