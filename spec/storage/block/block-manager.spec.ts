import { describe, expect, test } from 'vitest';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { nodeId, taskId } from '../../../lib/base/ids.ts';
import type { BlockEvent } from '../../../storage/block/block-event.ts';
import { type BlockId, rddBlockId } from '../../../storage/block/block-id.ts';
import { BlockManager } from '../../../storage/block/block-manager.ts';
import { DiskStore } from '../../../storage/block/disk-store.ts';
import { STORAGE_LEVELS, type StorageLevelName } from '../../../storage/block/storage-level.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { numbers, rowsOf, WatchedBatches } from '../../support/stored-batches.ts';

const id = rddBlockId(nodeId(1), 0);
const block = (node: number, partition = 0) => rddBlockId(nodeId(node), partition);
const ROWS = numbers(0, 1000).map((n) => n * 1_000_003);
const LEVELS = ['MEMORY_ONLY', 'MEMORY_ONLY_SER', 'MEMORY_AND_DISK', 'MEMORY_AND_DISK_SER', 'DISK_ONLY'] as const;

class Fixture {
  readonly memory = new MemoryFileSystem();
  readonly fileSystem = new FaultyFileSystem(this.memory);
  readonly budget: MemoryBudget;
  readonly disk: DiskStore;
  readonly blocks: BlockManager;
  readonly events: BlockEvent[] = [];
  computed = 0;

  constructor(totalBytes = 1_000_000) {
    this.budget = new MemoryBudget({ totalBytes });
    this.disk = new DiskStore({ fileSystem: this.fileSystem, directory: '/b', codec: 'none', chunkBytes: 1000 });
    this.blocks = new BlockManager({
      disk: this.disk,
      budget: this.budget,
      codec: 'none',
      onEvent: (event) => this.events.push(event),
    });
  }

  /** A thousand numbers in ten batches, unless other rows are given. */
  readonly compute = (rows: readonly unknown[] = ROWS): IterableIterator<Batch> => {
    this.computed++;
    const size = Math.max(1, Math.ceil(rows.length / 10));
    const starts = numbers(0, Math.ceil(rows.length / size)).map((i) => i * size);
    return starts.map((start) => rowBatch(rows, start, Math.min(start + size, rows.length))).values();
  };

  open(level: StorageLevelName, of: BlockId = id): IterableIterator<Batch> {
    return this.blocks.getOrElseUpdate(of, STORAGE_LEVELS[level], () => this.compute());
  }

  read(level: StorageLevelName, of: BlockId = id): unknown[] {
    return rowsOf(this.open(level, of));
  }

  get kinds(): string[] {
    return this.events.map(({ kind, blockId }) => `${kind} ${blockId}`);
  }

  damage(of: BlockId = id): void {
    this.memory.corrupt(this.disk.pathOf(of), (bytes) => {
      const at = bytes.length >> 1;
      bytes[at] = (bytes[at] as number) ^ 4;
      return undefined;
    });
  }

  end(): void {
    expect(this.blocks.openReads).toBe(0);
    this.blocks.close();
    this.budget.assertAllReleased();
    expect(this.memory.openHandles).toBe(0);
    expect(this.memory.tree().filter((path) => path.endsWith('.tmp'))).toEqual([]);
  }
}

