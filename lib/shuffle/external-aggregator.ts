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
import type { ConsumerMemory, MemoryConsumer } from '../../storage/memory/task-memory.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { attemptAll } from '../base/attempt-all.ts';
import type { PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import {
  AggregationLevel,
  type AggregationOptions,
  MAX_PIECE_ROWS,
  MERGED_ROW_BYTES,
  OPERATION,
} from './aggregation-level.ts';
import { mergeNumbered } from './merge-numbered.ts';
import { joinNumbers, type NumberedPairs, splitNumbers, unstorable } from './numbered-pairs.ts';
import { PartitionedRun } from './partitioned-run.ts';

/** See the file header. Feed it with `add`, then read `results` once. Ends with its disposal. */
export class ExternalAggregator implements MemoryConsumer, Disposable {
  readonly name = OPERATION;
  readonly #options: AggregationOptions;
  readonly #memory: ConsumerMemory;
  readonly #runs = new Set<PartitionedRun>();
  readonly #top: AggregationLevel;
  /** Between two batches: what is held may be written out. */
  #isIdle = true;
  #given: GivenKeys | undefined;
  /** The fewest keys that were a piece: as many together are not too large either. */
  #leastRows = MAX_PIECE_ROWS;

  constructor(options: AggregationOptions) {
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

  #newLevel(depth: number, isNumbered: boolean, rowCount: number | undefined): AggregationLevel {
    return new AggregationLevel(this.#options, this.#memory, depth, isNumbered, rowCount, (run) => this.#runs.add(run));
  }

  /** The keys of a level in order, `isOutermost`: to the caller. */
  *#give(level: AggregationLevel, isOutermost: boolean): Generator<NumberedPairs, void, undefined> {
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

  *#giveOutermost(level: AggregationLevel): Generator<NumberedPairs, void, undefined> {
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
      for (const pairs of this.#give(level, false)) {
        this.#options.onBatch?.();
        this.#write(combined, partition, joinNumbers(pairs));
      }
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
  readonly #level: AggregationLevel;
  readonly #onRun: (run: PartitionedRun) => void;

  constructor(spills: TaskSpills, level: AggregationLevel, onRun: (run: PartitionedRun) => void) {
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
