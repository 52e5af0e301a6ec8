import { describe, expect, test } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId } from '../../../lib/base/ids.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import { DiskBlock } from '../../../storage/block/disk-block.ts';
import { DiskStore } from '../../../storage/block/disk-store.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { numbers, rowsOf } from '../../support/stored-batches.ts';

const id = rddBlockId(nodeId(0), 0);

function blockOf(chunkBytes: number) {
  const fileSystem = new MemoryFileSystem();
  const store = new DiskStore({ fileSystem, directory: '/b', codec: 'none', chunkBytes });
  store.put(
    id,
    numbers(0, 10).map((i) => rowBatch(numbers(100 * i, 100))),
  );
  return { fileSystem, path: store.pathOf(id) };
}

describe('an open disk block', () => {
  test.each([256, 1 << 20])('gives its batches and its frames, with chunks of %d bytes', (chunkBytes) => {
    const { fileSystem, path } = blockOf(chunkBytes);
    expect(rowsOf(DiskBlock.open(fileSystem, path, id).batches())).toEqual(numbers(0, 1000));
    const frames = [...DiskBlock.open(fileSystem, path, id).frames()];
    expect(frames.map(({ rowCount }) => rowCount).reduce((a, b) => a + b)).toBe(1000);
    expect(fileSystem.openHandles).toBe(0);
  });

  test.each([256, 1 << 20])('is not opened when damaged anywhere, with chunks of %d bytes', (chunkBytes) => {
    const { fileSystem, path } = blockOf(chunkBytes);
    const size = fileSystem.stat(path)?.sizeBytes as number;
    for (const at of [0, Math.floor(size / 3), Math.floor(size / 2), size - 100, size - 1]) {
      const flip = (bytes: Uint8Array): undefined => {
        bytes[at] = (bytes[at] as number) ^ 0x10;
      };
      fileSystem.corrupt(path, flip);
      expect(() => DiskBlock.open(fileSystem, path, id)).toThrow('CORRUPT_FILE');
      fileSystem.corrupt(path, flip);
    }
    expect(rowsOf(DiskBlock.open(fileSystem, path, id).batches())).toHaveLength(1000);
    expect(fileSystem.openHandles).toBe(0);
  });

  test('raises damage that came after it was opened, before any record of the chunk', () => {
    const { fileSystem, path } = blockOf(256);
    const batches = DiskBlock.open(fileSystem, path, id).batches();
    const first = rowsOf([batches.next().value]);
    fileSystem.corrupt(path, (bytes) => bytes.fill(0, 300, 2000));
    const rows: unknown[] = [...first];
    expect(() => {
      for (const batch of batches) rows.push(...rowsOf([batch]));
    }).toThrow('CORRUPT_FILE');
    expect(rows).toEqual(numbers(0, rows.length));
    expect(fileSystem.openHandles).toBe(0);
  });

  test('is not opened under the name of another block', () => {
    const { fileSystem, path } = blockOf(1 << 20);
    expect(() => DiskBlock.open(fileSystem, path, rddBlockId(nodeId(0), 1))).toThrow('CORRUPT_FILE');
  });
});
