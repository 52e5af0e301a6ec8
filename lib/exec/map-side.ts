/**
 * What a map task does with its pairs before they are written: combine them by key, or deal them out to buckets.
 *
 * Combining is dropped where it does not pay: when the first keys turn out to be nearly all different, the rest of the
 * partition goes straight to the buckets, each value a combiner of its own (23 against 82-91 ns a record with a million
 * keys). The answer is the same: the reduce side merges combiners either way.
 *
 * What is held counts among the task's memory: combiners grow, so that they are measured by samples between batches;
 * within a batch, keys and records are counted. What does not fit is handed to the writer, encoded.
 */
import { estimateRows, estimateSize } from '../../storage/memory/size-estimate.ts';
import { SizeTracker } from '../../storage/memory/size-tracker.ts';
import type { ConsumerMemory, MemoryConsumer, TaskMemory } from '../../storage/memory/task-memory.ts';
import { type Aggregator, identity, type ShuffleDependency } from '../lineage/dependency.ts';
import { type Partitioner, RangePartitioner } from '../lineage/partitioner.ts';
import { KeyTable } from '../shuffle/key-table.ts';
import type { ShuffleWriter } from '../shuffle/shuffle-writer.ts';
import { CombineSink } from './combine-sink.ts';
import { NumberLog } from './number-log.ts';
import { BucketSink, type Sink } from './sink.ts';

/**
 * Records in buckets before anything is known of their size. They are looked at then, not written: a frame for each
 * bucket with its share of so few would cost more than all that follows.
 */
const FIRST_ROOM = 1024;
const MAX_ROOM = 1 << 15;
/** Keys after which combining is judged. */
const JUDGED_KEYS = 1 << 14;
/** Combining goes on while it saves at least a third of the records. */
const WORTHWHILE = 1.5;
/** What a key and a small combiner take in memory, roughly: 8 bytes a slot twice, key, value, array slots. */
const BYTES_PER_KEY = 96;
/** What a pair of numbers takes in a log, and again where it is dealt out. */
const BYTES_PER_LOGGED = 36;
/** Records looked at to learn what one takes as an object. */
const SAMPLED_ROWS = 64;

export class MapSide implements MemoryConsumer, Disposable {
  readonly name = 'map side';
  readonly #partitioner: Partitioner;
  readonly #writer: ShuffleWriter;
  readonly #memory: ConsumerMemory;
  readonly #memoryBytes: number;
  readonly #buckets: BucketSink;
  readonly #combine: CombineSink | undefined;
  readonly #create: Aggregator['createCombiner'] | undefined;
  #isCombining: boolean;
  #isMeasured = false;
  #isWriting = false;
  #bytesPerRow = 0;
  #combinedRows = 0;
  readonly #combined = new SizeTracker(() => this.#measureCombined());

  constructor(dependency: ShuffleDependency, writer: ShuffleWriter, memory: TaskMemory) {
    const { partitioner, aggregator } = dependency;
    this.#partitioner = partitioner;
    this.#writer = writer;
    this.#memoryBytes = memory.shareBytes;
    this.#memory = memory.register(this);
    this.#buckets = new BucketSink(
      partitioner.numPartitions,
      (key) => partitioner.partitionOf(key),
      partitioner.kind === 'hash' || partitioner.kind === 'round-robin',
    );
    if (partitioner instanceof RangePartitioner) {
      this.#buckets.bounds = partitioner.numberBounds();
      this.#buckets.ascending = partitioner.order.ascending;
    }
    this.#buckets.onFull = () => this.#makeRoom();
    this.#isCombining = dependency.mapSideCombine && aggregator !== undefined;
    if (aggregator !== undefined && this.#isCombining) {
      this.#combine = new CombineSink(new KeyTable(), aggregator, false);
      this.#combine.limit = Math.min(JUDGED_KEYS, this.#keysThatFit());
      this.#combine.onFull = () => this.#judge();
      this.#create = aggregator.createCombiner === identity ? undefined : aggregator.createCombiner;
    }
    // A combiner of each value is what the user makes it: such pairs stay records.
    if (this.#create === undefined) this.#buckets.log = new NumberLog();
    this.#buckets.makeRoom(FIRST_ROOM);
  }

