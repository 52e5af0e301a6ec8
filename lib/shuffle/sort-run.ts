/**
 * Runs of a sort: pairs in order, in segments so short that many runs can be read side by side.
 */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { type Batch, batchLength, type ColumnBatch, rowBatch } from '../../formats/schema/batch.ts';
import type { RunFile, RunFileWriter } from '../../storage/spill/run-file.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import type { NumberPairs } from './number-sorter.ts';
import { numberBatch } from './pair-columns.ts';

/** A run that was written. */
export interface SortRun {
  readonly file: RunFile;
  /** Whether it was written as pairs of numbers. */
  readonly isNumbers: boolean;
  /** Whether it is pairs of numbers each of which is its own value. */
  readonly isSame: boolean;
}

/** Where runs are written, and how. */
export interface SortRunOptions {
  readonly spills: TaskSpills;
  /** What a segment should have: all that a reader of the run holds. */
  readonly segmentBytes: number;
  /** Called for each segment; may raise. */
  readonly check: () => void;
}

/** Frames gathered for one write. */
const FLUSH_BYTES = 1 << 20;
/** Records of a frame until it is known how long they are, and at most. */
const FIRST_ROWS = 16;
const MAX_ROWS = 4096;
const NUMBER_BYTES = 8;

/** Writes one run. Disposing of it drops what was written unless it was finished. */
export class SortRunWriter implements Disposable {
  readonly #options: SortRunOptions;
  readonly #file: RunFileWriter;
  readonly #frames: ByteWriter;
  /** What lies in `#frames`. */
  #waiting: { readonly from: number; readonly to: number; readonly rowCount: number }[] = [];
  #rowsPerSegment = FIRST_ROWS;
  #isNumbers = true;
  #isSame = true;

  constructor(options: SortRunOptions) {
    this.#options = options;
    this.#file = options.spills.openRun();
    // Room for all that is gathered, so that it is not moved while it grows.
    const { segmentBytes } = options;
    this.#frames = new ByteWriter({ initialBytes: Math.min(FLUSH_BYTES + 2 * segmentBytes, 32 * segmentBytes) });
  }

  /** Appends the pairs `from … to - 1`. Raises what encoding and the file system raise. */
  appendRows(rows: readonly unknown[], from: number, to: number): void {
    this.#isNumbers = false;
    for (let at = from; at < to; ) {
      const end = Math.min(at + this.#rowsPerSegment, to);
      const bytes = this.#append(rowBatch(rows, at, end));
      const fitting = Math.floor((this.#options.segmentBytes / Math.max(1, bytes)) * (end - at));
      // Records may grow longer all at once: segments grow with care and shrink at once.
      this.#rowsPerSegment = Math.max(1, Math.min(fitting, 4 * this.#rowsPerSegment, MAX_ROWS));
      at = end;
    }
  }

  /** As `appendRows`, for numbers. */
  appendNumbers(pairs: NumberPairs, from: number, to: number): void {
    const rows = this.rowsOfNumbers(pairs.keys === pairs.values);
    for (let at = from; at < to; at += rows) this.append(numberBatch(pairs, at, Math.min(at + rows, to)));
  }

  /** Pairs of numbers that are a segment; `isSame` when each key is its own value. */
  rowsOfNumbers(isSame: boolean): number {
    return Math.max(1, Math.floor(this.#options.segmentBytes / (isSame ? NUMBER_BYTES : 2 * NUMBER_BYTES)));
  }

  /** Appends a batch of pairs of numbers as a segment. */
  append(batch: ColumnBatch): void {
    const { root } = batch;
    this.#isSame &&= root.kind === 'tuple' && root.items[0] === root.items[1];
    this.#append(batch);
  }

  /** Ends the run, in which there is at least one pair. */
  finish(): SortRun {
    this.#flush();
    return { file: this.#file.finish(), isNumbers: this.#isNumbers, isSame: this.#isNumbers && this.#isSame };
  }

  [Symbol.dispose](): void {
    this.#frames[Symbol.dispose]();
    this.#file[Symbol.dispose]();
  }

  /** Gives the bytes appended. */
  #append(batch: Batch): number {
    this.#options.check();
    const from = this.#frames.length;
    const { byteLength } = encodeFrame(batch, this.#frames, { codec: this.#options.spills.codec });
    this.#waiting.push({ from, to: from + byteLength, rowCount: batchLength(batch) });
    if (this.#frames.length >= FLUSH_BYTES) this.#flush();
    return byteLength;
  }

  #flush(): void {
    // Views of the writer are taken now only: what is written into it may move it.
    for (const { from, to, rowCount } of this.#waiting) this.#file.append(0, this.#frames.bytes(from, to), rowCount);
    this.#file.flush();
    this.#waiting = [];
    this.#frames.reset();
  }
}
