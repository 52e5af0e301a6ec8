import { checkPair } from '../lineage/pair.ts';
import { recordsOf } from '../lineage/records.ts';
import type { TaskBatch } from '../lineage/task-context.ts';
import { KeyTable } from './key-table.ts';

/**
 * Groups inputs of pairs by key, in memory: keys in order of first appearance over all inputs, values in order of their
 * input. Feed each input with `add`, then read `groups`.
 */
export class CoGrouper {
  readonly #table = new KeyTable();
  readonly #groups: unknown[][][] = [];
  readonly #inputs: number;

  constructor(inputs: number) {
    this.#inputs = inputs;
  }

  /** Raises NOT_A_PAIR, and VALUE_NOT_SERIALIZABLE for a key that has no identity. */
  add(batch: TaskBatch, input: number): void {
    for (const record of recordsOf([batch])) {
      const [key, value] = checkPair(record);
      let id = this.#table.find(key);
      if (id < 0) {
        id = this.#table.insert(key);
        this.#groups.push(Array.from({ length: this.#inputs }, () => []));
      }
      const values = this.#groups[id] as unknown[][];
      (values[input] as unknown[]).push(value);
    }
  }

  /** `[key, [values of input 0, …]]` for every key. */
  groups(): unknown[] {
    return this.#table.keys.map((key, id) => [key, this.#groups[id]]);
  }
}
