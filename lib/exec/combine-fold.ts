/**
 * Combines pairs by key by the loops that are generated for it: what the external aggregator drives. Begins with a table
 * of numbers, and goes over to one of anything at the first pair that needs it.
 */
import { rowBatch } from '../../formats/schema/batch.ts';
import { estimateRows } from '../../storage/memory/size-estimate.ts';
import type { Aggregator } from '../lineage/dependency.ts';
import { checkPair } from '../lineage/pair.ts';
import { recordsOf } from '../lineage/records.ts';
import type { PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import { numberTuples } from '../shuffle/number-columns.ts';
import { NumberTable } from '../shuffle/number-table.ts';
import type { NumberedPairs } from '../shuffle/numbered-pairs.ts';
import type { FoldHost, FoldInput, PairFold } from '../shuffle/pair-fold.ts';
import type { CombineSink, OnMiss } from './combine-sink.ts';
import { NumberCombineSink } from './number-combine-sink.ts';
import type { Sink } from './sink.ts';

/** Runs a batch into a sink by a generated loop, and says in its errors what was done. */
export type PlainRun = (batch: Exclude<TaskBatch, PendingBatch>, sink: Sink) => void;

export interface CombineFoldOptions {
  readonly aggregator: Aggregator;
  /** Whether the pairs' values are combiners already. */
  readonly isMerging: boolean;
  /** Undefined: record by record. */
  readonly run: PlainRun | undefined;
  readonly host: FoldHost;
  /** Whether pairs have numbers, of which the first of each key is kept. */
  readonly isNumbered: boolean;
}

/** Objects are measured each time there are so many times the keys, or the pairs, that there were. */
const GROWTH = 1.1;
/**
 * How tables of numbers grow. The more, the fewer keys are moved, and the less memory is taken only to be given back: by
 * far where it looks as if half of that will be used, fourfold else, twofold where memory is short.
 */
const GROWTHS = [16, 4, 2] as const;
/** Of what may be held, what a table of objects is frozen at: its size is an estimate. */
const HEADROOM = 1.15;

export class CombineFold implements PairFold {
  isFrozen = false;
  readonly #options: CombineFoldOptions;
  #sink: NumberCombineSink | CombineSink;
  /** Of the batch that is taken in. */
  #numbers: ArrayLike<number> | undefined;
  #rowsBefore = 0;
  /** By id, where the sink takes anything. */
  #firsts: number[] = [];
  #onMiss: OnMiss | undefined;
  #measured = { bytes: 0, rows: 0 };
  #bytesPerRow = 0;

  constructor(options: CombineFoldOptions) {
    this.#options = options;
    const { aggregator, isMerging, isNumbered } = options;
    const sink = new NumberCombineSink(new NumberTable(isNumbered), aggregator, isMerging, () => this.#makeRoom());
    sink.firstOf = (row) => this.#numberOfRow(row);
    sink.onRest = (rest) => this.#begin(rest);
    this.#sink = sink;
  }

  get size(): number {
    return this.#sink.table.size;
  }

  get rowCount(): number {
    return this.#sink.rowsIn;
  }

  fold({ batch, kind, numbers }: FoldInput): void {
    const { run } = this.#options;
    const sink = this.#sink;
    sink.isMerging = kind === 'combiners' || this.#options.isMerging;
    this.#numbers = numbers;
    this.#rowsBefore = sink.rowsIn;
    if (run !== undefined) run(batch, sink);
    else for (const record of recordsOf([batch])) sink.add(checkPair(record));
    if (sink.kind === 'combine-numbers' && sink.rest !== undefined) {
      sink.rest.rowsIn = sink.rowsIn;
      this.#sink = sink.rest;
    }
    if (this.#sink.kind === 'combine') this.#lookAt(this.#sink);
  }

  freeze(onMiss: (key: unknown, item: unknown, number: number) => void): void {
    this.isFrozen = true;
    this.#onMiss = (key, item, row) => onMiss(key, item, this.#numberOfRow(row));
    this.#sink.onMiss = this.#onMiss;
    const rest = this.#sink.kind === 'combine-numbers' ? this.#sink.rest : undefined;
    if (rest !== undefined) rest.onMiss = this.#onMiss;
  }

  heldBytes(): number {
    const sink = this.#sink;
    if (sink.kind === 'combine-numbers') return sink.table.byteLength;
    const { bytes, rows } = this.#measured;
    return Math.ceil(bytes + this.#bytesPerRow * (sink.rowsIn - rows));
  }

  measure(): void {
    if (this.#sink.kind === 'combine') this.#remember(this.#sink);
  }

  take(from: number, to: number): NumberedPairs {
    const sink = this.#sink;
    const { isNumbered } = this.#options;
    if (sink.kind === 'combine-numbers') {
      const { keys, values, firsts } = sink.table;
      const pairs = numberTuples([keys.subarray(from, to), values.subarray(from, to)], to - from);
      return { numbers: firsts?.slice(from, to), pairs };
    }
    const { keys } = sink.table;
    const rows = new Array<unknown>(to - from);
    for (let id = from; id < to; id++) rows[id - from] = [keys[id], sink.values[id]];
    return { numbers: isNumbered ? this.#firsts.slice(from, to) : undefined, pairs: rowBatch(rows) };
  }

  key(id: number): unknown {
    return this.#sink.table.keys[id];
  }

  combiner(id: number): unknown {
    const sink = this.#sink;
    return sink.kind === 'combine-numbers' ? sink.table.values[id] : sink.values[id];
  }

  numberOf(id: number): number {
    if (!this.#options.isNumbered) return id;
    const sink = this.#sink;
    return (sink.kind === 'combine-numbers' ? sink.table.firsts?.[id] : this.#firsts[id]) as number;
  }

  truncate(size: number): void {
    const sink = this.#sink;
    if (sink.kind === 'combine-numbers') {
      sink.table.truncate(size);
      return;
    }
    sink.table.truncate(size);
    sink.values = sink.values.slice(0, size);
    this.#firsts = this.#firsts.slice(0, size);
    this.#remember(sink);
  }

  #numberOfRow(row: number): number {
    return this.#numbers === undefined ? row : (this.#numbers[row - this.#rowsBefore] as number);
  }

  /** The table of numbers is full. */
  #makeRoom(): void {
    const { host } = this.#options;
    const { table } = this.#sink as NumberCombineSink;
    const packed = table.packedBytes();
    const rows = this.#sink.rowsIn;
    const keysToCome = rows === 0 ? 0 : ((host.rowCount ?? 0) / rows) * table.size;
    const times =
      GROWTHS.find(
        (each) => (each <= 4 || keysToCome > (table.capacity * each) / 2) && host.fits(table.grownBytes(each)),
      ) ?? 2;
    if (host.mayHold(table.grownBytes(times))) table.grow(times);
    else if (packed !== undefined && host.mayHold(packed)) table.pack();
    else host.onFull();
    host.mayHold(table.byteLength);
  }

  /** A sink of anything takes over, with the keys there are. */
  #begin(sink: CombineSink): void {
    if (this.#options.isNumbered) {
      const { firsts } = (this.#sink as NumberCombineSink).table;
      if (firsts !== undefined) for (let id = 0; id < sink.table.size; id++) this.#firsts.push(firsts[id] as number);
      sink.onInsert = (row) => void this.#firsts.push(this.#numberOfRow(row));
    }
    sink.limit = sink.table.size + 1;
    sink.onFull = () => this.#decide(sink);
  }

  /** After a batch: combiners may have grown without new keys. */
  #lookAt(sink: CombineSink): void {
    if (sink.rowsIn > this.#measured.rows * GROWTH) this.#remember(sink);
    if (!this.isFrozen && !this.#mayStay()) this.#decide(sink);
  }

  /** Whether there is memory for what is held; looks again before it says no. */
  #decide(sink: CombineSink): void {
    this.#remember(sink);
    sink.limit = Math.max(sink.table.size + 1, Math.ceil(sink.table.size * GROWTH));
    if (sink.table.size > 0 && !this.#mayStay()) this.#options.host.onFull();
  }

  #mayStay(): boolean {
    return this.#options.host.mayHold(Math.ceil(this.heldBytes() * HEADROOM));
  }

  #remember(sink: CombineSink): void {
    const before = this.#measured;
    const { table, values } = sink;
    // Combiners are replaced or grow: what they were waits to be collected.
    const bytes = table.indexBytes() + estimateRows(table.keys) + 2 * estimateRows(values) + 8 * this.#firsts.length;
    const rows = Math.max(1, sink.rowsIn - before.rows);
    this.#bytesPerRow = bytes > before.bytes ? (bytes - before.bytes) / rows : 0;
    this.#measured = { bytes, rows: sink.rowsIn };
  }
}
