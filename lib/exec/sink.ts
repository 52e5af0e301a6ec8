/**
 * Where the records of a fused loop go. Each sink has a plain `add` for the interpreted road; the generated road
 * works on the same fields, so that a loop can change roads between batches.
 */
import { isPlainArray } from '../../formats/record/infer-columns.ts';
import type { CombineSink } from './combine-sink.ts';
import type { NumberCombineSink } from './number-combine-sink.ts';
import type { NumberLog } from './number-log.ts';

/** Appends to `rows`. */
export class RowsSink {
  readonly kind = 'rows';
  rows: unknown[] = [];
  readonly isDone = false;

  add(record: unknown): void {
    this.rows.push(record);
  }
}

/**
 * Gathers what one part of a long chain gives for the next. It holds `limit` records at most: a step that makes many
 * records of one, or never ends, must not fill the memory, nor keep a later `take` waiting.
 */
export class RelaySink {
  readonly kind = 'relay';
  rows: unknown[] = [];
  readonly limit: number;
  readonly #passOn: (rows: readonly unknown[]) => void;
  readonly #next: { readonly isDone: boolean };

  /** `next` is where the chain ends. */
  constructor(limit: number, next: { readonly isDone: boolean }, passOn: (rows: readonly unknown[]) => void) {
    this.limit = limit;
    this.#next = next;
    this.#passOn = passOn;
  }

  get isDone(): boolean {
    return this.#next.isDone;
  }

  add(record: unknown): void {
    this.rows.push(record);
    if (this.rows.length >= this.limit) this.flush();
  }

  /** Hands on what is there; `rows` is another array then. */
  flush(): void {
    const { rows } = this;
    this.rows = [];
    if (rows.length > 0) this.#passOn(rows);
  }
}

export class CountSink {
  readonly kind = 'count';
  count = 0;
  readonly isDone = false;

  add(_record: unknown): void {
    this.count++;
  }
}

/** Keeps the first `limit` records and is done then. */
export class TakeSink {
  readonly kind = 'take';
  readonly rows: unknown[] = [];
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get isDone(): boolean {
    return this.rows.length >= this.limit;
  }

  add(record: unknown): void {
    if (this.rows.length < this.limit) this.rows.push(record);
  }
}

/** Folds records, starting from the first. */
export class ReduceSink {
  readonly kind = 'reduce';
  isEmpty = true;
  value: unknown = undefined;
  readonly merge: (a: unknown, b: unknown) => unknown;
  readonly isDone = false;

  constructor(merge: (a: unknown, b: unknown) => unknown) {
    this.merge = merge;
  }

  add(record: unknown): void {
    if (this.isEmpty) {
      this.isEmpty = false;
      this.value = record;
    } else {
      this.value = this.merge(this.value, record);
    }
  }
}

/** Folds records into `value`. */
export class AggregateSink {
  readonly kind = 'aggregate';
  value: unknown;
  readonly merge: (accumulated: unknown, record: unknown) => unknown;
  readonly isDone = false;

  constructor(zero: unknown, merge: (accumulated: unknown, record: unknown) => unknown) {
    this.value = zero;
    this.merge = merge;
  }

  add(record: unknown): void {
    this.value = this.merge(this.value, record);
  }
}

export class ForeachSink {
  readonly kind = 'foreach';
  readonly visit: (record: unknown) => void;
  readonly isDone = false;

  constructor(visit: (record: unknown) => void) {
    this.visit = visit;
  }

  add(record: unknown): void {
    this.visit(record);
  }
}

/** Every so many pairs of numbers, beginning with the first, one is searched for named properties. */
export const SEARCHED_PAIRS = 1024;
/** Pairs taken after a log was dropped: what comes then may be larger than numbers, and is looked at soon. */
const ROOM_AFTER_LOG = 1024;

/**
 * Deals pairs out to `buckets` by the partition of their key, in order; or, while there is a `log`, collects them there.
 * A log is dropped for good at the first pair that is not two numbers.
 */
export class BucketSink {
  readonly kind = 'bucket';
  readonly buckets: unknown[][];
  readonly partitionOf: (key: unknown) => number;
  /** For int keys: the partition is the key modulo the number of buckets. */
  readonly isHash: boolean;
  /** Bounds of ranges where all are numbers, in ascending order; keys that are numbers are looked up among them. */
  bounds: Float64Array | undefined;
  /** Whether the first range is the one of the least keys. */
  ascending = true;
  readonly isDone = false;
  /** Pairs that fit before `onFull` is called, which empties the buckets and the log and sets it again. */
  room = Number.POSITIVE_INFINITY;
  /** Always has space for `room` more pairs: see `makeRoom`. */
  log: NumberLog | undefined;
  onFull: () => void = () => {};

  constructor(numBuckets: number, partitionOf: (key: unknown) => number, isHash: boolean) {
    this.buckets = Array.from({ length: numBuckets }, () => []);
    this.partitionOf = partitionOf;
    this.isHash = isHash;
  }

  /** Takes `room` more pairs before `onFull`. */
  makeRoom(room: number): void {
    this.room = room;
    this.log?.reserve(room);
  }

  add(record: unknown): void {
    const pair = record as readonly unknown[];
    const key = pair[0];
    const value = pair[1];
    const bucket = this.partitionOf(key);
    const { log } = this;
    if (log !== undefined && typeof key === 'number' && typeof value === 'number' && isLoggable(pair, log.count)) {
      const at = log.count++;
      log.buckets[at] = bucket;
      // One NaN for all, so that equal records have equal bytes: machines make it with either sign.
      log.keys[at] = Number.isNaN(key) ? Number.NaN : key;
      log.values[at] = Number.isNaN(value) ? Number.NaN : value;
    } else {
      this.dropLog();
      (this.buckets[bucket] as unknown[]).push(record);
    }
    if (--this.room <= 0) this.onFull();
  }

  /** Goes on with pairs as they are: those of the log become pairs again, in their order. There may be less room. */
  dropLog(): void {
    const { log } = this;
    if (log === undefined) return;
    this.log = undefined;
    this.room = Math.min(this.room, ROOM_AFTER_LOG);
    for (let i = 0; i < log.count; i++) {
      (this.buckets[log.buckets[i] as number] as unknown[]).push([log.keys[i], log.values[i]]);
    }
  }
}

/** Whether an array whose first two items are numbers is nothing but these; `count` pairs were logged before it. */
function isLoggable(pair: readonly unknown[], count: number): boolean {
  if (pair.length !== 2 || Object.getPrototypeOf(pair) !== Array.prototype) return false;
  return count % SEARCHED_PAIRS !== 0 || isPlainArray(pair);
}

export type Sink =
  | RowsSink
  | RelaySink
  | CountSink
  | TakeSink
  | ReduceSink
  | AggregateSink
  | ForeachSink
  | CombineSink
  | NumberCombineSink
  | BucketSink;

/** Whether a sink takes `[key, value]` pairs only. */
export function takesPairs(kind: Sink['kind']): boolean {
  return kind === 'combine' || kind === 'combine-numbers' || kind === 'bucket';
}
