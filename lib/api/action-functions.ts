/** What runs in the tasks of actions, other than the user's functions themselves; travels by name. */
import type { CairnError } from '../base/errors.ts';
import { keyIdentity } from '../base/hash.ts';
import { portable, portableValues } from '../closure/portable.ts';
import { checkPair } from '../lineage/pair.ts';
import { invalidArgument } from './check-argument.ts';
import { addToSketch, emptySketch } from './distinct-sketch.ts';
import { countBucket } from './histogram.ts';
import { KeyMap } from './key-map.ts';
import { addCount } from './row-functions.ts';
import { addToStats, emptyStats } from './stat-counter.ts';

type Records = IterableIterator<unknown>;

/** `foreach`: nobody would await what a function starts. Raises INVALID_ARGUMENT for a promise. */
export const visitRecord = portable(
  'actions/visit-record',
  (f: (record: unknown) => unknown) =>
    (record: unknown): void => {
      const given = f(record);
      if (isThenable(given)) throw refusedPromise('foreach', given);
    },
);

/** `foreachPartition`: what the function gives is no result, only its end counts. */
export const visitPartition = portable(
  'actions/visit-partition',
  (f: (records: Records) => unknown) =>
    (records: Records): unknown => {
      const ended = f(records);
      return isThenable(ended) ? ended.then(() => undefined) : undefined;
    },
);

/** A zero for each partition: a function of the user's is not told which. */
export const zeroOfPartition = portable('actions/zero-of-partition', (zero: () => unknown) => (): unknown => zero());

const add = addCount as (a: unknown, b: unknown) => unknown;

/** How often `of` gives each key. */
export const countKeys = portable(
  'actions/count-keys',
  (of: (record: unknown) => unknown) =>
    (counts: KeyMap<unknown, unknown>, record: unknown): KeyMap<unknown, unknown> =>
      counts.merge(of(record), 1, add),
);

/** The values of each key merged. */
export const mergeByKey = portable(
  'actions/merge-by-key',
  (f: (a: unknown, b: unknown) => unknown) =>
    (merged: KeyMap<unknown, unknown>, record: unknown): KeyMap<unknown, unknown> => {
      const [key, value] = checkPair(record);
      return merged.merge(key, value, f);
    },
);

/** The values of one key, told by its identity. */
export const valuesOfKey = portable(
  'actions/values-of-key',
  (wanted: unknown) =>
    (values: unknown[], record: unknown): unknown[] => {
      const [found, value] = checkPair(record);
      const is = keyIdentity(found);
      if (is === wanted || (Number.isNaN(is) && Number.isNaN(wanted))) values.push(value);
      return values;
    },
);

/** Counts of as many buckets. */
export const emptyBuckets = portable(
  'actions/empty-buckets',
  (count: number) => (): number[] => new Array<number>(count).fill(0),
);

/** Counts numbers between boundaries. */
export const countInBuckets = portable(
  'actions/count-in-buckets',
  (buckets: readonly number[], isEven: boolean) =>
    (counts: number[], record: unknown): number[] =>
      countBucket(counts, record, buckets, isEven),
);

export const emptySketchOf = portable(
  'actions/empty-sketch',
  (precision: number) => (): Uint8Array => emptySketch(precision),
);

export function startAtZero(): number {
  return 0;
}

export function emptyList(): unknown[] {
  return [];
}

export function emptyKeyMap(): KeyMap<unknown, unknown> {
  return new KeyMap<unknown, unknown>();
}

export function entriesOf(map: KeyMap<unknown, unknown>): [unknown, unknown][] {
  return map.entries();
}

portableValues('actions', { startAtZero, emptyList, emptyKeyMap, entriesOf, addToSketch, emptyStats, addToStats });

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** The error for a promise that nobody would await. That it may be rejected later shall not end the process. */
function refusedPromise(method: string, promise: PromiseLike<unknown>): CairnError {
  promise.then(undefined, () => {});
  const expected = 'none (mapAsync and foreachPartition take functions that give promises)';
  return invalidArgument(method, "the function's result", expected, promise);
}
