/**
 * Combines any number of pairs by key in the memory of its task. The answer is the same, to the last bit, whatever that
 * memory is: keys in order of first appearance, the values of a key folded in the order they came.
 *
 * - Keys are combined in a table until it may not grow any more. It is frozen then: the keys in it stay and go on
 *   combining, pairs of all others are written to partitions by a hash of their key, in order, each with its number.
 * - Where the combiners themselves go on growing, the younger half of the keys is put out: each goes to its partition as
 *   a combiner, before any pair of its key.
 * - In the end the keys of the table are given, which are the first that appeared. Each partition is combined by itself,
 *   in the same way, and its keys are written in order; then all partitions are merged by the numbers that their keys
 *   first came with. Where the rest is likely to fit as a whole, there is one partition, and nothing to merge.
 *
 * Partitions that are too large again fall apart by another hash. Keys whose hashes are equal never do: beyond a depth
 * there is one partition, each time with the keys less that fitted, until none is left.
 */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import type { Batch } from '../../formats/schema/batch.ts';
import type { ConsumerMemory, MemoryConsumer, TaskMemory } from '../../storage/memory/task-memory.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { attemptAll } from '../base/attempt-all.ts';
import type { PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import { mergeNumbered } from './merge-numbered.ts';
import { joinNumbers, type NumberedPairs, splitNumbers, unstorable } from './numbered-pairs.ts';
import { OverflowLog } from './overflow-log.ts';
import type { FoldHost, FoldInput, NewFold, PairFold } from './pair-fold.ts';
import { PartitionedRun } from './partitioned-run.ts';

export interface ExternalAggregatorOptions {
  readonly memory: TaskMemory;
  readonly spills: TaskSpills;
  readonly newFold: NewFold;
  /** Of what is given. */
  readonly batchRows: number;
  /** Pairs that will come, where that is known. */
  readonly rowCount: number | undefined;
}

const OPERATION = 'combine by key';
/** Partitions where nothing is known of what will come, and at most. */
const PARTITIONS = 16;
const MAX_PARTITIONS = 64;
const MAX_DEPTH = 8;
/** Of the share: what pairs may take that wait to be written. */
const LOG_PART = 1 / 8;
const MAX_LOG_BYTES = 2 * 1024 * 1024;
/** A partition should have so many pairs of a full log: they are written and read back as one piece. */
const PIECE_ROWS = 128;
const MAX_PIECE_ROWS = 4096;
/** More partitions than an estimate asks for: partitions differ in size. */
const SAFETY = 1.25;
/** Typed arrays of a pair of numbers in a merge: as read, and as compared. */
const MERGED_ROW_BYTES = 96;

/** See the file header. Feed it with `add`, then read `results` once. Ends with its disposal. */
export class ExternalAggregator implements MemoryConsumer, Disposable {
  readonly name = OPERATION;
  readonly #options: ExternalAggregatorOptions;
  readonly #memory: ConsumerMemory;
  readonly #runs = new Set<PartitionedRun>();
  readonly #top: Level;
  /** Between two batches: what is held may be written out. */
  #isIdle = true;
  #given: GivenKeys | undefined;
  /** The fewest keys that were a piece: as many together are not too large either. */
  #leastRows = MAX_PIECE_ROWS;

  constructor(options: ExternalAggregatorOptions) {
    this.#options = options;
    this.#memory = options.memory.register(this);
    this.#top = this.#newLevel(0, false, options.rowCount);
  }

  /** Takes in pairs. Raises NOT_A_PAIR, what the user's functions throw, and what writing raises. */
  add(batch: Exclude<TaskBatch, PendingBatch>): void {
    this.#isIdle = false;
    this.#top.add({ batch, kind: 'values', numbers: undefined });
    this.#isIdle = true;
  }

  /** Batches of `[key, combiner]`. Raises CORRUPT_FILE where what was written has changed. */
  *results(): Generator<Batch, void, undefined> {
    this.#isIdle = false;
    for (const { pairs } of this.#give(this.#top, true)) {
      this.#isIdle = true;
      yield pairs;
      this.#isIdle = false;
    }
  }

  /** For the task's memory: writes keys out, from the youngest on, that others may hold `bytes` more. */
  spill(bytes: number): void {
    if (!this.#isIdle) return;
    if (this.#given !== undefined) this.#given.moveOut();
    else if (this.#top.fold.size > 0) this.#top.giveBack(bytes);
  }

  /** As disposing of it, where an error is on its way: what fails now is left to the task's end. */
  abandon(): void {
    try {
      this[Symbol.dispose]();
    } catch {}
  }

  /** Removes what is left on disk and gives the memory back. Twice does nothing. */
  [Symbol.dispose](): void {
    this.#isIdle = false;
    const runs = [...this.#runs];
    this.#runs.clear();
    attemptAll([...runs.map((run) => () => run.remove()), () => this.#memory[Symbol.dispose]()]);
  }

  #newLevel(depth: number, isNumbered: boolean, rowCount: number | undefined): Level {
    return new Level(this.#options, this.#memory, depth, isNumbered, rowCount, (run) => this.#runs.add(run));
  }

  /** The keys of a level in order, `isOutermost`: to the caller. */
  *#give(level: Level, isOutermost: boolean): Generator<NumberedPairs, void, undefined> {
    let current = level;
    for (;;) {
      const { depth, isNumbered } = current;
      const overflow = current.finish();
      this.#leastRows = Math.min(this.#leastRows, current.pieceRows());
      yield* isOutermost ? this.#giveOutermost(current) : current.take(0, current.pieceRows());
      current.clear();
      if (overflow === undefined) return;
      if (overflow.numPartitions > 1) {
        yield* this.#giveMerged(overflow, depth);
        return;
      }
      current = this.#newLevel(depth + 1, isNumbered, overflow.rowCount(0));
      current.addAll(overflow, 0, isNumbered);
      this.#remove(overflow);
    }
  }

  *#giveOutermost(level: Level): Generator<NumberedPairs, void, undefined> {
    const given = new GivenKeys(this.#options.spills, level, (run) => this.#runs.add(run));
    this.#given = given;
    for (const batch of level.take(0, this.#options.batchRows)) {
      given.from += batch.pairs.kind === 'columns' ? batch.pairs.rowCount : batch.pairs.to - batch.pairs.from;
      yield batch;
      if (given.rest !== undefined) break;
    }
    this.#given = undefined;
    if (given.rest === undefined) return;
    for (const { batch } of given.rest.read(0)) yield { numbers: undefined, pairs: batch };
    this.#remove(given.rest);
  }

  *#giveMerged(overflow: PartitionedRun, depth: number): Generator<NumberedPairs, void, undefined> {
    const { spills, batchRows, memory } = this.#options;
    const { numPartitions } = overflow;
    const combined = new PartitionedRun(spills, numPartitions);
    this.#runs.add(combined);
    // A piece of each partition is in memory when they are merged.
    const pieceBytes = Math.floor(memory.shareBytes / 2 / numPartitions);
    for (let partition = 0; partition < numPartitions; partition++) {
      if (overflow.rowCount(partition) === 0) continue;
      const level = this.#newLevel(depth + 1, true, overflow.rowCount(partition));
      level.maxPieceBytes = Math.min(level.maxPieceBytes, pieceBytes);
      level.addAll(overflow, partition, true);
      for (const pairs of this.#give(level, false)) this.#write(combined, partition, joinNumbers(pairs));
    }
    this.#remove(overflow);
    combined.finish();
    this.#memory.hold(numPartitions * Math.min(pieceBytes, MAX_PIECE_ROWS * MERGED_ROW_BYTES));
    const streams = Array.from({ length: numPartitions }, (_, partition) => numberedPairs(combined, partition));
    yield* mergeNumbered(streams, Math.min(batchRows, this.#leastRows));
    this.#remove(combined);
    this.#memory.hold(0);
  }

  #write(run: PartitionedRun, partition: number, batch: Batch): void {
    const written = writePiece(run, partition, batch, this.#options.spills);
    this.#memory.noteSpill(written);
  }

  #remove(run: PartitionedRun): void {
    run.remove();
    this.#runs.delete(run);
  }
}

function* numberedPairs(run: PartitionedRun, partition: number): Generator<NumberedPairs, void, undefined> {
  for (const { batch } of run.read(partition)) yield splitNumbers(batch);
}

/** Writes a batch of combiners; gives the bytes it took. */
function writePiece(run: PartitionedRun, partition: number, batch: Batch, spills: TaskSpills): number {
  using out = new ByteWriter();
  try {
    const { rowCount } = encodeFrame(batch, out, { codec: spills.codec });
    run.append(partition, 'combiners', out.bytes(), rowCount);
  } catch (error) {
    throw unstorable(error);
  }
  run.flush();
  return out.length;
}

/** The keys of a level while they are given to the caller, who may want their memory before it has taken them all. */
class GivenKeys {
  /** The first key that was not given yet. */
  from = 0;
  /** Where these went, when they were written out. */
  rest: PartitionedRun | undefined;
  readonly #spills: TaskSpills;
  readonly #level: Level;
  readonly #onRun: (run: PartitionedRun) => void;

  constructor(spills: TaskSpills, level: Level, onRun: (run: PartitionedRun) => void) {
    this.#spills = spills;
    this.#level = level;
    this.#onRun = onRun;
  }

  moveOut(): void {
    if (this.rest !== undefined || this.from >= this.#level.fold.size) return;
    const rest = new PartitionedRun(this.#spills, 1);
    this.#onRun(rest);
    let written = 0;
    for (const { pairs } of this.#level.take(this.from, this.#level.pieceRows())) {
      written += writePiece(rest, 0, pairs, this.#spills);
    }
    rest.finish();
    this.rest = rest;
    this.#level.clear(written);
  }
}

/** Keys combined in memory, and the log of the pairs for which there was none. */
class Level implements FoldHost {
  readonly depth: number;
  readonly isNumbered: boolean;
  readonly rowCount: number | undefined;
  readonly fold: PairFold;
  /** Of what `take` gives for writing. */
  maxPieceBytes: number;
  readonly #options: ExternalAggregatorOptions;
  readonly #memory: ConsumerMemory;
  readonly #onRun: (run: PartitionedRun) => void;
  readonly #logBytes: number;
  #log: OverflowLog | undefined;
  #kind: FoldInput['kind'] = 'values';

  constructor(
    options: ExternalAggregatorOptions,
    memory: ConsumerMemory,
    depth: number,
    isNumbered: boolean,
    rowCount: number | undefined,
    onRun: (run: PartitionedRun) => void,
  ) {
    this.#options = options;
    this.#memory = memory;
    this.depth = depth;
    this.isNumbered = isNumbered;
    this.rowCount = rowCount;
    this.#onRun = onRun;
    this.#logBytes = Math.min(MAX_LOG_BYTES, Math.floor(options.memory.shareBytes * LOG_PART));
    this.maxPieceBytes = this.#logBytes;
    this.fold = options.newFold(this, isNumbered);
  }

  fits(bytes: number): boolean {
    // The log has its part from the beginning: there would be none left for it when it is needed.
    return this.#othersBytes() + bytes + this.#logBytes <= this.#options.memory.shareBytes;
  }

  mayHold(bytes: number): boolean {
    // Others are asked where there are some.
    if (this.#othersBytes() === 0 && !this.fits(bytes)) return false;
    return this.#memory.hold(bytes + this.#logBytes);
  }

  onFull(): void {
    const numPartitions = this.#choosePartitions();
    const log = new OverflowLog({
      spills: this.#options.spills,
      numPartitions,
      seed: Math.imul(this.depth + 1, 0x9e3779b1),
      isNumbered: this.isNumbered || numPartitions > 1,
      bufferBytes: this.#logBytes,
    });
    this.#onRun(log.run);
    log.setKind(this.#kind);
    this.#log = log;
    this.fold.freeze((key, item, number) => log.add(key, item, number));
  }

  add(input: FoldInput): void {
    this.#kind = input.kind;
    this.#log?.setKind(input.kind);
    const wasFrozen = this.fold.isFrozen;
    this.fold.fold(input);
    if (this.#log === undefined || this.#holds()) return;
    this.fold.measure();
    // What was frozen just now may still be a little too much.
    if (wasFrozen) while (this.fold.size > 1 && !this.#holds()) this.#putOut(this.fold.size >>> 1);
    if (this.fold.size === 1) this.#checkOne();
  }

  /** Takes in a partition of another level's pairs. */
  addAll(run: PartitionedRun, partition: number, isNumbered: boolean): void {
    for (const { kind, batch } of run.read(partition)) {
      if (!isNumbered) this.add({ kind, batch, numbers: undefined });
      else {
        const { numbers, pairs } = splitNumbers(batch);
        this.add({ kind, batch: pairs, numbers });
      }
    }
  }

  /** Puts keys out until `bytes` less are held, but for one. */
  giveBack(bytes: number): void {
    const before = this.#heldBytes();
    // A log takes some, too.
    if (this.#log === undefined && before < 2 * this.#logBytes) return;
    if (this.#log === undefined) this.onFull();
    while (this.fold.size > 1 && before - this.#heldBytes() < bytes) this.#putOut(this.fold.size >>> 1);
    this.#holds();
  }

  /** No more pairs come: what was written, if anything was. */
  finish(): PartitionedRun | undefined {
    const log = this.#log;
    if (log === undefined) return undefined;
    const run = log.finish();
    this.#memory.noteSpill(log.writtenBytes);
    this.#log = undefined;
    this.#memory.hold(this.fold.heldBytes());
    return run;
  }

  /** The keys from `from` on, `rows` at a time. */
  *take(from: number, rows: number): Generator<NumberedPairs, void, undefined> {
    for (let at = from; at < this.fold.size; at += rows) {
      yield this.fold.take(at, Math.min(at + rows, this.fold.size));
    }
  }

  /** Keys of a piece that is written: few where they are large. */
  pieceRows(): number {
    const { size } = this.fold;
    const bytesPerKey = this.fold.heldBytes() / Math.max(1, size);
    const rows = Math.floor(this.maxPieceBytes / Math.max(MERGED_ROW_BYTES, bytesPerKey));
    return Math.max(1, Math.min(rows, MAX_PIECE_ROWS));
  }

  /** Forgets the keys; `written` bytes of them are on disk. */
  clear(written = 0): void {
    this.fold.truncate(0);
    this.#memory.noteSpill(written);
    this.#memory.hold(0);
  }

  /** What the rest of the task holds. */
  #othersBytes(): number {
    return this.#options.memory.heldBytes - this.#memory.heldBytes;
  }

  #heldBytes(): number {
    return Math.ceil(this.fold.heldBytes() + (this.#log?.heldBytes ?? 0));
  }

  #holds(): boolean {
    return this.#memory.hold(this.#heldBytes());
  }

  /** Writes the keys from `keep` on to their partitions, as combiners. */
  #putOut(keep: number): void {
    const { fold } = this;
    const log = this.#log as OverflowLog;
    log.beginOlder();
    for (let id = keep; id < fold.size; id++) log.add(fold.key(id), fold.combiner(id), fold.numberOf(id));
    log.endOlder(this.#kind);
    fold.truncate(keep);
  }

  /** A combiner that is larger than all memory cannot be helped: half of what is counted is taken for garbage. */
  #checkOne(): void {
    const { limitBytes } = this.#options.memory;
    const bytes = this.fold.heldBytes() / 2;
    if (bytes > limitBytes) throw this.#options.memory.limitError(OPERATION, Math.ceil(bytes));
  }

  #choosePartitions(): number {
    if (this.depth >= MAX_DEPTH) return 1;
    if (this.rowCount === undefined) return PARTITIONS;
    const { size, rowCount: rows } = this.fold;
    const keysLeft = Math.max(0, this.rowCount - rows) * (size / Math.max(1, rows));
    const wanted = Math.ceil((keysLeft * SAFETY) / Math.max(1, size));
    if (wanted <= 1) return 1;
    const most = Math.max(2, Math.floor(this.#logBytes / MERGED_ROW_BYTES / PIECE_ROWS));
    return Math.min(wanted, most, MAX_PARTITIONS);
  }
}
