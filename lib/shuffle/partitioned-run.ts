/**
 * One run file that holds frames of several partitions in the order they were written, and the directory by partition.
 *
 * Why one file: whoever deals records out to partitions writes a little of each at a time; that is one call for one file,
 * and a buffer or a handle for each partition otherwise.
 */
import type { Batch } from '../../formats/schema/batch.ts';
import type { RunFile, RunFileReader, RunFileWriter, RunSegment } from '../../storage/spill/run-file.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { attemptAll } from '../base/attempt-all.ts';

/** What a piece of a run holds: values as they came, or combiners. */
export type PieceKind = 'values' | 'combiners';

interface Piece {
  readonly kind: PieceKind;
  readonly segment: number;
  /** Pieces of a later layer are read before those of an earlier one. */
  readonly layer: number;
}

export interface PieceBatch {
  readonly kind: PieceKind;
  readonly batch: Batch;
}

/** Ends with `remove`; twice does nothing. */
export class PartitionedRun {
  readonly #spills: TaskSpills;
  readonly #writer: RunFileWriter;
  /** By partition. */
  readonly #pieces: Piece[][];
  readonly #rowCounts: number[];
  #segments = 0;
  #layers = 0;
  #layer = 0;
  #run: RunFile | undefined;
  #reader: RunFileReader | undefined;
  #isRemoved = false;

  constructor(spills: TaskSpills, numPartitions: number) {
    this.#spills = spills;
    this.#rowCounts = new Array<number>(numPartitions).fill(0);
    this.#pieces = this.#rowCounts.map(() => []);
    this.#writer = spills.openRun();
  }

  /** Appends whole frames; the bytes must not change until `flush`. */
  append(partition: number, kind: PieceKind, frames: Uint8Array, rowCount: number): void {
    // Each append is a segment of its own: which partition's, is noted here.
    this.#writer.append(0, frames, rowCount);
    this.#pieces[partition]?.push({ kind, segment: this.#segments++, layer: this.#layer });
    this.#rowCounts[partition] = (this.#rowCounts[partition] as number) + rowCount;
  }

  /** What is appended until `endOlder` is read before all that was appended so far. */
  beginOlder(): void {
    this.#layer = ++this.#layers;
  }

  /** What is appended now is read after all else again. */
  endOlder(): void {
    this.#layer = 0;
  }

  flush(): void {
    this.#writer.flush();
  }

  /** Ends the writing. */
  finish(): void {
    this.#run = this.#writer.finish();
    this.#reader = this.#spills.read(this.#run);
  }

  get numPartitions(): number {
    return this.#rowCounts.length;
  }

  /** Records of a partition. */
  rowCount(partition: number): number {
    return this.#rowCounts[partition] as number;
  }

  /** What was written for a partition, in order; one piece in memory at a time. Several may be read at once. */
  *read(partition: number): Generator<PieceBatch, void, undefined> {
    const segments = this.#run?.segments ?? [];
    const pieces = (this.#pieces[partition] as Piece[]).toSorted((a, b) => b.layer - a.layer);
    for (const { kind, segment } of pieces) {
      const batches = (this.#reader as RunFileReader).readSegment(segments[segment] as RunSegment);
      for (const batch of batches) yield { kind, batch };
    }
  }

  /** Closes and removes the file, finished or not. */
  remove(): void {
    if (this.#isRemoved) return;
    this.#isRemoved = true;
    if (this.#run === undefined) this.#writer.abort();
    attemptAll([() => this.#reader?.close(), () => this.#spills.remove(this.#writer)]);
  }
}
