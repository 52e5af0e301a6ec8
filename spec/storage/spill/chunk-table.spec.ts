import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import {
  CHUNK_ENTRY_BYTES,
  type Chunk,
  chunkBytes,
  readChunkTable,
  writeChunkTable,
} from '../../../storage/spill/chunk-table.ts';

function tableOf(chunks: readonly Chunk[]): ByteReader {
  const out = new ByteWriter();
  writeChunkTable(out, chunks);
  return new ByteReader(out.take());
}

const chunk = (partition: number, sizeBytes: number): Chunk => ({ partition, rowCount: 1, sizeBytes, checksum: 7 });

describe('a chunk table', () => {
  test('gives back its chunks with their places', () => {
    const chunks = [
      { partition: 0, rowCount: 3, sizeBytes: 24, checksum: 1 },
      { partition: 0, rowCount: 2 ** 32 - 1, sizeBytes: 2 ** 32 - 1, checksum: 2 ** 32 - 1 },
      { partition: 9, rowCount: 0, sizeBytes: 8, checksum: 0 },
    ];
    const input = tableOf(chunks);
    expect(input.remaining).toBe(3 * CHUNK_ENTRY_BYTES);
    expect(readChunkTable(input, 3)).toEqual([
      { ...chunks[0], offset: 0 },
      { ...chunks[1], offset: 24 },
      { ...chunks[2], offset: 24 + 2 ** 32 - 1 },
    ]);
    expect(chunkBytes(chunks)).toBe(24 + 2 ** 32 - 1 + 8);
  });

  test('places chunks from where they begin', () => {
    const offsets = readChunkTable(tableOf([chunk(0, 8), chunk(0, 16)]), 2, 48).map(({ offset }) => offset);
    expect(offsets).toEqual([48, 56]);
  });

  test('refuses what no writer leaves', () => {
    expect(() => readChunkTable(tableOf([chunk(2, 8), chunk(1, 8)]), 2)).toThrow('CORRUPT_DATA');
    expect(() => readChunkTable(tableOf([chunk(0, 0)]), 1)).toThrow('CORRUPT_DATA');
  });

  test('allocates nothing for entries that are not there', () => {
    expect(() => readChunkTable(tableOf([chunk(0, 8)]), 2 ** 31)).toThrow('CORRUPT_DATA');
  });
});
