import { describe, expect, test } from 'vitest';
import { nodeId, taskId } from '../../../lib/base/ids.ts';
import { type BlockId, broadcastBlockId, rddBlockId } from '../../../storage/block/block-id.ts';
import { type MemoryBlock, MemoryStore } from '../../../storage/block/memory-store.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { itemBatches } from '../../../storage/block/stored-item.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { numbers, rowsOf, WatchedBatches } from '../../support/stored-batches.ts';

const block = (node: number, partition = 0) => rddBlockId(nodeId(node), partition);

/** 1,000 one-byte numbers: 1,000 bytes of columns and some hundred of overhead. */
const thousand = () => new WatchedBatches(numbers(0, 1000).map((n) => n % 100));

class Fixture {
  readonly budget: MemoryBudget;
  readonly store: MemoryStore;
  readonly evicted: BlockId[] = [];
  mayEvict: (block: MemoryBlock) => boolean = () => true;

  constructor(totalBytes: number) {
    this.budget = new MemoryBudget({ totalBytes });
    this.store = new MemoryStore({
      budget: this.budget,
      codec: 'none',
      beforeEviction: (each) => {
        if (!this.mayEvict(each)) return false;
        this.evicted.push(each.id);
        return true;
      },
    });
  }

  put(id: BlockId, level = STORAGE_LEVELS.MEMORY_ONLY): boolean {
    const put = this.store.put(id, level, thousand());
    if (put.kind === 'no-room') put.unrolled.close();
    return put.kind === 'stored';
  }

  read(id: BlockId): unknown[] {
    const found = this.store.find(id);
    if (found === undefined) return [];
    return rowsOf([...this.store.read(found)].flatMap((item) => [...itemBatches(item, id)]));
  }

  get ids(): BlockId[] {
    return [...this.store.blocks()].map(({ id }) => id);
  }

  end(): void {
    for (const id of this.ids) this.store.remove(id);
    expect(this.store.openReads).toBe(0);
    this.budget.assertAllReleased();
  }
}

