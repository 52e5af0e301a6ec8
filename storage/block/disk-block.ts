import type { Batch } from '../../formats/schema/batch.ts';
import type { FileHandle, FileSystem } from '../fs/file-system.ts';
import { decodeChunk, readChunk, readChunkToDecode } from '../spill/chunk-reader.ts';
import type { PlacedChunk } from '../spill/chunk-table.ts';
import { blockSeed, readTrailer } from './block-file.ts';
import type { BlockId } from './block-id.ts';
import { closing } from './closing-iterator.ts';
import type { EncodedFrames } from './stored-item.ts';

/**
 * An open block on disk, every byte of it verified when it was opened: damage shows before the first record is handed
 * out, and not after some were. A block of one chunk is read once and kept until it is handed out; of a larger one each
 * chunk is read, and verified, again. The file stays open, so the block can be removed meanwhile.
 */
export class DiskBlock implements Disposable {
  readonly sizeBytes: number;
  readonly rowCount: number;
  readonly #file: FileHandle;
  readonly #chunks: readonly PlacedChunk[];
  readonly #seed: number;
  #only: Uint8Array | undefined;

  private constructor(file: FileHandle, id: BlockId) {
    this.#file = file;
    this.#seed = blockSeed(id);
    this.sizeBytes = file.sizeBytes();
    this.#chunks = readTrailer(file, id);
    this.rowCount = this.#chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
    if (this.#chunks.length === 1) this.#only = readChunk(file, this.#chunks[0] as PlacedChunk, this.#seed);
    else this.#verify();
  }

  /** See `DiskStore.open`. */
  static open(fileSystem: FileSystem, path: string, id: BlockId): DiskBlock {
    const file = fileSystem.open(path, 'read');
    try {
      return new DiskBlock(file, id);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** The block's frames, a chunk at a time, each in a buffer of its own. Closes the block at its end or `return()`. */
  frames(): IterableIterator<EncodedFrames> {
    return closing(this.#frames(), () => this.close());
  }

  /** The block's batches, a chunk at a time. Closes the block at its end or `return()`. */
  batches(): IterableIterator<Batch> {
    return closing(this.#batches(), () => this.close());
  }

  *#frames(): IterableIterator<EncodedFrames> {
    for (const chunk of this.#chunks) {
      yield { kind: 'frames', bytes: this.#read(chunk), rowCount: chunk.rowCount };
    }
  }

  *#batches(): IterableIterator<Batch> {
    for (const chunk of this.#chunks) yield* decodeChunk(this.#file.path, chunk, this.#read(chunk));
  }

  close(): void {
    this.#only = undefined;
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #read(chunk: PlacedChunk): Uint8Array {
    const kept = this.#only;
    this.#only = undefined;
    return kept ?? readChunkToDecode(this.#file, chunk, this.#seed);
  }

  /** Nothing is decoded here, so one buffer serves all chunks. */
  #verify(): void {
    let buffer = new Uint8Array(0);
    for (const chunk of this.#chunks) {
      if (buffer.length < chunk.sizeBytes) buffer = new Uint8Array(chunk.sizeBytes);
      readChunk(this.#file, chunk, this.#seed, buffer);
    }
  }
}
