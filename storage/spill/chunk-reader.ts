/**
 * Reads chunks of frames, each verified against its directory entry before any of its records are handed out.
 *
 * Every read goes into a buffer of its own: batches of columns are views of the bytes they were read from and live as
 * long as their holder likes, so a buffer that is read into again may only be used where nothing is decoded.
 */
import { framesChecksum, verifyFrames } from '../../formats/record/frame-header.ts';
import { decodeFrames } from '../../formats/record/record-reader.ts';
import { type Batch, batchLength } from '../../formats/schema/batch.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { FileHandle } from '../fs/file-system.ts';
import type { PlacedChunk } from './chunk-table.ts';

/**
 * The bytes of a chunk, verified whole: in `target` when it is given and large enough, else in a new buffer. `seed` is
 * what the writer had. Raises CORRUPT_FILE when the file is shorter or a checksum differs.
 */
export function readChunk(file: FileHandle, chunk: PlacedChunk, seed = 0, target?: Uint8Array): Uint8Array {
  const bytes = readChunkToDecode(file, chunk, seed, target);
  verifyFrames(bytes, { path: file.path, offset: chunk.offset });
  return bytes;
}

/**
 * The bytes of a chunk that holds the frames it should; whether each frame is sound is left to `decodeChunk`, which
 * looks at every byte again anyway. Otherwise as `readChunk`.
 */
export function readChunkToDecode(file: FileHandle, chunk: PlacedChunk, seed = 0, target?: Uint8Array): Uint8Array {
  const bytes =
    target !== undefined && target.length >= chunk.sizeBytes
      ? target.subarray(0, chunk.sizeBytes)
      : uninitialised(chunk.sizeBytes);
  const count = file.read(bytes, chunk.offset);
  if (count < chunk.sizeBytes) {
    throw corrupt(file.path, chunk.offset + count, `${chunk.sizeBytes - count} more bytes`, 'the end of the file');
  }
  const found = framesChecksum(bytes, seed);
  if (found !== chunk.checksum) {
    const what = found === undefined ? 'other bytes' : hex(found);
    throw corrupt(file.path, chunk.offset, `frames with checksum ${hex(chunk.checksum)}`, what);
  }
  return bytes;
}

/** A buffer of its own that holds anything: it is read into whole or thrown away, so clearing it first is for nothing. */
function uninitialised(sizeBytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(sizeBytes).buffer);
}

/**
 * All batches of a chunk's bytes, each frame verified; the batches may go on using the bytes. Raises CORRUPT_FILE when
 * they are no frames or hold another number of records than the directory says.
 */
export function decodeChunk(path: string, chunk: PlacedChunk, bytes: Uint8Array): Batch[] {
  const batches = [...decodeFrames(bytes, { path, offset: chunk.offset })];
  let rowCount = 0;
  for (const batch of batches) rowCount += batchLength(batch);
  if (rowCount !== chunk.rowCount) throw corrupt(path, chunk.offset, `${chunk.rowCount} records`, `${rowCount}`);
  return batches;
}

/**
 * Reads, verifies and decodes chunks one after another; holds one at a time. Does not close the file. Batches of chunks
 * that `target` is large enough for lie in it: they live until the next chunk is read.
 */
export function* readChunks(
  file: FileHandle,
  chunks: Iterable<PlacedChunk>,
  seed = 0,
  target?: Uint8Array,
): IterableIterator<Batch> {
  for (const chunk of chunks) yield* decodeChunk(file.path, chunk, readChunkToDecode(file, chunk, seed, target));
}

export function corrupt(path: string, offset: number, expected: string, found: string): CairnError {
  return new CairnError('CORRUPT_FILE', { path, offset, expected, found });
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
