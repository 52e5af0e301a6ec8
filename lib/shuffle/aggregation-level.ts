/**
 * One table of an external aggregation and what did not fit into it: takes pairs in, decides when the table is frozen and
 * when keys are put out of it, and counts what both hold.
 */
import type { ConsumerMemory, TaskMemory } from '../../storage/memory/task-memory.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { type NumberedPairs, splitNumbers } from './numbered-pairs.ts';
import { OverflowLog } from './overflow-log.ts';
import type { FoldHost, FoldInput, NewFold, PairFold } from './pair-fold.ts';
import type { PartitionedRun } from './partitioned-run.ts';

export interface AggregationOptions {
  readonly memory: TaskMemory;
  readonly spills: TaskSpills;
  readonly newFold: NewFold;
  /** Of what is given. */
  readonly batchRows: number;
  /** Pairs that will come, where that is known. */
  readonly rowCount: number | undefined;
  /** Called between batches that are read back, too: many may be before one is given. */
  readonly onBatch?: () => void;
}

/** What errors and metrics call it. */
export const OPERATION = 'combine by key';
/** Partitions where nothing is known of what will come, and at most. */
const PARTITIONS = 16;
const MAX_PARTITIONS = 64;
const MAX_DEPTH = 8;
/** Of the share: what pairs may take that wait to be written. */
const LOG_PART = 1 / 8;
const MAX_LOG_BYTES = 2 * 1024 * 1024;
/** A partition should have so many pairs of a full log: they are written and read back as one piece. */
const PIECE_ROWS = 128;
/** Keys that are written and read back as one piece, at most. */
export const MAX_PIECE_ROWS = 4096;
/** More partitions than an estimate asks for: partitions differ in size. */
const SAFETY = 1.25;
/** Typed arrays of a pair of numbers in a merge: as read, and as compared. */
export const MERGED_ROW_BYTES = 96;

/** Keys combined in memory, and the log of the pairs for which there was none. */
export class AggregationLevel implements FoldHost {
  readonly depth: number;
  readonly isNumbered: boolean;
  readonly rowCount: number | undefined;
  readonly fold: PairFold;
  /** Of what `take` gives for writing. */
  maxPieceBytes: number;
  readonly #options: AggregationOptions;
  readonly #memory: ConsumerMemory;
  readonly #onRun: (run: PartitionedRun) => void;
  readonly #logBytes: number;
  #log: OverflowLog | undefined;
  #kind: FoldInput['kind'] = 'values';

  constructor(
    options: AggregationOptions,
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
      onWrite: (bytes) => this.#memory.noteSpill(bytes),
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
      this.#options.onBatch?.();
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
    const keysLeft = Math.max(0, this.rowCount - rows) * Math.min(1, size / Math.max(1, rows));
    const wanted = Math.ceil((keysLeft * SAFETY) / Math.max(1, size));
    if (wanted <= 1) return 1;
    const most = Math.max(2, Math.floor(this.#logBytes / MERGED_ROW_BYTES / PIECE_ROWS));
    return Math.min(wanted, most, MAX_PARTITIONS);
  }
}
