/**
 * The directory of a file of frames: one entry a chunk, in the order of the file. Blocks, map outputs and run files
 * all use it; see storage/shuffle/FORMAT.md for the bytes.
 */
import type { ByteReader } from '../../formats/bytes/byte-reader.ts';
import type { ByteWriter } from '../../formats/bytes/byte-writer.ts';

/**
 * One or more whole frames of one partition, back to back: what is read, verified and handed out together. Chunks
 * follow each other without gaps, so that an offset is the sum of the lengths before.
 */
export interface Chunk {
  readonly partition: number;
  readonly rowCount: number;
  readonly sizeBytes: number;
  /** Over the stored bytes. */
  readonly checksum: number;
}

/** A chunk and where it begins in its file. */
export interface PlacedChunk extends Chunk {
  readonly offset: number;
}

export const CHUNK_ENTRY_BYTES = 16;

export function writeChunkTable(out: ByteWriter, chunks: readonly Chunk[]): void {
  for (const chunk of chunks) {
    out.u32(chunk.partition);
    out.u32(chunk.rowCount);
    out.u32(chunk.sizeBytes);
    out.u32(chunk.checksum);
  }
}

/**
 * Reads `count` entries of a table whose checksum was verified; the first chunk begins at `start`. Raises CORRUPT_DATA
 * for an empty chunk or partitions that do not ascend, which no writer leaves.
 */
export function readChunkTable(input: ByteReader, count: number, start = 0): PlacedChunk[] {
  input.need(count * CHUNK_ENTRY_BYTES, 'bytes of chunk table');
  const chunks: PlacedChunk[] = [];
  let offset = start;
  let last = 0;
  for (let i = 0; i < count; i++) {
    const partition = input.u32();
    if (partition < last) throw input.corrupt(`a partition from ${last} on`, partition);
    const rowCount = input.u32();
    const sizeBytes = input.u32();
    if (sizeBytes === 0) throw input.corrupt('a chunk of at least one byte', 0);
    chunks.push({ partition, rowCount, sizeBytes, checksum: input.u32(), offset });
    offset += sizeBytes;
    last = partition;
  }
  return chunks;
}

/** Bytes of all chunks: the length of their part of the file. */
export function chunkBytes(chunks: readonly Chunk[]): number {
  let sum = 0;
  for (const chunk of chunks) sum += chunk.sizeBytes;
  return sum;
}
