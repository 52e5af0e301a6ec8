/** What runs in the tasks of `treeReduce` and `treeAggregate`; travels by name. */
import { portable } from '../closure/portable.ts';
import type { PartitionFunction } from '../lineage/nodes/map-partitions-node.ts';

/** A record, or none where a partition is empty. */
type Found<T> = readonly T[];

/** One record a partition: all of them folded from a zero. */
export const foldFrom = portable(
  'tree/fold-from',
  (zero: () => unknown, add: (folded: unknown, record: unknown) => unknown): PartitionFunction =>
    (records) => {
      let result = zero();
      for (const record of records) result = add(result, record);
      return [result];
    },
);

/** One record a partition: its records merged, in an array that is empty when there are none. */
export const reduceFound = portable(
  'tree/reduce-found',
  (f: (a: unknown, b: unknown) => unknown): PartitionFunction =>
    (records) => {
      let result: Found<unknown> = [];
      for (const record of records) result = result.length === 0 ? [record] : [f(result[0], record)];
      return [result];
    },
);

/** Merges two results of `reduceFound`. */
export const mergeFound = portable(
  'tree/merge-found',
  (f: (a: unknown, b: unknown) => unknown) =>
    (a: unknown, b: unknown): unknown => {
      const [left, right] = [a as Found<unknown>, b as Found<unknown>];
      return left.length === 0 ? right : right.length === 0 ? left : [f(left[0], right[0])];
    },
);

/** Keys each record by the partition it goes to, when `before` partitions become `after`: neighbours stay together. */
export const keyByNeighbour = portable(
  'tree/key-by-neighbour',
  (before: number, after: number): PartitionFunction =>
    (records, partition) =>
      Array.from(records, (value) => [Math.floor((partition * after) / before), value]),
);
