/** Managers of several threads over one directory of files. */
import { describe, expect, test } from 'vitest';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId } from '../../../lib/base/ids.ts';
import type { BlockEvent } from '../../../storage/block/block-event.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { BlockManager } from '../../../storage/block/block-manager.ts';
import { DiskStore } from '../../../storage/block/disk-store.ts';
import { type ExportedBlock, exportedBatches } from '../../../storage/block/exported-block.ts';
import { STORAGE_LEVELS, type StorageLevelName } from '../../../storage/block/storage-level.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { numbers, rowsOf } from '../../support/stored-batches.ts';

const node = nodeId(1);
const id = rddBlockId(node, 0);
const ROWS = numbers(0, 1000).map((n) => n * 1_000_003);
const MEMORY_LEVELS = ['MEMORY_ONLY', 'MEMORY_ONLY_SER', 'MEMORY_AND_DISK', 'MEMORY_AND_DISK_SER'] as const;
const DISK_LEVELS = ['DISK_ONLY', 'MEMORY_AND_DISK', 'MEMORY_AND_DISK_SER'] as const;

const memory = (): MemoryFileSystem => new MemoryFileSystem();

class Thread {
  readonly fileSystem: FaultyFileSystem;
  readonly budget: MemoryBudget;
  readonly disk: DiskStore;
  readonly blocks: BlockManager;
  readonly events: BlockEvent[] = [];
  readonly #files: MemoryFileSystem;
  computed = 0;

  constructor(files: MemoryFileSystem, owner: string, totalBytes = 1_000_000) {
    this.#files = files;
    this.fileSystem = new FaultyFileSystem(files);
    this.budget = new MemoryBudget({ totalBytes });
    this.disk = new DiskStore({
      fileSystem: this.fileSystem,
      directory: '/b',
      codec: 'none',
      owner,
      chunkBytes: 1000,
    });
    this.blocks = new BlockManager({
      disk: this.disk,
      budget: this.budget,
      codec: 'none',
      onEvent: (event) => this.events.push(event),
    });
  }

  *compute(rows: readonly unknown[] = ROWS): IterableIterator<Batch> {
    this.computed++;
    for (let from = 0; from < rows.length; from += 100) yield rowBatch(rows, from, Math.min(from + 100, rows.length));
  }

  open(level: StorageLevelName): IterableIterator<Batch> {
    return this.blocks.getOrElseUpdate(id, STORAGE_LEVELS[level], () => this.compute());
  }

  read(level: StorageLevelName): unknown[] {
    return rowsOf(this.open(level));
  }

  /** Pushes everything that can leave memory out of it. */
  squeeze(): void {
    const { totalBytes } = this.budget;
    expect(this.budget.acquireStorage(rddBlockId(nodeId(9), 0), totalBytes)).toBe(true);
    this.budget.releaseStorage(totalBytes);
  }

