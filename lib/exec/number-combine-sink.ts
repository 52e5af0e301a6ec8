/**
 * Combines pairs of numbers by key, in a table of typed arrays, as long as keys, values and combiners are numbers. At
 * the first that is not, all goes over into a `CombineSink`, for good: `rest`, which whoever runs batches into this one
 * uses for those that follow.
 */
import type { Aggregator } from '../lineage/dependency.ts';
import { KeyTable } from '../shuffle/key-table.ts';
import type { NumberTable } from '../shuffle/number-table.ts';
import { CombineSink, type OnMiss } from './combine-sink.ts';

export class NumberCombineSink {
  readonly kind = 'combine-numbers';
  readonly table: NumberTable;
  readonly aggregator: Aggregator;
  /** May change between batches. */
  isMerging: boolean;
  readonly isDone = false;
  /** Pairs seen. */
  rowsIn = 0;
  /** Called when a key has no room: makes the table grow or sets `onMiss`. */
  onFull: () => void;
  /** As a `CombineSink` has it. */
  onMiss: OnMiss | undefined;
  /** The number that a table which keeps one for each key is to keep for the key of the pair after `row` others. */
  firstOf: (row: number) => number = (row) => row;
  /** Where pairs go since one was not of numbers. */
  rest: CombineSink | undefined;
  /** Called with `rest` as soon as there is one. */
  onRest: (rest: CombineSink) => void = () => {};

  constructor(table: NumberTable, aggregator: Aggregator, isMerging: boolean, onFull: () => void) {
    this.table = table;
    this.aggregator = aggregator;
    this.isMerging = isMerging;
    this.onFull = onFull;
  }

  add(record: unknown): void {
    const [key, item] = record as readonly unknown[];
    if (this.rest === undefined && typeof key === 'number' && typeof item === 'number') this.#combine(key, item);
    else this.combineRest(key, item, 0);
    this.rowsIn++;
  }

  #combine(key: number, item: number): void {
    const id = this.table.find(key);
    if (id < 0) {
      this.miss(key, item, 0);
      return;
    }
    const merge = this.isMerging ? this.aggregator.mergeCombiners : this.aggregator.mergeValue;
    const merged = merge(this.table.values[id], item);
    if (typeof merged === 'number') this.table.values[id] = merged;
    else this.become(id, merged, 0);
  }

  /** Takes in a pair whose key is not in the table; `rows` came before it that `rowsIn` does not count yet. */
  miss(key: number, item: number, rows: number): void {
    const { table } = this;
    if (this.onMiss === undefined && table.size >= table.capacity) this.onFull();
    if (this.onMiss !== undefined) {
      this.onMiss(key, item, this.rowsIn + rows);
      return;
    }
    const first = this.isMerging ? item : this.aggregator.createCombiner(item);
    if (typeof first === 'number') table.insert(key, first, this.firstOf(this.rowsIn + rows));
    else this.#leave(rows).insert(key, first);
  }

  /** A key's combiner is `combiner` now, which is no number. */
  become(id: number, combiner: unknown, rows: number): void {
    this.#leave(rows).values[id] = combiner;
  }

  /** Takes in a pair that is not of numbers, or comes after one. */
  combineRest(key: unknown, item: unknown, rows: number): void {
    this.#leave(rows).combine(key, item);
  }

  #leave(rows: number): CombineSink {
    if (this.rest === undefined) {
      const { table } = this;
      const keys = new KeyTable();
      const rest = new CombineSink(keys, this.aggregator, this.isMerging);
      for (let id = 0; id < table.size; id++) {
        keys.insert(table.keys[id]);
        rest.values.push(table.values[id]);
      }
      rest.onMiss = this.onMiss;
      this.rest = rest;
      this.onRest(rest);
    }
    this.rest.rowsIn = this.rowsIn + rows;
    return this.rest;
  }
}