  /** Where records go now: to be asked for each batch, since it may change, and since memory is looked at then. */
  get sink(): Sink {
    if (!this.#memory.hold(this.#heldBytes())) this.spill();
    return this.#isCombining && this.#combine !== undefined ? this.#combine : this.#buckets;
  }

  /** Writes what is still held. */
  finish(): void {
    this.#writeBuckets();
  }

  /** Hands everything to the writer. Does nothing while that is under way: then it is the writer that asks. */
  spill(): void {
    if (this.#isWriting) return;
    this.#writeBuckets();
    this.#memory.hold(this.#heldBytes());
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }

  /** Estimated, between batches. */
  #heldBytes(): number {
    const combine = this.#combine;
    let combined = 0;
    // What was combined before that was given up stays until the buckets are full.
    if (combine !== undefined && combine.table.size > 0) {
      if (combine.rowsIn > this.#combinedRows) this.#combined.afterUpdate(combine.rowsIn - this.#combinedRows);
      this.#combinedRows = combine.rowsIn;
      combined = this.#combined.estimate();
    }
    const { buckets, log } = this.#buckets;
    if (log !== undefined) return combined + log.count * BYTES_PER_LOGGED;
    let rows = 0;
    for (const bucket of buckets) rows += bucket.length;
    if (this.#bytesPerRow === 0 && rows > 0) this.#bytesPerRow = this.#measure();
    return combined + Math.ceil(rows * this.#bytesPerRow);
  }

  #measureCombined(): number {
    const combine = this.#combine;
    if (combine === undefined || combine.table.size === 0) return 0;
    const { table, values } = combine;
    return estimateSize(values) + estimateSize(table.keys) + table.indexBytes();
  }

  #keysThatFit(): number {
    return Math.max(64, Math.floor(this.#memoryBytes / BYTES_PER_KEY));
  }

  #judge(): void {
    const combine = this.#combine as CombineSink;
    if (combine.rowsIn < combine.table.size * WORTHWHILE) {
      // The loop that runs now still fills the table until its batch ends: nothing is lost, see `sink`.
      this.#isCombining = false;
    }
    const fits = this.#keysThatFit();
    if (combine.table.size >= fits) this.#writeBuckets();
    combine.limit = fits;
  }

  #writeCombined(): void {
    const combine = this.#combine;
    if (combine === undefined || combine.table.size === 0) return;
    const { keys } = combine.table;
    const { values } = combine;
    const rows: unknown[][] = this.#buckets.buckets.map(() => []);
    for (let id = 0; id < keys.length; id++) {
      rows[this.#partitioner.partitionOf(keys[id])]?.push([keys[id], values[id]]);
    }
    combine.table.clear();
    combine.values = [];
    combine.rowsIn = 0;
    this.#combinedRows = 0;
    this.#combined.reset();
    rows.forEach((pairs, partition) => {
      this.#writer.write(partition, pairs);
    });
  }

  /** Room for more records where those in the buckets turn out to be small; else, and from then on, writes them. */
  #makeRoom(): void {
    if (!this.#isMeasured) {
      this.#isMeasured = true;
      const left = this.#roomFor(this.#measure()) - FIRST_ROOM;
      if (left > 0) {
        this.#buckets.makeRoom(left);
        return;
      }
    }
    this.#writeBuckets();
  }

  /** Bytes a record takes as an object, judged by some of those at hand. */
  #measure(): number {
    const { buckets, log } = this.#buckets;
    if (log !== undefined) return BYTES_PER_LOGGED;
    const sample = buckets.reduce((most, bucket) => (bucket.length > most.length ? bucket : most));
    const count = Math.min(SAMPLED_ROWS, sample.length);
    return estimateRows(sample, 0, count) / Math.max(1, count);
  }

  /** A quarter of the share for records that are not encoded yet. */
  #roomFor(bytesPerRow: number): number {
    const room = Math.floor(this.#memoryBytes / 4 / Math.max(1, bytesPerRow));
    return Math.max(64, Math.min(MAX_ROOM, room));
  }

  #writeBuckets(): void {
    this.#isWriting = true;
    try {
      this.#writeAll();
    } finally {
      this.#isWriting = false;
    }
  }

  #writeAll(): void {
    // What was combined until combining was given up came first: the values of a key stay in their order.
    this.#writeCombined();
    const { buckets, log } = this.#buckets;
    const create = this.#combine === undefined ? undefined : this.#create;
    const isEmpty = buckets.every((bucket) => bucket.length === 0);
    if (log === undefined && !isEmpty) this.#bytesPerRow = this.#measure();
    if (log !== undefined) this.#writeLog(log);
    for (let partition = 0; partition < buckets.length; partition++) {
      const bucket = buckets[partition] as unknown[];
      if (bucket.length === 0) continue;
      const pairs =
        create === undefined
          ? bucket
          : bucket.map((pair) => [(pair as [unknown, unknown])[0], create((pair as [unknown, unknown])[1])]);
      this.#writer.write(partition, pairs);
      bucket.length = 0;
    }
    const bytesPerRow = log !== undefined ? BYTES_PER_LOGGED : this.#bytesPerRow;
    this.#buckets.makeRoom(this.#roomFor(bytesPerRow));
  }

  #writeLog(log: NumberLog): void {
    if (log.count === 0) return;
    const { starts, keys, values } = log.deal(this.#buckets.buckets.length);
    for (let partition = 0; partition + 1 < starts.length; partition++) {
      const from = starts[partition] as number;
      const to = starts[partition + 1] as number;
      if (to > from) this.#writer.writeNumbers(partition, keys.subarray(from, to), values.subarray(from, to));
    }
  }
}
