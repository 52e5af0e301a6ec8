/**
 * Pairs whose keys found no room in memory: they are dealt out to partitions by a hash of their key, and written to one
 * run, in the order they came within each partition.
 *
 * Pairs of numbers gather in typed arrays and are dealt out by a counting sort; at the first that is none, all become
 * records, for good. Pays in `bench` reduce-by-key-spill.
 */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { type Batch, rowBatch } from '../../formats/schema/batch.ts';
import { estimateSize } from '../../storage/memory/size-estimate.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { hashKey } from '../base/hash.ts';
import { numberTuples } from './number-columns.ts';
import { unstorable } from './numbered-pairs.ts';
import { PartitionedRun, type PieceKind } from './partitioned-run.ts';

export interface OverflowLogOptions {
  readonly spills: TaskSpills;
  readonly numPartitions: number;
  /** Makes the partitions of one log independent of those of another: keys of one partition fall apart in the next. */
  readonly seed: number;
  /** Whether each pair's number is written with it. */
  readonly isNumbered: boolean;
  /** What the log may hold before it writes, roughly. */
  readonly bufferBytes: number;
  /** Told of the bytes that were written, each time. */
  readonly onWrite?: (bytes: number) => void;
}

/** Typed arrays of a pair: key, value, number and partition, then all but the partition again, dealt out. */
const BYTES_PER_NUMBERS = 52;
const MIN_ROWS = 64;
const MAX_ROWS = 1 << 15;
const FRAME_ROWS = 4096;
/** Objects looked at to know what they take: one in so many. */
const ESTIMATED = 8;
const SLOT_BYTES = 80;

export class OverflowLog {
  readonly run: PartitionedRun;
  readonly #options: OverflowLogOptions;
  readonly #capacity: number;
  #kind: PieceKind = 'values';
  #count = 0;
  /** Undefined since a pair was not of numbers. */
  #typed: TypedLog | undefined;
  readonly #rows: unknown[][];
  #rowBytes = 0;
  #objects = 0;
  #objectBytes = 0;

  constructor(options: OverflowLogOptions) {
    const { spills, numPartitions, bufferBytes } = options;
    this.#options = options;
    this.run = new PartitionedRun(spills, numPartitions);
    this.#capacity = Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(bufferBytes / BYTES_PER_NUMBERS)));
    this.#typed = new TypedLog(this.#capacity);
    this.#rows = Array.from({ length: numPartitions }, () => []);
  }

  /** Estimated bytes of what waits to be written. */
  get heldBytes(): number {
    return this.#typed === undefined ? this.#rowBytes : this.#capacity * BYTES_PER_NUMBERS;
  }

