/**
 * Reads map outputs: one reduce partition of one map output at a time.
 *
 * The index is verified before anything is read by it; each chunk of the data before any of its records is handed out.
 * A partition within one chunk (1 MiB unless written otherwise) is so verified as a whole; in a larger one damage may
 * show after records of earlier chunks were taken, and whoever took them must drop them with the failed task.
 *
 * Indexes are kept, so that the reducers of a thread read each once. Data is read into fresh buffers, never into a
 * pooled one, because batches of columns go on being views of them.
 *
 * Threading: one reader a thread; any number of readers may read one output.
 */
import type { Batch } from '../../formats/schema/batch.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { ShuffleId } from '../../lib/base/ids.ts';
import { invariant } from '../../lib/base/invariant.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { corrupt, decodeChunk, readChunk, readChunkToDecode } from '../spill/chunk-reader.ts';
import { lostUnlessRead } from './lost-output.ts';
import type { MapOutput } from './map-output.ts';
import { describeOutput, type MapOutputIndex, ownerSeed, readIndex } from './map-output-index.ts';
import { mapOutputDataPath, mapOutputIndexPath, writerOf } from './map-output-place.ts';

export interface MapOutputReaderOptions {
  readonly fileSystem: FileSystem;
  /** This run's shuffle directory; outputs of other runs are read from the directories beside it. */
  readonly directory: string;
  /** Chunks whose directory entries are kept at most, about 100 bytes each; 2^17 unless said. */
  readonly cachedChunks?: number;
}

interface CachedIndex {
  readonly shuffleId: ShuffleId;
  readonly index: MapOutputIndex;
}

export class MapOutputReader {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  readonly #maxCachedChunks: number;
  /** By index path, the least recently used first. */
  readonly #cache = new Map<string, CachedIndex>();
  #cachedChunks = 0;

  constructor(options: MapOutputReaderOptions) {
    this.#fileSystem = options.fileSystem;
    this.#directory = options.directory;
    this.#maxCachedChunks = options.cachedChunks ?? 2 ** 17;
  }

  /**
   * The batches of one reduce partition, in the order they were written; one chunk is in memory at a time. Whoever
   * stops early calls `return()`. Raises SHUFFLE_OUTPUT_LOST when the output is missing, damaged or not what the map
   * task reported; other errors of the file system pass through.
   */
  *readPartition(output: MapOutput, partition: number): IterableIterator<Batch> {
    const bytes = output.partitionBytes[partition];
    invariant(bytes !== undefined, `partition ${partition} of ${output.partitionBytes.length}`);
    if (bytes === 0) return;
    const index = this.#findIndex(output);
    const from = index.firstChunk[partition] as number;
    const to = index.firstChunk[partition + 1] as number;
    const seed = ownerSeed(writerOf(output));
    const dataPath = this.#dataPath(output);
    using file = this.#orLost(output, dataPath, () => this.#fileSystem.open(dataPath, 'read'));
    for (let i = from; i < to; i++) {
      const batches = this.#orLost(output, dataPath, () => {
        const chunk = index.chunks[i] as MapOutputIndex['chunks'][number];
        return decodeChunk(dataPath, chunk, readChunkToDecode(file, chunk, seed));
      });
      yield* batches;
    }
  }

  /**
   * Verifies that the output is there: the index whole and as reported, the data as long as it says. With `everyByte`
   * also the checksum of all data. Raises SHUFFLE_OUTPUT_LOST. For outputs found in the catalog of an earlier run.
   */
  check(output: MapOutput, options: { readonly everyByte?: boolean } = {}): void {
    this.#drop(this.#indexPath(output));
    const index = this.#findIndex(output);
    if (options.everyByte !== true || index.chunks.length === 0) return;
    const dataPath = this.#dataPath(output);
    const seed = ownerSeed(writerOf(output));
    this.#orLost(output, dataPath, () => {
      using file = this.#fileSystem.open(dataPath, 'read');
      // Nothing is decoded here, so one buffer serves all chunks.
      let buffer = new Uint8Array(0);
      for (const chunk of index.chunks) {
        if (buffer.length < chunk.sizeBytes) buffer = new Uint8Array(chunk.sizeBytes);
        readChunk(file, chunk, seed, buffer);
      }
    });
  }

  /** Forgets the indexes of a shuffle that is over. */
  forgetShuffle(shuffle: ShuffleId): void {
    for (const [path, { shuffleId }] of this.#cache) if (shuffleId === shuffle) this.#drop(path);
  }

  #findIndex(output: MapOutput): MapOutputIndex {
    const path = this.#indexPath(output);
    const cached = this.#cache.get(path);
    if (cached !== undefined) {
      this.#cache.delete(path);
      this.#cache.set(path, cached);
      return cached.index;
    }
    const index = this.#orLost(output, path, () => this.#loadIndex(output, path));
    this.#cache.set(path, { shuffleId: output.shuffleId, index });
    this.#cachedChunks += index.chunks.length;
    for (const [oldest] of this.#cache) {
      if (this.#cachedChunks <= this.#maxCachedChunks || oldest === path) break;
      this.#drop(oldest);
    }
    return index;
  }

  #loadIndex(output: MapOutput, path: string): MapOutputIndex {
    const partitionCount = output.partitionBytes.length;
    const index = readIndex(this.#fileSystem, path, writerOf(output), partitionCount);
    const found = describeOutput(output, partitionCount, index.chunks);
    for (let p = 0; p < partitionCount; p++) {
      if (found.partitionBytes[p] !== output.partitionBytes[p] || found.partitionRows[p] !== output.partitionRows[p]) {
        const reported = `${output.partitionRows[p]} records in ${output.partitionBytes[p]} bytes of partition ${p}`;
        throw corrupt(path, 0, reported, `${found.partitionRows[p]} in ${found.partitionBytes[p]}`);
      }
    }
    const dataPath = this.#dataPath(output);
    const data = this.#fileSystem.stat(dataPath);
    if (data === undefined && index.dataBytes > 0) throw new CairnError('FILE_NOT_FOUND', { path: dataPath });
    if ((data?.sizeBytes ?? 0) !== index.dataBytes) {
      throw corrupt(dataPath, 0, `${index.dataBytes} bytes`, `${data?.sizeBytes ?? 0}`);
    }
    return index;
  }

  #drop(path: string): void {
    const cached = this.#cache.get(path);
    if (cached === undefined) return;
    this.#cache.delete(path);
    this.#cachedChunks -= cached.index.chunks.length;
  }

  #dataPath(output: MapOutput): string {
    return mapOutputDataPath(this.#directory, output);
  }

  #indexPath(output: MapOutput): string {
    return mapOutputIndexPath(this.#directory, output);
  }

  /** As `lostUnlessRead`; the index of a lost output is not believed any more. */
  #orLost<T>(output: MapOutput, path: string, step: () => T): T {
    try {
      return lostUnlessRead(output, path, step);
    } catch (error) {
      if (CairnError.is(error, 'SHUFFLE_OUTPUT_LOST')) this.#drop(this.#indexPath(output));
      throw error;
    }
  }
}
