/** How the values of a key become one: the engine's own ways. They run in tasks, and travel by name. */
import { portable, portableValues } from '../closure/portable.ts';
import { type Aggregator, identity } from '../lineage/dependency.ts';

type Merge = (a: unknown, b: unknown) => unknown;

/** Combiners are values. */
export function reducing(merge: Merge): Aggregator {
  return { createCombiner: identity, mergeValue: merge, mergeCombiners: merge };
}

/** A combiner begins as a zero that takes in the first value. */
export const startFrom = portable(
  'aggregators/start-from',
  (zero: () => unknown, add: Merge) =>
    (value: unknown): unknown =>
      add(zero(), value),
);

function keepFirst(first: unknown): unknown {
  return first;
}

/** The first value of a key. */
export const FIRSTS: Aggregator = reducing(keepFirst);

portableValues('aggregators', { keepFirst });
