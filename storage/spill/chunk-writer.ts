/**
 * Writes a file of frames in few large calls, keeping its directory.
 *
 * Frames handed in are not copied: they are kept until `flushBytes` have gathered, then written with one call. What is
 * appended for one partition in a row becomes one chunk until it has `chunkBytes`, and a longer append is cut between
 * its frames: a chunk is read into memory whole, so this bounds what a reader holds.
 */
import { framesChecksum, peekFrame } from '../../formats/record/frame-header.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import type { FileHandle, FileSystem } from '../fs/file-system.ts';
import type { Chunk } from './chunk-table.ts';

export interface ChunkWriterOptions {
  readonly fileSystem: FileSystem;
  /** An existing file is overwritten. */
  readonly path: string;
  /** The most a chunk holds unless one frame alone is longer; 0 makes each append a chunk. 1 MiB unless said. */
  readonly chunkBytes?: number;
  /** Frames gathered for one write. 4 MiB unless said. */
  readonly flushBytes?: number;
  /** Checksum that each chunk's begins with: makes chunks of different files differ. 0 unless said. */
  readonly seed?: number;
  /** What stands before the chunks; a file with a header is made even without frames. */
  readonly header?: Uint8Array;
}

const CHUNK_BYTES = 1024 * 1024;
const FLUSH_BYTES = 4 * 1024 * 1024;
/** Rows and bytes of a chunk are stored in 32 bits. */
const MAX_CHUNK = 2 ** 32 - 1;

/** See the file header. Ends with `close` or `abort`; disposing of it aborts it unless it was closed. */
export class ChunkWriter implements Disposable {
  readonly path: string;
  readonly chunks: Chunk[] = [];
  readonly #fileSystem: FileSystem;
  readonly #chunkBytes: number;
  readonly #flushBytes: number;
  readonly #seed: number;
  #file: FileHandle | undefined;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #sizeBytes = 0;
  #state: 'open' | 'closed' | 'aborted' = 'open';

  constructor(options: ChunkWriterOptions) {
    this.#fileSystem = options.fileSystem;
    this.path = options.path;
    this.#chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
    this.#flushBytes = options.flushBytes ?? FLUSH_BYTES;
    this.#seed = options.seed ?? 0;
    if (options.header !== undefined) this.#pending.push(options.header);
  }

  /** Bytes appended so far, without header and trailer. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Appends whole frames with `rowCount` records in all for a partition not below the last one. The bytes must not
   * change until the next `flush` or `close`. Raises what the file system raises.
   */
  append(partition: number, frames: Uint8Array, rowCount: number): void {
    invariant(this.#state === 'open', `${this.path} was written to after its end`);
    const last = this.chunks.at(-1);
    invariant(last === undefined || partition >= last.partition, `partition ${partition} after ${last?.partition}`);
    if (frames.length === 0) return;
    if (frames.length > this.#chunkBytes && this.#chunkBytes > 0) this.#appendCut(partition, frames, rowCount);
    else this.#appendWhole(partition, frames, rowCount);
    if (this.#pendingBytes >= this.#flushBytes) this.flush();
  }

  /** Cuts a long append between its frames: a reader should not have to hold all of it. */
  #appendCut(partition: number, frames: Uint8Array, expectedRows: number): void {
    let from = 0;
    let rowCount = 0;
    let cutRows = 0;
    for (let at = 0; at < frames.length; ) {
      const frame = peekFrame(frames, at);
      if (at > from && at + frame.byteLength - from > this.#chunkBytes) {
        this.#appendWhole(partition, frames.subarray(from, at), rowCount);
        from = at;
        cutRows += rowCount;
        rowCount = 0;
      }
      rowCount += frame.rowCount;
      at += frame.byteLength;
    }
    invariant(cutRows + rowCount === expectedRows, `${cutRows + rowCount} records appended as ${expectedRows}`);
    this.#appendWhole(partition, frames.subarray(from), rowCount);
  }

  #appendWhole(partition: number, frames: Uint8Array, rowCount: number): void {
    const last = this.chunks.at(-1);
    if (frames.length > MAX_CHUNK || rowCount > MAX_CHUNK) {
      throw new CairnError('LIMIT_EXCEEDED', {
        what: `a chunk of ${this.path}`,
        found: `${frames.length} bytes with ${rowCount} records`,
        limit: `${MAX_CHUNK} of each`,
        remedy: 'use more partitions',
      });
    }
    if (last !== undefined && last.partition === partition && this.#extends(last, frames, rowCount)) {
      this.chunks[this.chunks.length - 1] = {
        partition,
        rowCount: last.rowCount + rowCount,
        sizeBytes: last.sizeBytes + frames.length,
        checksum: checksumOf(frames, last.checksum),
      };
    } else {
      this.chunks.push({
        partition,
        rowCount,
        sizeBytes: frames.length,
        checksum: checksumOf(frames, this.#seed),
      });
    }
    this.#pending.push(frames);
    this.#pendingBytes += frames.length;
    this.#sizeBytes += frames.length;
  }

  /** Writes what was appended: its bytes may change from here on. */
  flush(): void {
    if (this.#pending.length === 0) return;
    this.#file ??= this.#fileSystem.open(this.path, 'overwrite');
    this.#file.write(...this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /** Writes what is left and `trailer` after it, makes it durable when `sync` is set, and closes the file. */
  close(trailer?: Uint8Array, sync = false): void {
    invariant(this.#state === 'open', `${this.path} was closed after its end`);
    if (trailer !== undefined) this.#pending.push(trailer);
    this.flush();
    if (sync) this.#file?.sync();
    this.#file?.close();
    this.#state = 'closed';
  }

  /** Whether there is a file: without frames and trailer none is made. */
  get hasFile(): boolean {
    return this.#file !== undefined;
  }

  /** Closes and removes the file. What fails meanwhile is left to the sweeper: an error is already on its way. */
  abort(): void {
    this.#state = 'aborted';
    this.#pending = [];
    if (this.#file === undefined) return;
    try {
      this.#file.close();
    } catch {}
    try {
      this.#fileSystem.removeFile(this.path);
    } catch {}
  }

  [Symbol.dispose](): void {
    if (this.#state === 'open') this.abort();
  }

  #extends(chunk: Chunk, frames: Uint8Array, rowCount: number): boolean {
    return chunk.sizeBytes + frames.length <= this.#chunkBytes && chunk.rowCount + rowCount <= MAX_CHUNK;
  }
}

function checksumOf(frames: Uint8Array, seed: number): number {
  const sum = framesChecksum(frames, seed);
  invariant(sum !== undefined, 'what is appended are whole frames');
  return sum;
}
