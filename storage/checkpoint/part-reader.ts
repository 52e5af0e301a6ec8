import { join } from 'node:path';
import type { Batch } from '../../formats/schema/batch.ts';
import { closing } from '../block/closing-iterator.ts';
import type { FileHandle, FileSystem } from '../fs/file-system.ts';
import { corrupt, decodeChunk, readChunk, readChunkToDecode } from '../spill/chunk-reader.ts';
import type { PlacedChunk } from '../spill/chunk-table.ts';
import { checkpointPartName } from './checkpoint-names.ts';
import type { CheckpointPart, CheckpointPlace } from './checkpoint-part.ts';
import { hexSum, type PartContents, partSeed, readPartContents } from './part-file.ts';

/**
 * An open part, every byte of it verified when it was opened: damage shows before the first record is handed out, and
 * not after some were. A part of one chunk is read once; of a larger one each chunk is read, and verified, again. The
 * file stays open, so that the checkpoint may be removed meanwhile.
 *
 * Threading: one reader, one thread; any number of readers may read one part.
 */
export class CheckpointPartReader implements Disposable {
  readonly rowCount: number;
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  readonly #chunks: readonly PlacedChunk[];
  readonly #seed: number;
  #only: Uint8Array | undefined;

  private constructor(file: FileHandle, contents: PartContents, seed: number) {
    this.#file = file;
    this.#chunks = contents.chunks;
    this.#seed = seed;
    this.rowCount = contents.rows;
    this.sizeBytes = file.sizeBytes();
    const [first] = contents.chunks;
    if (contents.chunks.length === 1 && first !== undefined) this.#only = readChunk(file, first, seed);
    else verifyChunks(file, contents.chunks, seed);
  }

  /**
   * Opens the part that the manifest, or the task that wrote it, describes as `part`. Raises CORRUPT_FILE with path and
   * offset when it is missing, no plain file, damaged or another part; UNSUPPORTED_VERSION; and what the file system
   * raises.
   */
  static open(fileSystem: FileSystem, place: CheckpointPlace, part: CheckpointPart): CheckpointPartReader {
    const file = openPartFile(fileSystem, place, part);
    try {
      const contents = readExpectedContents(file, place, part);
      return new CheckpointPartReader(file, contents, seedOf(place, part));
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * The part's batches, a chunk in memory at a time. Closes the part at its end or `return()`; call it once. Raises
   * CORRUPT_FILE should the file change meanwhile, and RECORD_CLASS_UNKNOWN.
   */
  batches(): IterableIterator<Batch> {
    return closing(this.#batches(), () => this.close());
  }

  close(): void {
    this.#only = undefined;
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  *#batches(): IterableIterator<Batch> {
    for (const chunk of this.#chunks) {
      const kept = this.#only;
      this.#only = undefined;
      yield* decodeChunk(this.#file.path, chunk, kept ?? readChunkToDecode(this.#file, chunk, this.#seed));
    }
  }
}

/** Reads every byte of a part without decoding it; raises as `CheckpointPartReader.open`. */
export function verifyPart(fileSystem: FileSystem, place: CheckpointPlace, part: CheckpointPart): void {
  using file = openPartFile(fileSystem, place, part);
  verifyChunks(file, readExpectedContents(file, place, part).chunks, seedOf(place, part));
}

/** Compares the length, header, chunk table and footer of a part with what is said of it; raises likewise. */
export function checkPart(fileSystem: FileSystem, place: CheckpointPlace, part: CheckpointPart): void {
  using file = openPartFile(fileSystem, place, part);
  readExpectedContents(file, place, part);
}

/** Reads and verifies chunks; holds the largest of them. Raises CORRUPT_FILE. */
export function verifyChunks(file: FileHandle, chunks: readonly PlacedChunk[], seed: number): void {
  // Nothing is decoded here, so one buffer serves all chunks.
  let buffer = new Uint8Array(0);
  for (const chunk of chunks) {
    if (buffer.length < chunk.sizeBytes) buffer = new Uint8Array(chunk.sizeBytes);
    readChunk(file, chunk, seed, buffer);
  }
}

function openPartFile(fileSystem: FileSystem, place: CheckpointPlace, part: CheckpointPart): FileHandle {
  const path = join(place.directory, checkpointPartName(part.partition));
  // A link could lead out of the directory. Should it be put there after this look, what it leads to is still compared
  // with the manifest byte by byte.
  const found = fileSystem.stat(path);
  if (found === undefined) throw corrupt(path, 0, `a part of ${part.bytes} bytes`, 'no file');
  if (found.kind !== 'file') throw corrupt(path, 0, 'a plain file', `a ${found.kind}`);
  if (found.sizeBytes !== part.bytes) throw corrupt(path, 0, `${part.bytes} bytes`, `${found.sizeBytes}`);
  return fileSystem.open(path, 'read');
}

function readExpectedContents(file: FileHandle, place: CheckpointPlace, part: CheckpointPart): PartContents {
  const contents = readPartContents(file, { ...place, partition: part.partition });
  const footerSum = part.bytes - 12;
  if (contents.checksum !== part.checksum) {
    throw corrupt(file.path, footerSum, `checksum ${hexSum(part.checksum)}`, hexSum(contents.checksum));
  }
  if (contents.rows !== part.rows) throw corrupt(file.path, footerSum, `${part.rows} records`, `${contents.rows}`);
  if (contents.codec !== part.codec) throw corrupt(file.path, 12, `codec ${part.codec}`, contents.codec);
  return contents;
}

function seedOf(place: CheckpointPlace, part: CheckpointPart): number {
  return partSeed({ ...place, partition: part.partition });
}