describe('a block manager', () => {
  test.each(LEVELS)('computes a block at %s once', (level) => {
    const fixture = new Fixture();
    expect(fixture.read(level)).toEqual(ROWS);
    expect(fixture.read(level)).toEqual(ROWS);
    expect(fixture.computed).toBe(1);
    expect(fixture.kinds).toEqual([`stored ${id}`]);
    const { memoryBytes, diskBytes } = fixture.blocks.status(id);
    expect([memoryBytes > 0, diskBytes > 0]).toEqual([level !== 'DISK_ONLY', level === 'DISK_ONLY']);
    expect(fixture.blocks.nodeStatus(nodeId(1))).toEqual({ cachedPartitions: 1, memoryBytes, diskBytes });
    expect(rowsOf(fixture.blocks.get(id) ?? [])).toEqual(ROWS);
    fixture.end();
  });

  test('stores nothing at level NONE', () => {
    const fixture = new Fixture();
    fixture.read('NONE');
    expect(fixture.read('NONE')).toEqual(ROWS);
    expect(fixture.computed).toBe(2);
    expect(fixture.blocks.hasBlock(id)).toBe(false);
    expect(fixture.events).toEqual([]);
    fixture.end();
  });

  test.each(LEVELS)('stores a block without records at %s', (level) => {
    const fixture = new Fixture();
    for (let i = 0; i < 2; i++) {
      const batches = fixture.blocks.getOrElseUpdate(id, STORAGE_LEVELS[level], () => fixture.compute([]));
      expect(rowsOf(batches)).toEqual([]);
    }
    expect(fixture.computed).toBe(1);
    fixture.end();
  });

  test('does nothing before its iterator is asked', () => {
    const fixture = new Fixture();
    fixture.open('MEMORY_ONLY').return?.();
    expect(fixture.computed).toBe(0);
    fixture.end();
  });

  test.each(['MEMORY_AND_DISK', 'MEMORY_AND_DISK_SER'] as const)('puts on disk what does not fit, at %s', (level) => {
    const fixture = new Fixture(3_000);
    expect(fixture.read(level)).toEqual(ROWS);
    expect(fixture.kinds).toEqual([`stored ${id}`]);
    expect(fixture.blocks.status(id).memoryBytes).toBe(0);
    expect(fixture.blocks.status(id).diskBytes).toBeGreaterThan(4_000);
    expect(fixture.read(level)).toEqual(ROWS);
    expect(fixture.computed).toBe(1);
    fixture.end();
  });

  test.each(['MEMORY_ONLY', 'MEMORY_ONLY_SER'] as const)('hands on uncached what does not fit, at %s', (level) => {
    const fixture = new Fixture(3_000);
    expect(fixture.read(level)).toEqual(ROWS);
    expect(fixture.read(level)).toEqual(ROWS);
    expect(fixture.computed).toBe(2);
    expect(fixture.kinds).toEqual([`not-stored ${id}`, `not-stored ${id}`]);
    expect(fixture.blocks.status(id)).toEqual({ memoryBytes: 0, diskBytes: 0 });
    fixture.end();
  });

  test.each(LEVELS)('leaves nothing behind when the consumer stops, at %s', (level) => {
    for (const totalBytes of [3_000, 1_000_000]) {
      for (let taken = 1; taken < 12; taken++) {
        const fixture = new Fixture(totalBytes);
        let left = taken;
        for (const _ of fixture.open(level)) if (--left === 0) break;
        expect(fixture.blocks.openReads).toBe(0);
        expect(fixture.memory.openHandles).toBe(0);
        const { memoryBytes, diskBytes } = fixture.blocks.status(id);
        expect(fixture.budget.storageUsedBytes).toBe(memoryBytes);
        // A block is stored before its first record is handed out: whole, or not at all.
        const computed = fixture.computed;
        expect(fixture.read(level)).toEqual(ROWS);
        expect(fixture.computed).toBe(memoryBytes + diskBytes > 0 ? computed : computed + 1);
        fixture.end();
      }
    }
  });

  test('closes the computation of a block that is handed on uncached', () => {
    const fixture = new Fixture(3_000);
    const source = new WatchedBatches(ROWS, ROWS, ROWS, ROWS);
    for (const _ of fixture.blocks.getOrElseUpdate(id, STORAGE_LEVELS.MEMORY_ONLY, () => source)) break;
    expect(source.returned).toBe(1);
    fixture.end();
  });

  test.each(LEVELS)('stores nothing when computing fails, at %s', (level) => {
    for (const totalBytes of [3_000, 1_000_000]) {
      const fixture = new Fixture(totalBytes);
      const source = new WatchedBatches(ROWS, ROWS, new RangeError('mine'));
      const batches = fixture.blocks.getOrElseUpdate(id, STORAGE_LEVELS[level], () => source);
      expect(() => rowsOf(batches)).toThrow('mine');
      expect(fixture.blocks.hasBlock(id)).toBe(false);
      expect(fixture.budget.storageUsedBytes).toBe(0);
      expect(fixture.read(level)).toEqual(ROWS);
      fixture.end();
    }
  });

  test('gives everything back when what does not fit cannot be written either', () => {
    for (const calls of [['makeDirectory'], ['open'], ['write'], ['rename']] as const) {
      const fixture = new Fixture(3_000);
      // The first file that is opened is the block, to be read: it is not there.
      fixture.fileSystem.fail({ at: calls[0] === 'open' ? 2 : 1, calls, errno: 'ENOSPC' });
      const source = new WatchedBatches(...numbers(0, 10).map((i) => ROWS.slice(100 * i, 100 * i + 100)));
      const batches = fixture.blocks.getOrElseUpdate(id, STORAGE_LEVELS.MEMORY_AND_DISK, () => source);
      expect(() => rowsOf(batches)).toThrow('DISK_FULL');
      expect(fixture.budget.storageUsedBytes).toBe(0);
      expect(source.asked).toBeGreaterThanOrEqual(10);
      expect(fixture.blocks.hasBlock(id)).toBe(false);
      expect(fixture.read('MEMORY_AND_DISK')).toEqual(ROWS);
      fixture.end();
    }
  });

  test('cannot store at a serialized or disk level what cannot be serialized, and says so', () => {
    const fixture = new Fixture();
    const read = (level: StorageLevelName) =>
      rowsOf(fixture.blocks.getOrElseUpdate(id, STORAGE_LEVELS[level], () => fixture.compute([() => 1])));
    expect(() => read('MEMORY_ONLY_SER')).toThrow('VALUE_NOT_SERIALIZABLE');
    expect(() => read('DISK_ONLY')).toThrow('VALUE_NOT_SERIALIZABLE');
    expect(read('MEMORY_ONLY')).toHaveLength(1);
    fixture.end();
  });

  test('drops blocks to disk when their level says so, and forgets them otherwise', () => {
    const fixture = new Fixture(18_000);
    fixture.read('MEMORY_AND_DISK', block(1));
    fixture.read('MEMORY_ONLY', block(2));
    fixture.read('MEMORY_ONLY', block(3));
    fixture.read('MEMORY_ONLY', block(4));
    expect(fixture.kinds).toEqual([
      `stored ${block(1)}`,
      `stored ${block(2)}`,
      `dropped-to-disk ${block(1)}`,
      `stored ${block(3)}`,
      `evicted ${block(2)}`,
      `stored ${block(4)}`,
    ]);
    expect(fixture.blocks.nodeStatus(nodeId(2))).toEqual({ cachedPartitions: 0, memoryBytes: 0, diskBytes: 0 });
    expect(fixture.blocks.nodeStatus(nodeId(1)).cachedPartitions).toBe(1);
    expect(fixture.computed).toBe(4);
    // Back to memory it goes, and out again without being written a second time.
    expect(fixture.read('MEMORY_AND_DISK', block(1))).toEqual(ROWS);
    expect(fixture.kinds.slice(6)).toEqual([`evicted ${block(3)}`, `reloaded ${block(1)}`]);
    fixture.read('MEMORY_ONLY', block(4));
    fixture.read('MEMORY_ONLY', block(5));
    expect(fixture.kinds.slice(8)).toEqual([`evicted ${block(1)}`, `stored ${block(5)}`]);
    expect(fixture.computed).toBe(5);
    fixture.end();
  });

  test('keeps in memory a block that cannot be written to disk', () => {
    const fixture = new Fixture(7_000);
    fixture.read('MEMORY_AND_DISK', block(1));
    fixture.fileSystem.fillAfter(100);
    expect(fixture.read('MEMORY_ONLY', block(2))).toEqual(ROWS);
    expect(fixture.kinds.slice(1)).toContain(`drop-failed ${block(1)}`);
    expect(fixture.kinds.slice(1)).toContain(`not-stored ${block(2)}`);
    expect(fixture.read('MEMORY_AND_DISK', block(1))).toEqual(ROWS);
    expect(fixture.computed).toBe(2);
    expect(fixture.budget.acquireExecution(7_000, taskId(0))).toBeLessThan(3_500);
    fixture.budget.releaseTask(taskId(0));
    fixture.end();
  });

  test.each(['DISK_ONLY', 'MEMORY_AND_DISK', 'MEMORY_AND_DISK_SER'] as const)(
    'computes a damaged or missing block again, at %s',
    (level) => {
      const fixture = new Fixture(3_000);
      fixture.read(level);
      fixture.damage();
      expect(fixture.read(level)).toEqual(ROWS);
      expect(fixture.kinds).toEqual([`stored ${id}`, `lost ${id}`, `stored ${id}`]);
      expect(fixture.events[1]).toMatchObject({ path: fixture.disk.pathOf(id) });
      fixture.memory.removeFile(fixture.disk.pathOf(id));
      expect(fixture.read(level)).toEqual(ROWS);
      expect(fixture.computed).toBe(3);
      fixture.damage();
      expect(fixture.blocks.get(id)).toBeUndefined();
      expect(fixture.blocks.hasBlock(id)).toBe(false);
      fixture.end();
    },
  );

  test('raises BLOCK_LOST when a block is damaged while it is read, and computes it again for the next', () => {
    const fixture = new Fixture();
    fixture.read('DISK_ONLY');
    const batches = fixture.open('DISK_ONLY');
    const rows = rowsOf([batches.next().value]);
    fixture.damage();
    let error: unknown;
    try {
      for (const batch of batches) rows.push(...rowsOf([batch]));
    } catch (caught) {
      error = caught;
    }
    expect(CairnError.is(error, 'BLOCK_LOST') && error.kind).toBe('corruption');
    expect(rows).toEqual(ROWS.slice(0, rows.length));
    expect(fixture.read('DISK_ONLY')).toEqual(ROWS);
    expect(fixture.computed).toBe(2);
    fixture.end();
  });

  test('computes again when what it has just written is lost before it is read', () => {
    const fixture = new Fixture();
    // Read calls are those of the block just written: the first sees a flipped bit.
    fixture.fileSystem.flipBitOnRead(1, 5);
    expect(fixture.read('DISK_ONLY')).toEqual(ROWS);
    expect(fixture.kinds).toEqual([`stored ${id}`, `lost ${id}`]);
    expect(fixture.computed).toBe(2);
    fixture.end();
  });

  test('passes on errors that computing again would not help', () => {
    const fixture = new Fixture();
    fixture.read('DISK_ONLY');
    fixture.fileSystem.fail({ at: 1, calls: ['open'], errno: 'EMFILE' });
    expect(() => fixture.read('DISK_ONLY')).toThrow('TOO_MANY_OPEN_FILES');
    expect(fixture.read('DISK_ONLY')).toEqual(ROWS);
    expect(fixture.computed).toBe(1);
    fixture.end();
  });

  test('puts a block once', () => {
    const fixture = new Fixture(11_000);
    const again = new WatchedBatches(['other']);
    expect(fixture.blocks.put(id, STORAGE_LEVELS.MEMORY_AND_DISK, fixture.compute())).toBe(true);
    expect(fixture.blocks.put(id, STORAGE_LEVELS.MEMORY_AND_DISK, again)).toBe(true);
    expect([again.asked, again.returned]).toEqual([1, 1]);
    expect(rowsOf(fixture.blocks.get(id) ?? [])).toEqual(ROWS);
    expect(fixture.blocks.put(block(1, 1), STORAGE_LEVELS.MEMORY_ONLY, fixture.compute(numbers(0, 5000)))).toBe(false);
    expect(fixture.blocks.hasBlock(block(1, 1))).toBe(false);
    expect(() => fixture.blocks.put(block(3), STORAGE_LEVELS.NONE, fixture.compute())).toThrow('INTERNAL');
    fixture.end();
  });

  test('removes a block, while others read it too', () => {
    for (const level of LEVELS) {
      const fixture = new Fixture();
      const reading = fixture.open(level);
      const rows = rowsOf([reading.next().value]);
      fixture.blocks.remove(id);
      fixture.blocks.remove(id);
      expect(fixture.kinds.slice(1)).toEqual([`removed ${id}`]);
      expect(fixture.blocks.hasBlock(id)).toBe(false);
      rows.push(...rowsOf(reading));
      expect(rows).toEqual(ROWS);
      expect(fixture.budget.storageUsedBytes).toBe(0);
      fixture.end();
    }
  });

  test('removes all blocks of a dataset, those of other threads too', () => {
    const fixture = new Fixture();
    const disk = new DiskStore({ fileSystem: fixture.memory, directory: '/b', codec: 'none', owner: 'other' });
    disk.put(block(1, 5), fixture.compute());
    for (const partition of [0, 1]) fixture.read('MEMORY_ONLY', block(1, partition));
    fixture.read('DISK_ONLY', block(1, 2));
    fixture.read('DISK_ONLY', block(11, 0));
    expect(fixture.blocks.nodeStatus(nodeId(1)).cachedPartitions).toBe(3);
    fixture.blocks.removeNode(nodeId(1));
    expect([...disk.list()]).toEqual([block(11, 0)]);
    expect(fixture.blocks.nodeStatus(nodeId(1)).cachedPartitions).toBe(0);
    expect(fixture.read('DISK_ONLY', block(11, 0))).toEqual(ROWS);
    fixture.end();
  });

  test('finds what another thread wrote to the directory', () => {
    const fixture = new Fixture();
    const disk = new DiskStore({ fileSystem: fixture.memory, directory: '/b', codec: 'none', owner: 'other' });
    disk.put(id, fixture.compute());
    expect(rowsOf(fixture.blocks.get(id) ?? [])).toEqual(ROWS);
    expect(fixture.read('MEMORY_AND_DISK')).toEqual(ROWS);
    expect(fixture.computed).toBe(1);
    expect(fixture.events).toContainEqual(expect.objectContaining({ kind: 'reloaded' }));
    fixture.end();
  });

  test('says that there is no such block', () => {
    const fixture = new Fixture();
    expect(fixture.blocks.get(id)).toBeUndefined();
    expect(fixture.blocks.hasBlock(id)).toBe(false);
    expect(fixture.blocks.status(id)).toEqual({ memoryBytes: 0, diskBytes: 0 });
    expect(fixture.events).toEqual([]);
    fixture.end();
  });

  test('closes a block that is got and not read', () => {
    const fixture = new Fixture(3_000);
    fixture.read('MEMORY_AND_DISK');
    fixture.blocks.get(id)?.return?.();
    const roomy = new Fixture();
    roomy.read('MEMORY_ONLY');
    roomy.blocks.get(id)?.return?.();
    fixture.end();
    roomy.end();
  });

  test('reads a cached parent while it computes a cached child', () => {
    const fixture = new Fixture(9_000);
    const parent = block(1);
    const child = () =>
      fixture.blocks.getOrElseUpdate(block(2), STORAGE_LEVELS.MEMORY_ONLY, () => fixture.open('MEMORY_ONLY', parent));
    expect(rowsOf(child())).toEqual(ROWS);
    expect(fixture.blocks.status(parent).memoryBytes).toBeGreaterThan(0);
    expect(rowsOf(child())).toEqual(ROWS);
    fixture.end();
  });
});
