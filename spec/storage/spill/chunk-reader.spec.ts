import { describe, expect, test } from 'vitest';
import { framesChecksum } from '../../../formats/record/frame-header.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { decodeChunk, readChunk, readChunks, readChunkToDecode } from '../../../storage/spill/chunk-reader.ts';
import type { PlacedChunk } from '../../../storage/spill/chunk-table.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { framesOf, rowsOf } from '../../support/stored-batches.ts';

const stored = framesOf([1, 2], ['a', 'b', 'c']);
const chunk: PlacedChunk = {
  partition: 0,
  rowCount: 5,
  sizeBytes: stored.length,
  checksum: framesChecksum(stored, 9) as number,
  offset: 3,
};

function openFile(...parts: readonly Uint8Array[]) {
  const fileSystem = new MemoryFileSystem();
  using file = fileSystem.open('/f', 'create');
  file.write(...parts);
  return fileSystem.open('/f', 'read');
}

describe('reading chunks', () => {
  test('gives the records where the directory says they are', () => {
    using file = openFile(Uint8Array.of(1, 2, 3), stored);
    expect(rowsOf(readChunks(file, [chunk], 9))).toEqual([1, 2, 'a', 'b', 'c']);
  });

  test('reads into a buffer that is large enough, and else into a new one', () => {
    using file = openFile(Uint8Array.of(1, 2, 3), stored);
    const large = new Uint8Array(stored.length + 10);
    expect(readChunk(file, chunk, 9, large).buffer).toBe(large.buffer);
    const small = new Uint8Array(stored.length - 1);
    expect(readChunk(file, chunk, 9, small)).toEqual(stored);
  });

  test('names path, offset, expected and found when the file is short or different', () => {
    using short = openFile(Uint8Array.of(1, 2, 3), stored.subarray(0, -1));
    expect(() => readChunk(short, chunk, 9)).toThrow(
      new CairnError('CORRUPT_FILE', {
        path: '/f',
        offset: 3 + stored.length - 1,
        expected: '1 more bytes',
        found: 'the end of the file',
      }),
    );
    using shifted = openFile(Uint8Array.of(1, 2, 3, 4), stored);
    expect(() => readChunk(shifted, chunk, 9)).toThrow(
      'CORRUPT_FILE: /f is damaged at byte 3: expected frames with checksum',
    );
    using right = openFile(Uint8Array.of(1, 2, 3), stored);
    expect(() => readChunk(right, chunk, 8)).toThrow('CORRUPT_FILE');
  });

  test('verifies every byte, unless decoding will', () => {
    for (let at = 0; at < stored.length; at++) {
      const damaged = stored.slice();
      damaged[at] = (damaged[at] as number) ^ 4;
      using file = openFile(Uint8Array.of(1, 2, 3), damaged);
      expect(() => readChunk(file, chunk, 9)).toThrow('CORRUPT_FILE');
      expect(() => decodeChunk('/f', chunk, readChunkToDecode(file, chunk, 9))).toThrow('CORRUPT_FILE');
    }
  });

  test('counts the records before it hands any out', () => {
    expect(() => decodeChunk('/f', { ...chunk, rowCount: 4 }, stored)).toThrow('expected 4 records, found 5');
    expect(() => decodeChunk('/f', chunk, stored.subarray(0, -8))).toThrow('CORRUPT_FILE');
  });
});
