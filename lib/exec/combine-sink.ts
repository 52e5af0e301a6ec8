import type { Aggregator } from '../lineage/dependency.ts';
import type { KeyTable } from '../shuffle/key-table.ts';

/** What becomes of a pair whose key has no place; `row` pairs came before it. */
export type OnMiss = (key: unknown, item: unknown, row: number) => void;

/**
 * Combines pairs by key into `values[table id of the key]`. `isMerging`: the pairs' values are combiners already (the
 * reduce side of a map-side combine).
 */
export class CombineSink {
  readonly kind = 'combine';
  readonly table: KeyTable;
  values: unknown[] = [];
  readonly aggregator: Aggregator;
  /** May change between batches. */
  isMerging: boolean;
  readonly isDone = false;
  /** Pairs seen since the table was last empty. */
  rowsIn = 0;
  /** Keys after which `onFull` is called; it may empty the table, replace `values`, set another limit, or `onMiss`. */
  limit = Number.POSITIVE_INFINITY;
  onFull: () => void = () => {};
  /** Where set, pairs whose keys are not in the table go here, with the number of pairs before them, and stay out of it. */
  onMiss: OnMiss | undefined;
  /** Told of each new key the number of pairs before it. */
  onInsert: ((row: number) => void) | undefined;

  constructor(table: KeyTable, aggregator: Aggregator, isMerging: boolean) {
    this.table = table;
    this.aggregator = aggregator;
    this.isMerging = isMerging;
  }

  add(record: unknown): void {
    const pair = record as readonly unknown[];
    this.combine(pair[0], pair[1]);
    this.rowsIn++;
  }

  /** Takes in a pair without counting it. */
  combine(key: unknown, item: unknown): void {
    const id = this.table.find(key);
    if (id >= 0) {
      const merge = this.isMerging ? this.aggregator.mergeCombiners : this.aggregator.mergeValue;
      this.values[id] = merge(this.values[id], item);
    } else if (this.onMiss !== undefined) {
      this.onMiss(key, item, this.rowsIn);
    } else {
      this.insert(key, this.isMerging ? item : this.aggregator.createCombiner(item));
    }
  }

  /** Adds a key that is not in the table. */
  insert(key: unknown, combiner: unknown): void {
    this.table.insert(key);
    this.values.push(combiner);
    this.onInsert?.(this.rowsIn);
    if (this.table.size >= this.limit) this.onFull();
  }
}
