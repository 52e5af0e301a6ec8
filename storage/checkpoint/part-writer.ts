/**
 * Writes one partition of a checkpoint while the job's own task runs: the task hands on each batch as it passes, so
 * that nothing is computed twice, as Spark does.
 *
 * Order: the part is written under a hidden name, synced, closed, and linked to its own name, which is there then
 * whole or not at all. The first attempt that gets there wins; a later one verifies what it finds and takes its own
 * file away. Names become durable when the driver syncs the directory (commit.ts), all parts at once.
 *
 * Threading: one writer, one thread. Attempts at one partition may run at once in any threads.
 */
import { join } from 'node:path';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { collectClasses, type RegisteredClass } from '../../formats/record/record-class.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { type Batch, batchLength } from '../../formats/schema/batch.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import { isDamage } from '../block/damage.ts';
import { hasNoLinks } from '../fs/file-error.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { ChunkWriter } from '../spill/chunk-writer.ts';
import { checkpointPartName, temporaryPartName } from './checkpoint-names.ts';
import type { CheckpointPart, CheckpointPlace } from './checkpoint-part.ts';
import { encodePartEnd, encodePartHeader, type PartIdentity, partSeed, readPartContents } from './part-file.ts';
import { verifyChunks } from './part-reader.ts';

export interface CheckpointPartOptions {
  readonly fileSystem: FileSystem;
  readonly place: CheckpointPlace;
  readonly partition: number;
  /** Unique among the attempts at this partition: the task's id. */
  readonly attempt: number | string;
  readonly codec: CodecName;
  /** What a reader has to hold at least at a time; 1 MiB unless said. */
  readonly chunkBytes?: number;
}

const CHUNK_BYTES = 1024 * 1024;
/** How full a chunk gets before it is written: the next batch would often be more than what is left. */
const FULL = 7 / 8;

/** See the file header. Ends with `commit` or `abort`; disposing of it aborts it unless it was committed. */
export class CheckpointPartWriter implements Disposable {
  readonly #options: CheckpointPartOptions;
  readonly #identity: PartIdentity;
  readonly #path: string;
  readonly #header: Uint8Array;
  readonly #chunks: ChunkWriter;
  readonly #chunkBytes: number;
  readonly #out = new ByteWriter();
  readonly #classes = new Map<string, RegisteredClass>();
  #outRows = 0;
  #rows = 0;
  #state: 'open' | 'committed' | 'aborted' = 'open';

  /** Makes nothing yet: the file is made at the first write. The place's directory is there already. */
  constructor(options: CheckpointPartOptions) {
    const { fileSystem, place, partition, attempt, codec } = options;
    invariant(partition < place.partitionCount, `part ${partition} of ${place.partitionCount}`);
    this.#options = options;
    this.#identity = { owner: place.owner, partition, partitionCount: place.partitionCount };
    this.#path = join(place.directory, checkpointPartName(partition));
    this.#header = encodePartHeader(this.#identity, codec);
    this.#chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
    this.#chunks = new ChunkWriter({
      fileSystem,
      path: join(place.directory, temporaryPartName(partition, attempt)),
      chunkBytes: this.#chunkBytes,
      seed: partSeed(this.#identity),
      header: this.#header,
    });
  }

  get rowCount(): number {
    return this.#rows;
  }

  /**
   * Adds a batch's records. They are encoded before this returns, because whoever gets the batch next may change the
   * objects in it. Each batch becomes a frame: hand on batches of some thousand records where there is a choice.
   * Raises VALUE_NOT_SERIALIZABLE, LIMIT_EXCEEDED and what the file system raises; after that only `abort` is left.
   */
  write(batch: Batch): void {
    invariant(this.#state === 'open', `${this.#path} was written to after its end`);
    const rowCount = batchLength(batch);
    if (rowCount === 0) return;
    collectClasses(this.#classes, () => encodeFrame(batch, this.#out, { codec: this.#options.codec }));
    this.#outRows += rowCount;
    this.#rows += rowCount;
    if (this.#out.length >= this.#chunkBytes * FULL) this.#flush();
  }

  /**
   * Ends the part, and makes it the checkpoint's unless another attempt has done so; gives the one that is there. On an
   * error nothing of this attempt is left, and a part that another attempt committed stays.
   */
  commit(): CheckpointPart {
    invariant(this.#state === 'open', `${this.#path} was committed after its end`);
    try {
      this.#flush();
      const end = encodePartEnd(this.#identity, this.#header, this.#chunks.chunks);
      const bytes = this.#header.length + this.#chunks.sizeBytes + end.bytes.length;
      this.#chunks.close(end.bytes, true);
      const classes = [...this.#classes.values()]
        .map(({ name, version }) => ({ name, version }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { codec, partition } = this.#options;
      const own: CheckpointPart = { partition, bytes, rows: this.#rows, checksum: end.checksum, codec, classes };
      const part = this.#publish(own);
      this.#state = 'committed';
      return part;
    } finally {
      this.#release();
    }
  }

  /** Closes and removes what was written. Does nothing after a commit. */
  abort(): void {
    if (this.#state === 'open') this.#release();
  }

  [Symbol.dispose](): void {
    this.abort();
  }

  #flush(): void {
    if (this.#outRows === 0) return;
    this.#chunks.append(0, this.#out.bytes(), this.#outRows);
    this.#chunks.flush();
    this.#out.reset();
    this.#outRows = 0;
  }

  /** A link decides in one call who is first; where there are none, a look and a rename. */
  #publish(own: CheckpointPart): CheckpointPart {
    const { fileSystem } = this.#options;
    try {
      fileSystem.link(this.#chunks.path, this.#path);
      return own;
    } catch (error) {
      if (hasNoLinks(error)) {
        if (fileSystem.stat(this.#path) === undefined) {
          fileSystem.rename(this.#chunks.path, this.#path);
          return own;
        }
      } else if (!CairnError.is(error, 'FILE_EXISTS')) {
        throw error;
      }
    }
    const other = this.#verifyOther(own);
    if (other !== undefined) return other;
    // What stands there is damaged: whoever reported it will find out, as the driver compares.
    fileSystem.rename(this.#chunks.path, this.#path);
    return own;
  }

  /** The part of the attempt that was first, every byte verified; undefined when it is damaged. */
  #verifyOther(own: CheckpointPart): CheckpointPart | undefined {
    try {
      if (this.#options.fileSystem.stat(this.#path)?.kind !== 'file') return undefined;
      using file = this.#options.fileSystem.open(this.#path, 'read');
      const { chunks, rows, checksum, codec } = readPartContents(file, this.#identity);
      verifyChunks(file, chunks, partSeed(this.#identity));
      // Both attempts encoded the same records, and so met the same classes.
      return { ...own, bytes: file.sizeBytes(), rows, checksum, codec };
    } catch (error) {
      if (isDamage(error) && !CairnError.is(error, 'IO_ERROR')) return undefined;
      throw error;
    }
  }

  /** After a link the hidden name goes too; after a rename it is gone already. What cannot be removed is swept later. */
  #release(): void {
    this.#chunks.abort();
    this.#out[Symbol.dispose]();
    if (this.#state === 'open') this.#state = 'aborted';
  }
}
