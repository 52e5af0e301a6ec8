/**
 * Writes what one map task has for each reduce partition: one data file, one index file, published together.
 *
 * Order: the data is written under a temporary name, then the index likewise; the data is renamed, then the index.
 * An index that exists therefore names data that exists; data without an index is nothing, and is swept. Spark
 * renames the index first and has to distrust it; nothing here relies on that.
 *
 * A complete older pair wins. File names carry the task attempt's id, which is unique in its run, so two attempts at
 * one map partition never touch each other's files: the output that the scheduler took first stays as it is for as
 * long as reducers read it, whatever a later attempt does, and the loser's files go with `removeMapOutput`. Within one
 * attempt's names the rule is Spark's: a commit that finds a complete pair keeps it and drops its own.
 *
 * No fsync unless `sync` is set, not for outputs that stay for later runs either: after a crash of the machine a torn one
 * fails its checksums and is computed again.
 *
 * Threading: one writer, one thread. Writers of different attempts may work in one directory from any thread.
 */
import { join } from 'node:path';
import { failpoint } from '../../lib/base/failpoint.ts';
import { invariant } from '../../lib/base/invariant.ts';
import { shuffleDataFile, shuffleIndexFile } from '../block/block-id.ts';
import { isDamage } from '../block/damage.ts';
import { HashedDirectory, subdirectoryOf } from '../block/hashed-directory.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { ChunkWriter } from '../spill/chunk-writer.ts';
import type { MapOutput } from './map-output.ts';
import { describeOutput, encodeIndex, type MapOutputOwner, ownerSeed, readIndex } from './map-output-index.ts';

export interface MapOutputWriterOptions extends MapOutputOwner {
  readonly fileSystem: FileSystem;
  /** The run's shuffle directory. */
  readonly directory: string;
  readonly partitionCount: number;
  /** Makes files and names durable. False unless said. */
  readonly sync?: boolean;
  /** Bytes a reader has to hold at least at a time; 1 MiB unless said. */
  readonly chunkBytes?: number;
  /** Bytes gathered for one write; 4 MiB unless said. */
  readonly flushBytes?: number;
}

/** See the file header. Ends with `commit` or `abort`; disposing of it aborts it unless it was committed. */
export class MapOutputWriter implements Disposable {
  readonly #options: MapOutputWriterOptions;
  readonly #directory: HashedDirectory;
  readonly #dataFile: string;
  readonly #indexFile: string;
  readonly #chunks: ChunkWriter;
  /** What this commit has put in place, to be taken back when it fails; never what was there before. */
  #published: string[] = [];

  private constructor(options: MapOutputWriterOptions) {
    this.#options = options;
    this.#directory = new HashedDirectory(options.fileSystem, options.directory);
    this.#dataFile = shuffleDataFile(options.shuffleId, options.taskId);
    this.#indexFile = shuffleIndexFile(options.shuffleId, options.taskId);
    this.#chunks = new ChunkWriter({
      fileSystem: options.fileSystem,
      path: `${this.#directory.makePath(this.#dataFile)}.tmp`,
      seed: ownerSeed(options),
      ...(options.chunkBytes === undefined ? {} : { chunkBytes: options.chunkBytes }),
      ...(options.flushBytes === undefined ? {} : { flushBytes: options.flushBytes }),
    });
  }

  /** Makes the directory the data goes to; files are made when there is something to write. */
  static open(options: MapOutputWriterOptions): MapOutputWriter {
    return new MapOutputWriter(options);
  }

  get sizeBytes(): number {
    return this.#chunks.sizeBytes;
  }

  /**
   * Appends whole frames with `rowCount` records for a reduce partition: again the last one, or a higher one. The
   * bytes are not copied and must not change until the next `flush` or `commit`.
   */
  appendFrames(partition: number, frames: Uint8Array, rowCount: number): void {
    invariant(
      Number.isInteger(partition) && partition >= 0 && partition < this.#options.partitionCount,
      `partition ${partition} of ${this.#options.partitionCount}`,
    );
    this.#chunks.append(partition, frames, rowCount);
  }

  /** Writes what was appended: its bytes may change from here on. */
  flush(): void {
    this.#chunks.flush();
  }

  /**
   * Publishes the output, or keeps a complete older one of this attempt; gives what is there now. On an error nothing
   * of this attempt is left behind. An output without records has an index and no data file.
   */
  commit(): MapOutput {
    const { fileSystem, partitionCount, sync = false } = this.#options;
    const dataPath = this.#directory.pathOf(this.#dataFile);
    const indexPath = this.#directory.pathOf(this.#indexFile);
    try {
      this.#chunks.close(undefined, sync);
      failpoint('shuffle/after-data');
      this.#directory.makePath(this.#indexFile);
      const older = this.#keepOlder(dataPath, indexPath);
      if (older !== undefined) {
        this.#chunks.abort();
        return older;
      }
      this.#writeIndex(`${indexPath}.tmp`, sync);
      failpoint('shuffle/after-index');
      // Without data of its own, a commit leaves none of a torn one before it.
      if (this.#chunks.hasFile) this.#publish(this.#chunks.path, dataPath);
      else fileSystem.removeFile(dataPath);
      failpoint('shuffle/after-data-rename');
      this.#publish(`${indexPath}.tmp`, indexPath);
      failpoint('shuffle/after-index-rename');
      if (sync) this.#syncDirectories();
    } catch (error) {
      this.#takeBack(`${indexPath}.tmp`);
      throw error;
    }
    return describeOutput(this.#options, partitionCount, this.#chunks.chunks);
  }

  /** Closes and removes what was written so far. */
  abort(): void {
    this.#chunks.abort();
  }

  [Symbol.dispose](): void {
    this.#chunks[Symbol.dispose]();
  }

  /** The output of a complete pair of this attempt; without one gives undefined, and no index is left. */
  #keepOlder(dataPath: string, indexPath: string): MapOutput | undefined {
    const { fileSystem, partitionCount } = this.#options;
    if (fileSystem.stat(indexPath) === undefined) return undefined;
    try {
      const index = readIndex(fileSystem, indexPath, this.#options, partitionCount);
      if ((fileSystem.stat(dataPath)?.sizeBytes ?? 0) === index.dataBytes) {
        return describeOutput(this.#options, partitionCount, index.chunks);
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    // What is left of a torn commit goes first: an old index must never meet new data.
    fileSystem.removeFile(indexPath);
    return undefined;
  }

  #writeIndex(path: string, sync: boolean): void {
    using file = this.#options.fileSystem.open(path, 'overwrite');
    file.write(encodeIndex(this.#options, this.#options.partitionCount, this.#chunks.chunks));
    if (sync) file.sync();
  }

  #syncDirectories(): void {
    const { fileSystem } = this.#options;
    // The sub-directories may be new too: their names lie in the directory above.
    fileSystem.syncDirectory(join(this.#directory.path, subdirectoryOf(this.#dataFile)));
    fileSystem.syncDirectory(join(this.#directory.path, subdirectoryOf(this.#indexFile)));
    fileSystem.syncDirectory(this.#directory.path);
  }

  #publish(temporary: string, path: string): void {
    // Noted first: a rename may fail and have happened.
    this.#published.unshift(path);
    this.#options.fileSystem.rename(temporary, path);
  }

  #takeBack(temporaryIndex: string): void {
    this.#chunks.abort();
    // The index before the data: at no moment does one name data that is gone.
    for (const path of [...this.#published, temporaryIndex]) {
      try {
        this.#options.fileSystem.removeFile(path);
      } catch {
        // The sweeper takes what cannot be removed now; the first error is the one to report.
      }
    }
  }
}