describe('the memory store', () => {
  test('keeps batches as columns for deserialized levels, as frames for serialized ones', () => {
    const fixture = new Fixture(100_000);
    fixture.put(block(1));
    fixture.put(block(2), STORAGE_LEVELS.MEMORY_ONLY_SER);
    expect(fixture.store.find(block(1))?.items.map(({ kind }) => kind)).toEqual(['columns']);
    expect(fixture.store.find(block(2))?.items.map(({ kind }) => kind)).toEqual(['frames']);
    expect(fixture.read(block(1))).toEqual(fixture.read(block(2)));
    expect(fixture.store.find(block(1))?.rowCount).toBe(1000);
    expect(fixture.budget.storageUsedBytes).toBe(fixture.store.sizeOf(block(1)) + fixture.store.sizeOf(block(2)));
    expect(fixture.store.sizeOf(block(1))).toBeGreaterThan(1000);
    expect(fixture.store.sizeOf(block(1))).toBeLessThan(2000);
    fixture.end();
  });

  test('evicts the least recently used, where reading and writing are uses', () => {
    const fixture = new Fixture(6_000);
    for (const node of [1, 2, 3]) expect(fixture.put(block(node))).toBe(true);
    fixture.read(block(1));
    fixture.put(block(4));
    fixture.put(block(5));
    expect(fixture.evicted).toEqual([block(2), block(3)]);
    expect(fixture.ids).toEqual([block(1), block(4), block(5)]);
    fixture.end();
  });

  test('never evicts a block of the dataset that is being stored', () => {
    const fixture = new Fixture(5_000);
    for (const partition of [0, 1, 2]) expect(fixture.put(block(1, partition))).toBe(true);
    expect(fixture.put(block(1, 3))).toBe(false);
    expect(fixture.put(block(1, 4))).toBe(false);
    expect(fixture.evicted).toEqual([]);
    expect(fixture.ids).toEqual([block(1, 0), block(1, 1), block(1, 2)]);
    expect(fixture.put(broadcastBlockId(0))).toBe(true);
    expect(fixture.evicted).toEqual([block(1, 0)]);
    fixture.end();
  });

  test('never evicts a block that is being read', () => {
    const fixture = new Fixture(5_000);
    for (const node of [1, 2, 3]) fixture.put(block(node));
    const reading = fixture.store.read(fixture.store.find(block(1)) as MemoryBlock);
    for (const node of [2, 3]) fixture.store.find(block(node));
    fixture.put(block(4));
    expect(fixture.evicted).toEqual([block(2)]);
    reading.return?.();
    fixture.put(block(5));
    expect(fixture.evicted).toEqual([block(2), block(1)]);
    fixture.end();
  });

  test('evicts nothing when all that may go is too little', () => {
    const fixture = new Fixture(5_000);
    for (const node of [1, 2]) fixture.put(block(node));
    fixture.put(block(9));
    const huge = fixture.store.put(block(9, 1), STORAGE_LEVELS.MEMORY_ONLY, new WatchedBatches(numbers(0, 9000)));
    expect(huge.kind).toBe('no-room');
    if (huge.kind === 'no-room') huge.unrolled.close();
    expect(fixture.evicted).toEqual([]);
    fixture.end();
  });

  test('keeps a block that cannot leave, and whoever needs the room does without', () => {
    const fixture = new Fixture(5_000);
    for (const node of [1, 2, 3]) fixture.put(block(node));
    fixture.mayEvict = ({ id }) => id !== block(1);
    expect(fixture.put(block(4))).toBe(false);
    expect(fixture.budget.acquireExecution(4_000, taskId(0))).toBeLessThan(4_000);
    fixture.budget.releaseTask(taskId(0));
    expect(fixture.ids).toContain(block(1));
    fixture.end();
  });

  test('gives way to execution beyond the region of storage', () => {
    const fixture = new Fixture(5_000);
    for (const node of [1, 2, 3]) fixture.put(block(node));
    const size = fixture.store.sizeOf(block(1));
    const beyond = 5_000 - 3 * size + 1;
    expect(fixture.budget.acquireExecution(beyond, taskId(0))).toBe(beyond);
    expect(fixture.evicted).toEqual([block(1)]);
    fixture.budget.acquireExecution(5_000, taskId(0));
    expect(fixture.budget.storageUsedBytes).toBe(size);
    fixture.budget.releaseTask(taskId(0));
    fixture.end();
  });

  test('hands back a block that does not fit: what there is, and the rest', () => {
    const fixture = new Fixture(2_000);
    const batches = new WatchedBatches(numbers(0, 500), numbers(500, 500), numbers(1000, 500), numbers(1500, 500));
    const put = fixture.store.put(block(1), STORAGE_LEVELS.MEMORY_ONLY, batches);
    if (put.kind !== 'no-room') throw new RangeError('it fits');
    expect(batches.asked).toBeLessThan(4);
    expect(fixture.store.has(block(1))).toBe(false);
    expect(rowsOf([...put.unrolled.drain()].flatMap((item) => [...itemBatches(item, 'x')]))).toEqual(numbers(0, 2000));
    fixture.end();
  });

  test('keeps nothing of a block whose computation or encoding fails', () => {
    const fixture = new Fixture(100_000);
    const failing = new WatchedBatches([1, 2], new RangeError('mine'));
    expect(() => fixture.store.put(block(1), STORAGE_LEVELS.MEMORY_ONLY, failing)).toThrow('mine');
    const odd = new WatchedBatches([1, 2], [() => 1], [3]);
    expect(() => fixture.store.put(block(1), STORAGE_LEVELS.MEMORY_ONLY_SER, odd)).toThrow('VALUE_NOT_SERIALIZABLE');
    expect(odd.returned).toBe(1);
    expect(fixture.ids).toEqual([]);
    expect(fixture.budget.storageUsedBytes).toBe(0);
    expect(fixture.store.put(block(1), STORAGE_LEVELS.MEMORY_ONLY, new WatchedBatches([() => 1])).kind).toBe('stored');
    fixture.end();
  });

  test('counts a removed block until its last reader is done', () => {
    const fixture = new Fixture(100_000);
    fixture.put(block(1));
    const found = fixture.store.find(block(1)) as MemoryBlock;
    const readers = [fixture.store.read(found), fixture.store.read(found)];
    expect(fixture.store.remove(block(1))).toBe(true);
    expect(fixture.store.remove(block(1))).toBe(false);
    expect(fixture.budget.storageUsedBytes).toBe(found.sizeBytes);
    readers[0]?.return?.();
    readers[0]?.return?.();
    expect(fixture.budget.storageUsedBytes).toBe(found.sizeBytes);
    expect([...(readers[1] ?? [])]).toHaveLength(1);
    fixture.end();
  });

  test('replaces a block that was stored while it was computed', () => {
    const fixture = new Fixture(100_000);
    function* detour() {
      fixture.put(block(1));
      yield* thousand();
    }
    expect(fixture.store.put(block(1), STORAGE_LEVELS.MEMORY_ONLY, detour()).kind).toBe('stored');
    expect(fixture.read(block(1))).toHaveLength(1000);
    expect(() => fixture.put(block(1))).toThrow('INTERNAL');
    fixture.end();
  });
});
