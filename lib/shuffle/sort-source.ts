/**
 * What a merge reads: parts of the pairs of a sort, each in order, block by block. A part is a run, or what is still in
 * memory; that may become a run while it is read, when its memory is asked for.
 */
import type { Batch } from '../../formats/schema/batch.ts';
import type { RunFileReader, RunSegment } from '../../storage/spill/run-file.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { attemptAll } from '../base/attempt-all.ts';
import { invariant } from '../base/invariant.ts';
import { recordsOf } from '../lineage/records.ts';
import type { NumberPairs } from './number-sorter.ts';
import { numberColumns } from './pair-columns.ts';
import { type SortRun, type SortRunOptions, SortRunWriter } from './sort-run.ts';

/** A part of the pairs. Whoever reads moves `at` on. Disposing of it removes the run. */
export interface SortSource<Block> extends Disposable {
  /** Where the pairs `at … to - 1` are. Good until `next`, or for good where `isKept`. */
  readonly block: Block;
  readonly isKept: boolean;
  at: number;
  readonly to: number;
  /** Loads the next block once the last one is used up, or gives false at the end: then the run is gone. */
  next(): boolean;
}

/** A part that began in memory. */
export interface HeldSource<Block> extends SortSource<Block> {
  /** Writes out what is left and goes on from there; gives the bytes written. */
  spill(): number;
}

/** How blocks of one kind are read from runs and written to them. */
interface BlockForm<Block> {
  readonly empty: Block;
  readonly read: (reader: RunFileReader, segment: RunSegment, run: SortRun) => Block;
  readonly write: (writer: SortRunWriter, block: Block, from: number, to: number) => void;
}

const NOTHING = new Float64Array(0);

/** Numbers of a run stay in the buffer that they are read into; the next block is read into it, too. */
function numberForm(): BlockForm<NumberPairs> {
  let buffer = new Uint8Array(0);
  return {
    empty: { keys: NOTHING, values: NOTHING },
    read: (reader, segment, { isSame }) => {
      if (buffer.length < segment.sizeBytes) buffer = new Uint8Array(segment.sizeBytes);
      const [batch] = [...reader.readSegment(segment, buffer)] as [Batch];
      const columns = numberColumns(batch);
      invariant(columns !== undefined, 'a run of numbers has nothing else');
      const keys = columns.keys.values as Float64Array;
      return { keys, values: isSame ? keys : (columns.values.values as Float64Array) };
    },
    write: (writer, block, from, to) => writer.appendNumbers(block, from, to),
  };
}

const ROW_FORM: BlockForm<readonly unknown[]> = {
  empty: [],
  read: (reader, segment) => [...recordsOf(reader.readSegment(segment))],
  write: (writer, block, from, to) => writer.appendRows(block, from, to),
};

class RunSource<Block> implements SortSource<Block> {
  block: Block;
  readonly isKept = false;
  at = 0;
  to = 0;
  readonly #run: SortRun;
  readonly #spills: TaskSpills;
  readonly #form: BlockForm<Block>;
  readonly #reader: RunFileReader;
  #segment = 0;

  constructor(run: SortRun, spills: TaskSpills, form: BlockForm<Block>) {
    this.#run = run;
    this.#spills = spills;
    this.#form = form;
    this.#reader = spills.read(run.file);
    this.block = form.empty;
  }

  next(): boolean {
    const segment = this.#run.file.segments[this.#segment];
    if (segment === undefined) {
      this[Symbol.dispose]();
      return false;
    }
    this.#segment++;
    this.block = this.#form.read(this.#reader, segment, this.#run);
    this.at = 0;
    this.to = segment.rowCount;
    return true;
  }

  [Symbol.dispose](): void {
    this.block = this.#form.empty;
    this.at = 0;
    this.to = 0;
    this.#segment = this.#run.file.segments.length;
    attemptAll([() => this.#reader.close(), () => this.#spills.remove(this.#run.file)]);
  }
}

class MemorySource<Block> implements HeldSource<Block> {
  block: Block;
  at = 0;
  to = 0;
  readonly #options: SortRunOptions;
  readonly #form: BlockForm<Block>;
  #count: number;
  #run: RunSource<Block> | undefined;

  constructor(block: Block, count: number, options: SortRunOptions, form: BlockForm<Block>) {
    this.block = block;
    this.#count = count;
    this.#options = options;
    this.#form = form;
  }

  get isKept(): boolean {
    return this.#run === undefined;
  }

  next(): boolean {
    if (this.#run !== undefined) return this.#follow(this.#run.next());
    if (this.to === this.#count) {
      this[Symbol.dispose]();
      return false;
    }
    this.to = this.#count;
    return true;
  }

  spill(): number {
    if (this.#run !== undefined || this.at === this.#count) return 0;
    using writer = new SortRunWriter(this.#options);
    this.#form.write(writer, this.block, this.at, this.#count);
    const run = writer.finish();
    const wasRead = this.to > 0;
    this.#run = new RunSource(run, this.#options.spills, this.#form);
    this.block = this.#form.empty;
    this.at = 0;
    this.to = 0;
    // Whoever reads has a block at hand, and finds one again.
    if (wasRead) this.#follow(this.#run.next());
    return run.file.sizeBytes;
  }

  #follow(more: boolean): boolean {
    const run = this.#run as RunSource<Block>;
    this.block = run.block;
    this.at = run.at;
    this.to = run.to;
    return more;
  }

  [Symbol.dispose](): void {
    this.block = this.#form.empty;
    this.#count = 0;
    this.at = 0;
    this.to = 0;
    this.#run?.[Symbol.dispose]();
  }
}

export function numberRun(run: SortRun, spills: TaskSpills): SortSource<NumberPairs> {
  return new RunSource(run, spills, numberForm());
}

/** A run of pairs of any kind, as records. */
export function rowRun(run: SortRun, spills: TaskSpills): SortSource<readonly unknown[]> {
  return new RunSource(run, spills, ROW_FORM);
}

export function heldNumbers(pairs: NumberPairs, count: number, options: SortRunOptions): HeldSource<NumberPairs> {
  return new MemorySource(pairs, count, options, numberForm());
}

export function heldRows(rows: readonly unknown[], options: SortRunOptions): HeldSource<readonly unknown[]> {
  return new MemorySource(rows, rows.length, options, ROW_FORM);
}
