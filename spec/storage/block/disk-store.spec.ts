import { describe, expect, test } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId } from '../../../lib/base/ids.ts';
import { type BlockId, rddBlockId } from '../../../storage/block/block-id.ts';
import { DiskStore, type DiskStoreOptions } from '../../../storage/block/disk-store.ts';
import type { StoredItem } from '../../../storage/block/stored-item.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { frameOf, numbers, rowsOf } from '../../support/stored-batches.ts';

const id = rddBlockId(nodeId(0), 0);
const PATH = '/blocks/14/rdd_0_0';

function storeOn(fileSystem: DiskStoreOptions['fileSystem'], options: Partial<DiskStoreOptions> = {}): DiskStore {
  return new DiskStore({ fileSystem, directory: '/blocks', codec: 'none', ...options });
}

const read = (store: DiskStore, block: BlockId = id) => rowsOf(store.open(block).batches());
const batches = (count: number, rows = 100) =>
  Array.from({ length: count }, (_, i) => rowBatch(numbers(1000 * i, rows).map((n) => n * 1_000_003)));

describe('the disk store', () => {
  test('writes a block under a temporary name and renames it', () => {
    const memory = new MemoryFileSystem();
    const fileSystem = new RecordingFileSystem(memory, { base: '/blocks' });
    const sizeBytes = storeOn(fileSystem, { owner: 'w2' }).put(id, [rowBatch(['a', 'b'])]);
    expect(fileSystem.lines).toEqual([
      'makeDirectory 14',
      'overwrite 14/rdd_0_0.w2-0.tmp',
      expect.stringMatching(/^write \d+ 14\/rdd_0_0\.w2-0\.tmp$/),
      'write 40 14/rdd_0_0.w2-0.tmp',
      'rename 14/rdd_0_0.w2-0.tmp -> 14/rdd_0_0',
    ]);
    expect(memory.stat(PATH)?.sizeBytes).toBe(sizeBytes);
    expect(memory.openHandles).toBe(0);
  });

  test('gives back batches and frames, in any mixture', () => {
    const store = storeOn(new MemoryFileSystem());
    const items: StoredItem[] = [
      rowBatch([1, 2, 3, 4], 1, 3),
      { kind: 'frames', bytes: frameOf(['x', { a: 1 }]), rowCount: 2 },
      rowBatch([]),
      rowBatch([undefined, null, Number.NaN]),
    ];
    store.put(id, items);
    expect(read(store)).toEqual([2, 3, 'x', { a: 1 }, undefined, null, Number.NaN]);
    const frames = [...store.open(id).frames()];
    expect(frames.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(7);
    const copy = rddBlockId(nodeId(1), 0);
    store.put(copy, frames);
    expect(read(store, copy)).toEqual(read(store));
  });

  test('keeps an empty block', () => {
    const store = storeOn(new MemoryFileSystem());
    expect(store.put(id, [])).toBeGreaterThan(0);
    expect(store.has(id)).toBe(true);
    expect(read(store)).toEqual([]);
  });

  test('replaces a block that exists', () => {
    const store = storeOn(new MemoryFileSystem());
    store.put(id, [rowBatch(['old'])]);
    store.put(id, [rowBatch(['new'])]);
    expect(read(store)).toEqual(['new']);
  });

  test('reads a large block one chunk at a time, and verifies all of it first', () => {
    const memory = new MemoryFileSystem();
    const fileSystem = new RecordingFileSystem(memory);
    const store = storeOn(fileSystem, { chunkBytes: 2048 });
    store.put(id, batches(20));
    fileSystem.reset();
    const block = store.open(id);
    const whole = fileSystem.bytesRead;
    expect(whole).toBe(block.sizeBytes);
    expect(block.rowCount).toBe(2000);
    const reading = block.batches();
    reading.next();
    expect(fileSystem.bytesRead - whole).toBeLessThanOrEqual(2048);
    expect(memory.openHandles).toBe(1);
    reading.return?.();
    expect(memory.openHandles).toBe(0);
    expect(read(store)).toEqual(rowsOf(batches(20)));
    const sizes = [...store.open(id).frames()].map(({ bytes }) => bytes.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2048);
    expect(sizes.length).toBeLessThanOrEqual(10);
  });

  test('reads a block of one chunk once', () => {
    const fileSystem = new RecordingFileSystem(new MemoryFileSystem());
    const store = storeOn(fileSystem);
    const sizeBytes = store.put(id, batches(3));
    read(store);
    expect(fileSystem.bytesRead).toBe(sizeBytes);
  });

  test('closes a block that is not read', () => {
    const fileSystem = new MemoryFileSystem();
    const store = storeOn(fileSystem);
    store.put(id, batches(2));
    store.open(id).batches().return?.();
    store.open(id).close();
    {
      using _ = store.open(id);
    }
    expect(fileSystem.openHandles).toBe(0);
  });

  test('leaves nothing of a block whose items, records or rename fail', () => {
    const fileSystem = new MemoryFileSystem();
    const store = storeOn(fileSystem, { chunkBytes: 64 });
    let closed = false;
    function* failing(): IterableIterator<StoredItem> {
      try {
        yield* batches(3);
        yield rowBatch([() => 1]);
      } finally {
        closed = true;
      }
    }
    expect(() => store.put(id, failing())).toThrow('VALUE_NOT_SERIALIZABLE');
    expect(closed).toBe(true);
    expect(store.has(id)).toBe(false);
    expect(fileSystem.tree()).toEqual(['/blocks/', '/blocks/14/']);
    fileSystem.makeDirectory(PATH);
    expect(() => store.put(id, batches(1))).toThrow('IO_ERROR');
    expect(store.has(id)).toBe(false);
    expect(fileSystem.tree()).toEqual(['/blocks/', '/blocks/14/', `${PATH}/`]);
    expect(fileSystem.openHandles).toBe(0);
  });

  test('keeps the older block when a newer one fails', () => {
    const store = storeOn(new MemoryFileSystem());
    store.put(id, [rowBatch(['old'])]);
    expect(() => store.put(id, [rowBatch([Symbol('new')])])).toThrow('VALUE_NOT_SERIALIZABLE');
    expect(read(store)).toEqual(['old']);
  });

  test('finds blocks of other stores in its directory, and passes over other names', () => {
    const fileSystem = new MemoryFileSystem();
    storeOn(fileSystem, { owner: '1' }).put(id, batches(1));
    const other = storeOn(fileSystem, { owner: '2' });
    fileSystem.open('/blocks/14/rdd_0_0.1-9.tmp', 'create').close();
    fileSystem.open('/blocks/14/notes', 'create').close();
    expect(other.knows(id)).toBe(false);
    expect(other.has(id)).toBe(true);
    expect(other.sizeOf(id)).toBe(fileSystem.stat(PATH)?.sizeBytes);
    expect(read(other)).toEqual(rowsOf(batches(1)));
    expect(other.knows(id)).toBe(true);
    expect([...other.list()]).toEqual([id]);
    expect(other.remove(id)).toBe(true);
    expect(other.remove(id)).toBe(false);
    expect(other.has(id)).toBe(false);
    expect([...other.list()]).toEqual([]);
  });

  test('looks again where another store may have written or removed a block, and forgets one', () => {
    const fileSystem = new MemoryFileSystem();
    const [store, other] = [storeOn(fileSystem, { owner: '1' }), storeOn(fileSystem, { owner: '2' })];
    const sizeBytes = store.put(id, batches(1));
    expect(other.look(id)).toBe(sizeBytes);
    expect(other.knows(id)).toBe(true);
    const larger = other.put(id, batches(2));
    expect(store.sizeOf(id)).toBe(sizeBytes);
    expect(store.look(id)).toBe(larger);
    store.remove(id);
    expect(other.has(id)).toBe(true);
    expect(other.look(id)).toBe(0);
    expect([other.knows(id), other.has(id), other.remove(id)]).toEqual([false, false, false]);
    store.put(id, batches(1));
    store.forget(id);
    expect(store.knows(id)).toBe(false);
    expect(read(store)).toEqual(rowsOf(batches(1)));
  });

  test('lets readers of a removed block read on', () => {
    const fileSystem = new MemoryFileSystem();
    const store = storeOn(fileSystem, { chunkBytes: 512 });
    store.put(id, batches(5));
    const block = store.open(id);
    store.remove(id);
    expect(rowsOf(block.batches())).toEqual(rowsOf(batches(5)));
    expect(() => store.open(id)).toThrow('FILE_NOT_FOUND');
    expect(fileSystem.openHandles).toBe(0);
  });

  test('has the same bytes for the same records', () => {
    const files = [1, 2].map(() => {
      const fileSystem = new MemoryFileSystem();
      storeOn(fileSystem, { chunkBytes: 700 }).put(id, batches(8));
      return fileSystem.readFile(PATH);
    });
    expect(files[1]).toEqual(files[0]);
  });
});
