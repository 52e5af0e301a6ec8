/**
 * Blocks on disk: one file a block, in hashed sub-directories, as in Spark.
 *
 * A block is written under a temporary name and renamed when it is whole, without fsync: it is a cache, and what a crash
 * tears fails its checksums and is computed again. It is written and read chunk by chunk, so it may be larger than
 * memory. A block that exists is replaced.
 *
 * Threading: one store a thread; the stores of several threads may share a directory, each under an `owner` of its own.
 * Of two that write a block at a time, each writes a file of its own and the later rename stays: either is the whole
 * block. A file that is replaced or removed is read on by those that have it open; whoever opens it later finds the new
 * one, or none, which is a block that is lost.
 */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { failpoint } from '../../lib/base/failpoint.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { ChunkWriter } from '../spill/chunk-writer.ts';
import { blockSeed, encodeTrailer } from './block-file.ts';
import { type BlockId, findBlockId } from './block-id.ts';
import { DiskBlock } from './disk-block.ts';
import { HashedDirectory } from './hashed-directory.ts';
import { encodeItem, itemRows, type StoredItem } from './stored-item.ts';

export interface DiskStoreOptions {
  readonly fileSystem: FileSystem;
  /** The run's block directory. */
  readonly directory: string;
  readonly codec: CodecName;
  /** Keeps the temporary names of stores that share a directory apart: letters and digits; `0` unless said. */
  readonly owner?: string;
  /** What a reader has to hold at least at a time; 1 MiB unless said. */
  readonly chunkBytes?: number;
}

const CHUNK_BYTES = 1024 * 1024;
/** Frames are handed on in parts of a chunk, so that chunks come out nearly full. */
const PARTS = 4;

export class DiskStore {
  readonly #fileSystem: FileSystem;
  readonly #directory: HashedDirectory;
  readonly #codec: CodecName;
  readonly #owner: string;
  readonly #chunkBytes: number;
  /** Sizes of the blocks this store wrote or saw. Another store may have replaced or removed the file since. */
  readonly #sizes = new Map<BlockId, number>();
  /** Blocks that other stores wrote, as this one was told, and that it has not seen yet. */
  readonly #told = new Set<BlockId>();
  #temporaryCount = 0;

  constructor(options: DiskStoreOptions) {
    this.#fileSystem = options.fileSystem;
    this.#directory = new HashedDirectory(options.fileSystem, options.directory);
    this.#codec = options.codec;
    this.#owner = options.owner ?? '0';
    this.#chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
  }

  /**
   * Writes a block, replacing what there is; gives the bytes of its file. What the items, the encoder or the file
   * system raise passes through, with the items closed, no temporary file left and an older block as it was.
   */
  put(id: BlockId, items: Iterable<StoredItem>): number {
    const path = this.#directory.makePath(id);
    using chunks = new ChunkWriter({
      fileSystem: this.#fileSystem,
      path: `${path}.${this.#owner}-${this.#temporaryCount++}.tmp`,
      chunkBytes: this.#chunkBytes,
      seed: blockSeed(id),
    });
    using out = new ByteWriter();
    let rowCount = 0;
    const append = (): void => {
      chunks.append(0, out.bytes(), rowCount);
      chunks.flush();
      out.reset();
      rowCount = 0;
    };
    for (const item of items) {
      encodeItem(item, out, this.#codec);
      rowCount += itemRows(item);
      if (out.length * PARTS >= this.#chunkBytes) append();
    }
    append();
    const trailer = encodeTrailer(id, chunks.chunks);
    chunks.close(trailer);
    try {
      failpoint('block/before-rename');
      this.#fileSystem.rename(chunks.path, path);
    } catch (error) {
      chunks.abort();
      throw error;
    }
    failpoint('block/after-rename');
    const sizeBytes = chunks.sizeBytes + trailer.length;
    this.#see(id, sizeBytes);
    return sizeBytes;
  }

  /**
   * Opens a block with all of its bytes verified; the caller closes it. Raises FILE_NOT_FOUND when there is none,
   * CORRUPT_FILE or CORRUPT_DATA when it is damaged, IO_ERROR.
   */
  open(id: BlockId): DiskBlock {
    const block = DiskBlock.open(this.#fileSystem, this.pathOf(id), id);
    this.#see(id, block.sizeBytes);
    return block;
  }

  has(id: BlockId): boolean {
    return this.sizeOf(id) > 0;
  }

  /** Bytes of the block's file; 0 when there is none. A file of another thread's store counts too. */
  sizeOf(id: BlockId): number {
    const known = this.#sizes.get(id);
    if (known !== undefined) return known;
    const found = this.#fileSystem.stat(this.pathOf(id));
    return found?.kind === 'file' ? found.sizeBytes : 0;
  }

  /** As `sizeOf`, from the file as it is now, whoever wrote or removed it; it is what this store expects from here on. */
  look(id: BlockId): number {
    this.#sizes.delete(id);
    const sizeBytes = this.sizeOf(id);
    if (sizeBytes > 0) this.#see(id, sizeBytes);
    return sizeBytes;
  }

  /** Another store wrote the block, and nobody has removed it since, as far as the caller knows. */
  expect(id: BlockId): void {
    if (!this.#sizes.has(id)) this.#told.add(id);
  }

  /** Whether this store wrote the block, saw it or was told of it, and so expects it to be there. */
  knows(id: BlockId): boolean {
    return this.#sizes.has(id) || this.#told.has(id);
  }

  /** Removes the block's file, whoever wrote it; gives whether there was one, as far as this store could know. */
  remove(id: BlockId): boolean {
    const wasThere = this.has(id);
    this.#fileSystem.removeFile(this.pathOf(id));
    this.forget(id);
    return wasThere;
  }

  /** Expects nothing of the block any more; its file, if there is one, stays. */
  forget(id: BlockId): void {
    this.#sizes.delete(id);
    this.#told.delete(id);
  }

  pathOf(id: BlockId): string {
    return this.#directory.pathOf(id);
  }

  /** Every block in the directory, whoever wrote it. Names that are no block's are passed over. */
  *list(): IterableIterator<BlockId> {
    for (const { name } of this.#directory.files()) if (findBlockId(name) !== undefined) yield name as BlockId;
  }

  #see(id: BlockId, sizeBytes: number): void {
    this.#sizes.set(id, sizeBytes);
    this.#told.delete(id);
  }
}