  get kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  end(): void {
    expect(this.blocks.openReads).toBe(0);
    this.blocks.close();
    this.budget.assertAllReleased();
    expect(this.#files.openHandles).toBe(0);
    expect(this.#files.tree().filter((path) => path.endsWith('.tmp'))).toEqual([]);
  }
}

function flip(files: MemoryFileSystem, path: string): void {
  files.corrupt(path, (bytes) => {
    const at = bytes.length >> 1;
    bytes[at] = (bytes[at] as number) ^ 4;
    return undefined;
  });
}

describe('block managers that share a directory', () => {
  test.each(DISK_LEVELS)('read what another one wrote, verified, without computing it, at %s', (level) => {
    const files = memory();
    const [writer, reader] = [new Thread(files, 'w1', 3_000), new Thread(files, 'w2')];
    writer.read(level);
    expect(reader.blocks.countBlocks(node)).toBe(0);
    expect(reader.blocks.hasBlock(id)).toBe(true);
    expect(reader.read(level)).toEqual(ROWS);
    expect(reader.computed).toBe(0);
    expect(reader.blocks.countBlocks(node)).toBe(1);
    expect(reader.kinds).toEqual(level === 'DISK_ONLY' ? [] : ['reloaded']);
    flip(files, writer.disk.pathOf(id));
    const third = new Thread(files, 'w3');
    expect(third.read(level)).toEqual(ROWS);
    expect(third.computed).toBe(1);
    expect(third.kinds).toEqual(['lost', 'stored']);
    for (const each of [writer, reader, third]) each.end();
  });

  test('read what a thread that died left on disk', () => {
    const files = memory();
    const dead = new Thread(files, 'w1');
    dead.read('MEMORY_AND_DISK');
    dead.squeeze();
    dead.blocks.put(rddBlockId(node, 1), STORAGE_LEVELS.MEMORY_ONLY, dead.compute());
    dead.end();
    const next = new Thread(files, 'w2');
    expect(next.read('MEMORY_AND_DISK')).toEqual(ROWS);
    expect(next.computed).toBe(0);
    expect(next.blocks.hasBlock(rddBlockId(node, 1))).toBe(false);
    next.end();
  });

  test('may write the same block at a time: one whole file stays', () => {
    const files = memory();
    const [a, b] = [new Thread(files, 'w1'), new Thread(files, 'w2')];
    // The second begins, and ends, while the first is at its third batch.
    function* between(): IterableIterator<Batch> {
      let batches = 0;
      for (const batch of a.compute()) {
        if (batches++ === 2) expect(b.read('DISK_ONLY')).toEqual(ROWS);
        yield batch;
      }
    }
    expect(a.blocks.put(id, STORAGE_LEVELS.DISK_ONLY, between())).toBe(true);
    expect([a.computed, b.computed]).toEqual([1, 1]);
    for (const each of [a, b]) {
      expect(each.read('DISK_ONLY')).toEqual(ROWS);
      expect(each.kinds).toEqual(['stored']);
    }
    expect([...a.disk.list()]).toEqual([id]);
    a.end();
    b.end();
  });

  test('read on in a file that another one replaces or removes, and find the new one later', () => {
    const files = memory();
    const [reader, other] = [new Thread(files, 'w1'), new Thread(files, 'w2')];
    reader.read('DISK_ONLY');
    const older = reader.blocks.status(id).diskBytes;
    const reading = reader.open('DISK_ONLY');
    const rows = rowsOf([reading.next().value]);
    const newer = other.disk.put(id, [rowBatch(numbers(0, 3000).map((n) => `row ${n}`))]);
    expect(newer).not.toBe(older);
    rows.push(...rowsOf(reading));
    expect(rows).toEqual(ROWS);
    expect(reader.read('DISK_ONLY').length).toBe(3000);
    expect(reader.blocks.status(id).diskBytes).toBe(newer);
    const last = reader.open('DISK_ONLY');
    last.next();
    other.blocks.remove(id);
    expect(other.events.at(-1)).toEqual({ kind: 'removed', blockId: id, fromDisk: true });
    expect(() => rowsOf(last)).not.toThrow();
    expect(reader.blocks.hasBlock(id)).toBe(false);
    expect(reader.read('DISK_ONLY')).toEqual(ROWS);
    reader.end();
    other.end();
  });

  test('report as lost what they knew to be on disk, and another one removed', () => {
    const files = memory();
    const [a, b] = [new Thread(files, 'w1'), new Thread(files, 'w2')];
    a.read('DISK_ONLY');
    b.blocks.remove(id);
    expect(a.read('DISK_ONLY')).toEqual(ROWS);
    expect(a.kinds).toEqual(['stored', 'lost', 'stored']);
    a.end();
    b.end();
  });

  test('report as lost what they were told is on disk, and was removed before they saw it', () => {
    const files = memory();
    const [a, b] = [new Thread(files, 'w1'), new Thread(files, 'w2')];
    a.read('DISK_ONLY');
    b.blocks.expectOnDisk(id);
    expect(b.read('DISK_ONLY')).toEqual(ROWS);
    expect([b.kinds, b.computed]).toEqual([[], 0]);
    const third = new Thread(files, 'w3');
    third.blocks.expectOnDisk(id);
    a.blocks.remove(id);
    expect(third.read('DISK_ONLY')).toEqual(ROWS);
    expect([third.kinds, third.computed]).toEqual([['lost', 'stored'], 1]);
    for (const each of [a, b, third]) each.end();
  });

  test('write a block that leaves memory only if no file of it is there now', () => {
    const files = memory();
    const [a, b] = [new Thread(files, 'w1'), new Thread(files, 'w2')];
    for (const each of [a, b]) each.blocks.importBlock(exportedFrom('MEMORY_AND_DISK_SER'));
    for (const each of [a, b]) each.squeeze();
    expect(a.kinds).toEqual(['stored', 'dropped-to-disk']);
    expect(b.kinds).toEqual(['stored', 'evicted']);
    expect(b.events[1]).toMatchObject({ diskBytes: files.stat(a.disk.pathOf(id))?.sizeBytes });
    b.read('MEMORY_AND_DISK_SER');
    a.blocks.remove(id);
    b.squeeze();
    expect(b.kinds.slice(2)).toEqual(['reloaded', 'dropped-to-disk']);
    expect(a.read('MEMORY_AND_DISK_SER')).toEqual(ROWS);
    expect(a.computed + b.computed).toBe(0);
    a.end();
    b.end();
  });

  test('drop what they have in memory, and leave the file to its remover', () => {
    const files = memory();
    const [a, b] = [new Thread(files, 'w1'), new Thread(files, 'w2')];
    a.read('MEMORY_AND_DISK');
    a.squeeze();
    for (const each of [a, b]) each.read('MEMORY_AND_DISK');
    b.blocks.dropNode(node);
    b.blocks.dropNode(node);
    expect(b.events.slice(1)).toEqual([{ kind: 'removed', blockId: id, fromDisk: false }]);
    expect(b.blocks.countBlocks(node)).toBe(0);
    expect(b.blocks.hasBlock(id)).toBe(true);
    a.blocks.removeNode(node);
    expect(b.blocks.hasBlock(id)).toBe(false);
    // It has nothing to lose: the block is computed as for the first time.
    b.read('MEMORY_AND_DISK');
    expect(b.kinds.slice(2)).toEqual(['stored']);
    a.end();
    b.end();
  });

  test('tell what has left memory even when its file cannot be removed', () => {
    const files = memory();
    const a = new Thread(files, 'w1');
    a.read('MEMORY_AND_DISK');
    a.squeeze();
    a.read('MEMORY_AND_DISK');
    a.fileSystem.fail({ at: 1, calls: ['removeFile'], errno: 'EIO' });
    expect(() => a.blocks.remove(id)).toThrow('IO_ERROR');
    expect(a.events.at(-1)).toEqual({ kind: 'removed', blockId: id, fromDisk: false });
    flip(files, a.disk.pathOf(id));
    a.fileSystem.fail({ at: 1, calls: ['removeFile'], errno: 'EIO' });
    expect(a.read('MEMORY_AND_DISK')).toEqual(ROWS);
    expect(a.kinds.slice(-2)).toEqual(['lost', 'stored']);
    a.end();
  });
});

function exportedFrom(level: StorageLevelName, rows: readonly unknown[] = ROWS): ExportedBlock {
  const thread = new Thread(memory(), 'w0');
  thread.blocks.put(id, STORAGE_LEVELS[level], thread.compute(rows));
  const exported = thread.blocks.exportBlock(id);
  thread.end();
  return structuredClone(exported) as ExportedBlock;
}

describe('a block of another thread’s memory', () => {
  test.each(MEMORY_LEVELS)('is stored as if it had been computed here, at %s', (level) => {
    const files = memory();
    const [a, b] = [new Thread(files, 'w1'), new Thread(files, 'w2')];
    a.read(level);
    const exported = a.blocks.exportBlock(id) as ExportedBlock;
    expect(b.blocks.importBlock(structuredClone(exported))).toBe('stored');
    expect(b.blocks.importBlock(exported)).toBe('stored');
    expect(b.read(level)).toEqual(ROWS);
    expect(b.computed).toBe(0);
    const { memoryBytes } = b.blocks.status(id);
    expect(memoryBytes).toBe(b.budget.storageUsedBytes);
    expect(b.events).toEqual([{ kind: 'stored', blockId: id, memoryBytes, diskBytes: 0 }]);
    expect(b.blocks.countBlocks(node)).toBe(1);
    b.squeeze();
    expect(b.kinds.at(-1)).toBe(STORAGE_LEVELS[level].useDisk ? 'dropped-to-disk' : 'evicted');
    a.end();
    b.end();
  });

  test('is none when it is not in memory', () => {
    const a = new Thread(memory(), 'w1');
    expect(a.blocks.exportBlock(id)).toBeUndefined();
    a.read('DISK_ONLY');
    expect(a.blocks.exportBlock(id)).toBeUndefined();
    a.end();
  });

  test('is not stored without room, and read all the same', () => {
    for (const level of ['MEMORY_ONLY', 'MEMORY_ONLY_SER'] as const) {
      const b = new Thread(memory(), 'w2', 3_000);
      const exported = exportedFrom(level);
      expect(b.blocks.importBlock(exported)).toBe('no-room');
      expect(b.kinds).toEqual(['not-stored']);
      expect(b.budget.storageUsedBytes).toBe(0);
      expect(rowsOf(exportedBatches(exported))).toEqual(ROWS);
      b.end();
    }
  });

  test('goes to disk without room, unless it is there already', () => {
    for (const level of ['MEMORY_AND_DISK', 'MEMORY_AND_DISK_SER'] as const) {
      const files = memory();
      const [b, c] = [new Thread(files, 'w2', 3_000), new Thread(files, 'w3', 3_000)];
      const exported = exportedFrom(level);
      expect(b.blocks.importBlock(exported)).toBe('stored');
      expect(b.kinds).toEqual(['stored']);
      expect(c.blocks.importBlock(exported)).toBe('stored');
      expect(c.kinds).toEqual([]);
      expect(c.blocks.countBlocks(node)).toBe(1);
      for (const each of [b, c]) expect(each.read(level)).toEqual(ROWS);
      expect(b.computed + c.computed).toBe(0);
      b.end();
      c.end();
    }
  });

  test('is unreadable when it is damaged, and leaves nothing', () => {
    for (const level of MEMORY_LEVELS) {
      const b = new Thread(memory(), 'w2');
      const exported = exportedFrom(level);
      const bytes = new Uint8Array(exported.bytes);
      bytes[bytes.length - 9] = (bytes[bytes.length - 9] as number) ^ 1;
      expect(b.blocks.importBlock(exported)).toBe('unreadable');
      expect(b.events).toEqual([]);
      expect(b.blocks.hasBlock(id)).toBe(false);
      expect(b.read(level)).toEqual(ROWS);
      b.end();
    }
  });

  test('fails when it cannot be written, with nothing stored', () => {
    const b = new Thread(memory(), 'w2', 3_000);
    b.fileSystem.fillAfter(100);
    expect(() => b.blocks.importBlock(exportedFrom('MEMORY_AND_DISK'))).toThrow('DISK_FULL');
    expect(b.events).toEqual([]);
    b.end();
  });
});
