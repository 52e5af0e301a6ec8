/**
 * Run files: what a map task, a sort or an aggregation wrote out when its memory was full.
 *
 * A run is a sequence of segments, each some frames of one partition, in ascending order of partition (0 throughout
 * where there are none). Its directory stays in the memory of the task that wrote it: a run lives in scratch space and
 * never outlives its task, so there is nothing to find again. Every segment is verified when it is read.
 */
import type { Batch } from '../../formats/schema/batch.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { FileHandle, FileSystem } from '../fs/file-system.ts';
import { corrupt, readChunk, readChunks } from './chunk-reader.ts';
import type { PlacedChunk } from './chunk-table.ts';
import { ChunkWriter } from './chunk-writer.ts';

/** Frames of one partition in a run: what one `append` wrote. */
export type RunSegment = PlacedChunk;

/** A complete run. Plain data; whoever holds it removes the file. */
export interface RunFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly rowCount: number;
  readonly segments: readonly RunSegment[];
}

export interface RunFileOptions {
  /** Bytes gathered for one write. 4 MiB unless said. */
  readonly flushBytes?: number;
  /** Told of bytes before they are taken; what it raises keeps them out of the file. */
  readonly onAppend?: (bytes: number) => void;
}

/**
 * Writes one run. Each append is a segment, read back as a whole: append a few ten thousand bytes at a time where many
 * runs will be merged.
 */
export class RunFileWriter implements Disposable {
  readonly #chunks: ChunkWriter;
  readonly #onAppend: (bytes: number) => void;

  private constructor(chunks: ChunkWriter, onAppend: (bytes: number) => void) {
    this.#chunks = chunks;
    this.#onAppend = onAppend;
  }

  /** `path` is a file of the task's own in scratch space. It is made at the first write. */
  static open(fileSystem: FileSystem, path: string, options: RunFileOptions = {}): RunFileWriter {
    const { onAppend = () => {}, ...rest } = options;
    return new RunFileWriter(new ChunkWriter({ fileSystem, path, chunkBytes: 0, ...rest }), onAppend);
  }

  get path(): string {
    return this.#chunks.path;
  }

  get sizeBytes(): number {
    return this.#chunks.sizeBytes;
  }

  /** Appends whole frames for a partition not below the last one; the bytes must not change until `flush`. */
  append(partition: number, frames: Uint8Array, rowCount: number): void {
    this.#onAppend(frames.length);
    this.#chunks.append(partition, frames, rowCount);
  }

  /** Writes what was appended: its bytes may change from here on. */
  flush(): void {
    this.#chunks.flush();
  }

  /** Ends the run. No fsync: a run is worthless after a crash. A run without records has no file. */
  finish(): RunFile {
    this.#chunks.close();
    let offset = 0;
    let rowCount = 0;
    const segments = this.#chunks.chunks.map((chunk): RunSegment => {
      const segment = { ...chunk, offset };
      offset += chunk.sizeBytes;
      rowCount += chunk.rowCount;
      return segment;
    });
    return { path: this.#chunks.path, sizeBytes: offset, rowCount, segments };
  }

  /** Closes and removes the file. */
  abort(): void {
    this.#chunks.abort();
  }

  /** Aborts a run that was not finished. */
  [Symbol.dispose](): void {
    this.#chunks[Symbol.dispose]();
  }
}

/** Reads a run. Opens its file at the first read; close it before the file is removed. */
export class RunFileReader implements Disposable {
  readonly run: RunFile;
  readonly #fileSystem: FileSystem;
  #file: FileHandle | undefined;

  constructor(fileSystem: FileSystem, run: RunFile) {
    this.#fileSystem = fileSystem;
    this.run = run;
  }

  /** All batches in order, one segment in memory at a time. Raises CORRUPT_FILE, also where there is no file, and IO_ERROR. */
  *batches(): IterableIterator<Batch> {
    for (const segment of this.run.segments) yield* this.readSegment(segment);
  }

  /** The batches of one segment. Where they are read into `target`, which has to be large enough, they live as long as that. */
  readSegment(segment: RunSegment, target?: Uint8Array): IterableIterator<Batch> {
    return readChunks(this.#open(), [segment], 0, target);
  }

  /** The frames of one segment as stored, verified: for copying them into a map output. The caller owns the bytes. */
  readFrames(segment: RunSegment): Uint8Array {
    return readChunk(this.#open(), segment);
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    file?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): FileHandle {
    if (this.#file !== undefined) return this.#file;
    const { path, sizeBytes } = this.run;
    try {
      this.#file = this.#fileSystem.open(path, 'read');
    } catch (error) {
      // What nobody but this task should remove is damage, which another attempt may help with: no wrong path of the user's.
      if (CairnError.is(error, 'FILE_NOT_FOUND')) throw corrupt(path, 0, `${sizeBytes} bytes`, 'no file');
      throw error;
    }
    const found = this.#file.sizeBytes();
    if (found !== sizeBytes) throw corrupt(path, 0, `${sizeBytes} bytes`, `${found}`);
    return this.#file;
  }
}
