import { describe, expect, test } from 'vitest';
import { framesChecksum } from '../../../formats/record/frame-header.ts';
import { ChunkWriter } from '../../../storage/spill/chunk-writer.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { frameOf, framesOf } from '../../support/stored-batches.ts';

/** A frame of one record. */
const one = (value: number): Uint8Array => frameOf([value]);
const sum = (frames: Uint8Array, seed = 0) => framesChecksum(frames, seed);

describe('a chunk writer', () => {
  test('writes what was gathered in one call, and keeps its directory', () => {
    const fileSystem = new RecordingFileSystem(new MemoryFileSystem(), { base: '/' });
    const size = one(1).length;
    const options = { fileSystem, path: '/f', flushBytes: 3 * size, chunkBytes: 100 * size };
    const writer = new ChunkWriter(options);
    writer.append(0, one(1), 1);
    writer.append(0, one(2), 1);
    writer.append(2, framesOf([3], [4]), 2);
    writer.append(2, new Uint8Array(0), 0);
    writer.append(5, one(5), 1);
    expect(writer.sizeBytes).toBe(5 * size);
    writer.close(Uint8Array.of(8, 9));
    expect(fileSystem.lines).toEqual(['overwrite f', `write ${4 * size} f`, `write ${size + 2} f`]);
    expect(fileSystem.readFile('/f')).toEqual(Uint8Array.from([...framesOf([1], [2], [3], [4], [5]), 8, 9]));
    expect(writer.chunks).toEqual([
      { partition: 0, rowCount: 2, sizeBytes: 2 * size, checksum: sum(framesOf([1], [2])) },
      { partition: 2, rowCount: 2, sizeBytes: 2 * size, checksum: sum(framesOf([3], [4])) },
      { partition: 5, rowCount: 1, sizeBytes: size, checksum: sum(one(5)) },
    ]);
  });

  test('joins appends up to the length of a chunk', () => {
    const writer = new ChunkWriter({ fileSystem: new MemoryFileSystem(), path: '/f', chunkBytes: 200, seed: 77 });
    const frame = frameOf([1, 2, 3]);
    for (let i = 0; i < 10; i++) writer.append(0, frame, 3);
    const perChunk = Math.floor(200 / frame.length);
    expect(writer.chunks.slice(0, -1).every(({ rowCount }) => rowCount === 3 * perChunk)).toBe(true);
    expect(writer.chunks.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(30);
    expect(writer.chunks[0]?.checksum).toBe(sum(framesOf(...new Array<number[]>(perChunk).fill([1, 2, 3])), 77));
    writer.abort();
  });

  test('cuts long appends between their frames', () => {
    const length = frameOf([1, 2, 3]).length;
    const writer = new ChunkWriter({ fileSystem: new MemoryFileSystem(), path: '/f', chunkBytes: 2 * length });
    writer.append(1, framesOf([1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 2, 3], [4]), 13);
    expect(writer.chunks.map(({ rowCount }) => rowCount)).toEqual([6, 6, 1]);
    expect(() => writer.append(1, framesOf([1, 2, 3], [4, 5, 6], [7, 8, 9]), 8)).toThrow('INTERNAL');
    writer.abort();
    const tiny = new ChunkWriter({ fileSystem: new MemoryFileSystem(), path: '/f', chunkBytes: 1 });
    tiny.append(1, framesOf([1, 2, 3], [4, 5, 6]), 6);
    expect(tiny.chunks.map(({ rowCount }) => rowCount)).toEqual([3, 3]);
    tiny.abort();
  });

  test('keeps appends apart when chunks have no length', () => {
    const writer = new ChunkWriter({ fileSystem: new MemoryFileSystem(), path: '/f', chunkBytes: 0 });
    writer.append(0, one(1), 1);
    writer.append(0, one(2), 1);
    expect(writer.chunks.length).toBe(2);
    writer.abort();
  });

  test('makes no file for nothing, and leaves none when it is aborted or dropped', () => {
    const fileSystem = new MemoryFileSystem();
    new ChunkWriter({ fileSystem, path: '/a' }).close();
    const aborted = new ChunkWriter({ fileSystem, path: '/b' });
    aborted.append(0, one(1), 1);
    aborted.flush();
    expect(fileSystem.tree()).toEqual(['/b']);
    aborted.abort();
    {
      using dropped = new ChunkWriter({ fileSystem, path: '/c', flushBytes: 1 });
      dropped.append(0, one(1), 1);
      expect(fileSystem.tree()).toEqual(['/c']);
    }
    expect(fileSystem.tree()).toEqual([]);
    expect(fileSystem.openHandles).toBe(0);
  });

  test('refuses partitions that go back, and writes after its end', () => {
    const writer = new ChunkWriter({ fileSystem: new MemoryFileSystem(), path: '/f' });
    writer.append(3, one(1), 1);
    expect(() => writer.append(2, one(1), 1)).toThrow('INTERNAL');
    writer.close();
    expect(() => writer.append(3, one(1), 1)).toThrow('INTERNAL');
    expect(() => writer.close()).toThrow('INTERNAL');
  });

  test('refuses more records in a chunk than it can say', () => {
    const writer = new ChunkWriter({ fileSystem: new MemoryFileSystem(), path: '/f' });
    expect(() => writer.append(0, one(1), 2 ** 32)).toThrow('LIMIT_EXCEEDED');
    writer.append(0, one(1), 2 ** 32 - 1);
    writer.append(0, one(1), 1);
    expect(writer.chunks.length).toBe(2);
    writer.abort();
  });

  test('puts a header before the chunks, also when there are none', () => {
    const fileSystem = new MemoryFileSystem();
    const header = Uint8Array.of(1, 2, 3);
    const writer = new ChunkWriter({ fileSystem, path: '/f', header });
    writer.append(0, one(7), 1);
    expect(writer.sizeBytes).toBe(one(7).length);
    writer.close();
    expect(fileSystem.readFile('/f')).toEqual(Uint8Array.from([...header, ...one(7)]));
    const empty = new ChunkWriter({ fileSystem, path: '/empty', header });
    empty.close();
    expect(empty.hasFile).toBe(true);
    expect(fileSystem.readFile('/empty')).toEqual(header);
  });
});