  /** What `add` is given from here on. */
  setKind(kind: PieceKind): void {
    if (kind === this.#kind) return;
    this.flush();
    this.#kind = kind;
  }

  /** Combiners come of keys that appeared before all that was added so far: they are read first. */
  beginOlder(): void {
    this.flush();
    this.run.beginOlder();
    this.#kind = 'combiners';
  }

  /** What `add` is given now appeared after all others again. Nothing that was added is held any more. */
  endOlder(kind: PieceKind): void {
    this.flush();
    this.run.endOlder();
    this.#kind = kind;
  }

  /** Takes a pair; the value must not change until it is written. Raises VALUE_NOT_SERIALIZABLE and what writing raises. */
  add(key: unknown, value: unknown, number: number): void {
    const partition = this.#partitionOf(key);
    if (this.#typed !== undefined) {
      if (typeof key === 'number' && typeof value === 'number') {
        const typed = this.#typed;
        const at = this.#count++;
        typed.partitions[at] = partition;
        typed.keys[at] = key;
        typed.values[at] = value;
        typed.numbers[at] = number;
        if (this.#count === this.#capacity) this.flush();
        return;
      }
      this.#dropTyped();
    }
    this.#addRow(partition, key, value, number);
    this.#rowBytes += SLOT_BYTES + this.#bytesOf(key) + this.#bytesOf(value);
    this.#count++;
    if (this.#count >= MAX_ROWS || this.#rowBytes > this.#options.bufferBytes) this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#count === 0) return;
    using out = new ByteWriter();
    const ends: { readonly partition: number; readonly end: number; readonly rowCount: number }[] = [];
    for (let partition = 0; partition < this.#options.numPartitions; partition++) {
      const rowCount = this.#typed === undefined ? this.#encodeRows(partition, out) : 0;
      if (rowCount > 0) ends.push({ partition, end: out.length, rowCount });
    }
    if (this.#typed !== undefined) {
      const { starts, columns } = this.#typed.deal(this.#count, this.#options.numPartitions, this.#options.isNumbered);
      for (let partition = 0; partition + 1 < starts.length; partition++) {
        const from = starts[partition] as number;
        const to = starts[partition + 1] as number;
        for (let at = from; at < to; at += FRAME_ROWS) {
          const end = Math.min(at + FRAME_ROWS, to);
          const batch = numberTuples(
            columns.map((column) => column.subarray(at, end)),
            end - at,
          );
          this.#encode(batch, out);
        }
        if (to > from) ends.push({ partition, end: out.length, rowCount: to - from });
      }
    }
    let from = 0;
    for (const { partition, end, rowCount } of ends) {
      this.run.append(partition, this.#kind, out.bytes(from, end), rowCount);
      from = end;
    }
    this.run.flush();
    this.#options.onWrite?.(out.length);
    this.#count = 0;
    this.#rowBytes = 0;
  }

  /** Writes the rest: the run can be read then, and is the caller's. */
  finish(): PartitionedRun {
    this.flush();
    this.#typed = undefined;
    this.run.finish();
    return this.run;
  }

  #encodeRows(partition: number, out: ByteWriter): number {
    const rows = this.#rows[partition] as unknown[];
    const rowCount = rows.length;
    for (let at = 0; at < rowCount; at += FRAME_ROWS) {
      this.#encode(rowBatch(rows, at, Math.min(at + FRAME_ROWS, rowCount)), out);
    }
    this.#rows[partition] = [];
    return rowCount;
  }

  #encode(batch: Batch, out: ByteWriter): void {
    try {
      encodeFrame(batch, out, { codec: this.#options.spills.codec });
    } catch (error) {
      throw this.#kind === 'combiners' ? unstorable(error) : error;
    }
  }

  #dropTyped(): void {
    const typed = this.#typed as TypedLog;
    this.#typed = undefined;
    for (let i = 0; i < this.#count; i++) {
      this.#addRow(typed.partitions[i] as number, typed.keys[i], typed.values[i], typed.numbers[i] as number);
    }
    this.#rowBytes = this.#count * SLOT_BYTES;
  }

  #addRow(partition: number, key: unknown, value: unknown, number: number): void {
    const rows = this.#rows[partition] as unknown[];
    rows.push(this.#options.isNumbered ? [number, key, value] : [key, value]);
  }

  #partitionOf(key: unknown): number {
    const { numPartitions, seed } = this.#options;
    if (numPartitions === 1) return 0;
    // The partition of the shuffle is the hash modulo something: bits are mixed so that all keys do not fall together.
    let hash = Math.imul(hashKey(key) ^ seed, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    return ((hash ^ (hash >>> 13)) >>> 0) % numPartitions;
  }

  #bytesOf(value: unknown): number {
    if (typeof value === 'string') return 16 + 2 * value.length;
    if (typeof value !== 'object' || value === null) return 16;
    // The first ones, and then one in so many, stand for all.
    if (this.#objects < ESTIMATED || this.#objects % ESTIMATED === 0) {
      this.#objectBytes += (estimateSize(value) - this.#objectBytes) / Math.min(this.#objects + 1, ESTIMATED);
    }
    this.#objects++;
    return this.#objectBytes;
  }
}

class TypedLog {
  readonly partitions: Int32Array;
  readonly keys: Float64Array;
  readonly values: Float64Array;
  readonly numbers: Float64Array;
  readonly #dealt: readonly [numbers: Float64Array, keys: Float64Array, values: Float64Array];

  constructor(capacity: number) {
    this.partitions = new Int32Array(capacity);
    this.keys = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.numbers = new Float64Array(capacity);
    this.#dealt = [new Float64Array(capacity), new Float64Array(capacity), new Float64Array(capacity)];
  }

  /** The columns in order of the partitions, partition p at `starts[p]` to `starts[p + 1] - 1`: until the next call. */
  deal(count: number, numPartitions: number, isNumbered: boolean) {
    const { partitions, keys, values, numbers } = this;
    const [dealtNumbers, dealtKeys, dealtValues] = this.#dealt;
    const starts = new Int32Array(numPartitions + 1);
    for (let i = 0; i < count; i++) (starts[(partitions[i] as number) + 1] as number)++;
    for (let p = 1; p <= numPartitions; p++) starts[p] = (starts[p] as number) + (starts[p - 1] as number);
    const next = starts.slice();
    for (let i = 0; i < count; i++) {
      const partition = partitions[i] as number;
      const at = next[partition] as number;
      next[partition] = at + 1;
      dealtKeys[at] = keys[i] as number;
      dealtValues[at] = values[i] as number;
      dealtNumbers[at] = numbers[i] as number;
    }
    return { starts, columns: isNumbered ? this.#dealt : [dealtKeys, dealtValues] };
  }
}
