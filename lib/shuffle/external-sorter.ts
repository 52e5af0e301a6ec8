/**
 * Sorts pairs by key, stably, in the memory of a task: what does not fit is written out in order as runs, which are
 * merged in the end with what is left. Spark's `ExternalSorter`.
 *
 * Two roads. Pairs of numbers in natural order stay columns from the map output to the batches that are given: typed
 * arrays, sorted by radix, merged by blocks. All other pairs are records, sorted and merged by comparison. A sort takes
 * the first for as long as nothing but numbers comes; runs of numbers are read as records when it has left it.
 *
 * The order is the same whatever the memory. Runs are numbered as they are written; each holds pairs that came before
 * those of the next, and a merge prefers the lower number. Where there are more runs than may be read at a time,
 * neighbours are merged to longer runs first.
 *
 * When another part of the task needs memory, what is held becomes a run: as the next one while pairs are gathered; later
 * in the place that what is held has in the merge.
 *
 * Threading: a task's own. `spill` comes between two batches, never while a batch is added or made.
 */
import type { Batch, ColumnBatch } from '../../formats/schema/batch.ts';
import { estimateRows } from '../../storage/memory/size-estimate.ts';
import { SizeTracker } from '../../storage/memory/size-tracker.ts';
import type { ConsumerMemory, MemoryConsumer, TaskMemory } from '../../storage/memory/task-memory.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { attemptAll } from '../base/attempt-all.ts';
import type { KeyOrder } from '../lineage/key-order.ts';
import { rowsOf } from '../lineage/records.ts';
import type { PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import { HeldNumbers } from './held-numbers.ts';
import { mergeNumbers, numberBatches } from './merge-numbers.ts';
import { type KeyCompare, mergeRows } from './merge-rows.ts';
import type { NumberPairs } from './number-sorter.ts';
import { type NumberColumns, numberColumns, numberRows } from './pair-columns.ts';
import { sortPairs } from './sort-pairs.ts';
import { type SortRun, type SortRunOptions, SortRunWriter } from './sort-run.ts';
import { type HeldSource, heldNumbers, heldRows, numberRun, rowRun, type SortSource } from './sort-source.ts';

/** What a sort needs of its task. */
export interface ExternalSorterOptions {
  readonly memory: TaskMemory;
  readonly spills: TaskSpills;
  readonly order: KeyOrder;
  /** Records of a batch that is given. */
  readonly batchRows: number;
  /** Called now and then; raises when the sort should stop. */
  readonly check: () => void;
}

/** A segment of a run: large enough for reads of some size, small enough for many side by side. */
const SEGMENT_BYTES = 64 * 1024;
const LEAST_SEGMENT_BYTES = 1024;
/** Of the share, what a segment may have at most. */
const SEGMENT_PART = 1 / 256;
/** What a segment takes once it is read, and what is made of it: records are objects then. */
const NUMBER_FACTOR = 2;
const ROW_FACTOR = 6;
/** Of the share, what segments of runs that are read side by side may take. */
const MERGE_PART = 1 / 2;
/** Runs that are read at a time, at least; and at most, for the sake of open files. */
const LEAST_FAN_IN = 2;
const MOST_FAN_IN = 128;
/** What a pair of numbers takes as a record. */
const NUMBER_ROW_BYTES = 128;
/** What sorting takes for each record: a place, a key, a place in the result. */
const SORT_ROW_BYTES = 40;
/** Records after which their size is looked at. */
const LOOK_ROWS = 256;

type Rows = [unknown, unknown][];

/** See the head of this file. Ends with its disposal, which leaves no run behind. */
export class ExternalSorter implements MemoryConsumer, Disposable {
  readonly name = 'sort by key';
  readonly #options: ExternalSorterOptions;
  readonly #runOptions: SortRunOptions;
  readonly #memory: ConsumerMemory;
  /** Undefined once something else than pairs of numbers came, and where these have no faster road. */
  #numbers: HeldNumbers | undefined;
  #rows: Rows = [];
  readonly #tracker = new SizeTracker(() => estimateRows(this.#rows));
  #runs: SortRun[] = [];
  /** While batches are given: the runs that were `#runs`, and what is in memory. */
  #sources: readonly SortSource<unknown>[] = [];
  #held: HeldSource<unknown> | undefined;
  #isBusy = false;

  constructor(options: ExternalSorterOptions) {
    const { memory, spills, order, check } = options;
    const { shareBytes } = memory;
    this.#options = options;
    const part = Math.max(LEAST_SEGMENT_BYTES, Math.floor(shareBytes * SEGMENT_PART));
    this.#runOptions = { spills, segmentBytes: Math.min(SEGMENT_BYTES, part), check };
    this.#memory = memory.register(this);
    if (order.natural) {
      this.#numbers = new HeldNumbers(order.ascending, shareBytes, (bytes) => this.#memory.hold(bytes));
    }
  }

  /** Takes the pairs of a batch. Raises what writing runs raises, and what the order does. */
  add(batch: Exclude<TaskBatch, PendingBatch>): void {
    this.#isBusy = true;
    try {
      const columns = this.#numbers === undefined ? undefined : numberColumns(batch);
      if (columns === undefined) this.#addRows(batch);
      else this.#addNumbers(this.#numbers as HeldNumbers, columns);
    } finally {
      this.#isBusy = false;
    }
  }

  /** All pairs in order. To be read once; its end, or `return()`, leaves no run behind. */
  *batches(): Generator<Batch, void, undefined> {
    try {
      if (this.#numbers === undefined) yield* this.#giveRows();
      else yield* this.#giveNumbers(this.#numbers);
    } finally {
      this[Symbol.dispose]();
    }
  }

  spill(): void {
    if (this.#isBusy) return;
    if (this.#held === undefined) {
      this.#spillHeld();
      this.#numbers?.release();
      return;
    }
    const bytes = this.#held.spill();
    if (bytes === 0) return;
    this.#memory.noteSpill(bytes);
    this.#memory.hold(this.#mergeBytes(this.#sources.length));
  }

  /** Removes what runs there are and gives the memory back. Twice does nothing. */
  [Symbol.dispose](): void {
    const { spills } = this.#options;
    const sources = this.#sources;
    const runs = this.#runs;
    this.#sources = [];
    this.#runs = [];
    this.#held = undefined;
    this.#numbers = undefined;
    this.#rows = [];
    attemptAll([
      ...sources.map((source) => () => source[Symbol.dispose]()),
      ...runs.map(
        ({ file }) =>
          () =>
            spills.remove(file),
      ),
      () => this.#memory[Symbol.dispose](),
    ]);
  }

  #addNumbers(numbers: HeldNumbers, columns: NumberColumns): void {
    const count = columns.keys.values.length;
    for (let at = 0; at < count; ) {
      const taken = numbers.add(columns, at);
      if (taken === 0) this.#spillHeld();
      at += taken;
    }
  }

  #addRows(batch: Exclude<TaskBatch, PendingBatch>): void {
    this.#leaveNumbers();
    const { rows, from, to } = rowsOf(batch);
    for (let i = from; i < to; i++) {
      this.#rows.push(rows[i] as [unknown, unknown]);
      this.#tracker.afterUpdate();
      if ((i - from) % LOOK_ROWS === LOOK_ROWS - 1) this.#holdRows();
    }
    this.#holdRows();
  }

  #holdRows(): void {
    if (!this.#memory.hold(this.#rowBytes())) this.#spillHeld();
  }

  #rowBytes(): number {
    return this.#tracker.estimate() + SORT_ROW_BYTES * this.#rows.length;
  }

  /** Goes on with records. What is held becomes records where these fit. */
  #leaveNumbers(): void {
    const numbers = this.#numbers;
    if (numbers === undefined) return;
    const { count } = numbers;
    if (count * NUMBER_ROW_BYTES > this.#options.memory.shareBytes) this.#spillHeld();
    else this.#rows = numberRows(numbers.pairs, 0, count) as Rows;
    numbers.release();
    this.#numbers = undefined;
    this.#tracker.reset();
  }

  /** Writes what was gathered to the next run. */
  #spillHeld(): void {
    const numbers = this.#numbers;
    const count = numbers === undefined ? this.#rows.length : numbers.count;
    if (count === 0) return;
    this.#writeRun((writer) => {
      if (numbers === undefined) writer.appendRows(sortPairs(this.#rows, this.#options.order), 0, count);
      else writer.appendNumbers(numbers.sorted(), 0, count);
    });
    if (numbers !== undefined) {
      numbers.clear();
      return;
    }
    this.#rows = [];
    this.#tracker.reset();
    this.#memory.hold(0);
  }

  #writeRun(write: (writer: SortRunWriter) => void): void {
    using writer = new SortRunWriter(this.#runOptions);
    write(writer);
    const run = writer.finish();
    this.#runs.push(run);
    this.#memory.noteSpill(run.file.sizeBytes);
  }

  *#giveNumbers(numbers: HeldNumbers): Generator<Batch, void, undefined> {
    const { spills, order, batchRows } = this.#options;
    const merge = (sources: readonly SortSource<NumberPairs>[], rows: number, isSame: boolean): Iterable<ColumnBatch> =>
      numberBatches(mergeNumbers(sources, order.ascending), rows, isSame);
    const open = (run: SortRun): SortSource<NumberPairs> => numberRun(run, spills);
    this.#mergeRuns((runs, writer) => {
      const isSame = runs.every((run) => run.isSame);
      const rows = writer.rowsOfNumbers(isSame);
      readAll(runs.map(open), (sources) => {
        for (const batch of merge(sources, rows, isSame)) writer.append(batch);
      });
    });
    const isSame = numbers.isSame && this.#runs.every((run) => run.isSame);
    const { count } = numbers;
    const pairs = numbers.finish();
    const held = heldNumbers(pairs, count, this.#runOptions);
    yield* merge(this.#open(held, bytesOf(pairs), open), batchRows, isSame);
  }

  *#giveRows(): Generator<Batch, void, undefined> {
    const { spills, order, batchRows } = this.#options;
    const compare: KeyCompare = order.ascending ? order.compare : (a, b) => order.compare(b, a);
    const open = (run: SortRun): SortSource<readonly unknown[]> => rowRun(run, spills);
    this.#mergeRuns((runs, writer) => {
      readAll(runs.map(open), (sources) => {
        for (const { rows, from, to } of mergeRows(sources, compare, batchRows)) writer.appendRows(rows, from, to);
      });
    });
    const bytes = this.#rowBytes();
    const held = heldRows(sortPairs(this.#rows, order), this.#runOptions);
    this.#rows = [];
    yield* mergeRows(this.#open(held, bytes, open), compare, batchRows);
  }

  /** While there are more runs than may be read at a time: makes one run of each few neighbours. */
  #mergeRuns(merge: (runs: readonly SortRun[], writer: SortRunWriter) => void): void {
    const fanIn = this.#fanIn();
    if (this.#runs.length <= fanIn) return;
    this.#spillHeld();
    this.#numbers?.release();
    while (this.#runs.length > fanIn) {
      const runs = this.#runs;
      this.#runs = [];
      try {
        while (runs.length > 0) {
          const group = runs.splice(0, fanIn);
          if (group.length === 1) this.#runs.push(...group);
          else this.#writeRun((writer) => merge(group, writer));
        }
      } finally {
        // Only after an error are there any: `[Symbol.dispose]` removes them.
        this.#runs.push(...runs);
      }
    }
  }

  /** The runs, and after them what is held, for the last merge. */
  #open<Block>(
    held: HeldSource<Block>,
    heldBytes: number,
    open: (run: SortRun) => SortSource<Block>,
  ): readonly SortSource<Block>[] {
    const sources = [...this.#runs.map(open), held];
    const hasRuns = this.#runs.length > 0;
    this.#sources = sources;
    this.#held = held;
    this.#runs = [];
    if (!this.#memory.hold(heldBytes + this.#mergeBytes(sources.length - 1)) && hasRuns) this.spill();
    return sources;
  }

  #fanIn(): number {
    const fitting = Math.floor((this.#options.memory.shareBytes * MERGE_PART) / this.#mergeBytes(1));
    return Math.max(LEAST_FAN_IN, Math.min(fitting, MOST_FAN_IN));
  }

  /** What reading so many runs side by side takes. */
  #mergeBytes(runs: number): number {
    return runs * this.#runOptions.segmentBytes * (this.#numbers === undefined ? ROW_FACTOR : NUMBER_FACTOR);
  }
}

/** Bytes of the arrays, which may be longer than what is in them. */
function bytesOf({ keys, values }: NumberPairs): number {
  return keys.buffer.byteLength + (keys === values ? 0 : values.buffer.byteLength);
}

/** Removes the runs behind the sources in the end, whatever happens. */
function readAll<Block>(sources: readonly SortSource<Block>[], read: (sources: readonly SortSource<Block>[]) => void) {
  try {
    read(sources);
  } finally {
    attemptAll(sources.map((source) => () => source[Symbol.dispose]()));
  }
}
