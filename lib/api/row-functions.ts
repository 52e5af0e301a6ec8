/** What transformations of the engine's own do to records, in tasks; travels by name. */
import { CairnError, describeValue } from '../base/errors.ts';
import { PoissonSampler } from '../base/poisson.ts';
import { partitionSeed, XorShiftRandom } from '../base/random.ts';
import { portable, portableValues } from '../closure/portable.ts';
import type { PartitionFunction } from '../lineage/nodes/map-partitions-node.ts';
import { zipRecords } from '../lineage/nodes/zip-partitions-node.ts';
import { checkPair } from '../lineage/pair.ts';
import { KeyTable } from '../shuffle/key-table.ts';
import { KeyMap } from './key-map.ts';

/** `record -> [record, 0]`: the record becomes a key. A number beside it, so that records that are numbers stay in columns. */
export function withZero(record: unknown): [unknown, number] {
  return [record, 0];
}

export function keyOf(pair: unknown): unknown {
  return checkPair(pair)[0];
}

/** Of a group of two inputs: both have the key. */
export function isInBoth(group: unknown): boolean {
  const [, [lefts, rights]] = group as [unknown, [unknown[], unknown[]]];
  return lefts.length > 0 && rights.length > 0;
}

/** One record a partition: all of its records. */
export function asOneArray(records: Iterable<unknown>): unknown[][] {
  return [[...records]];
}

/** Pairs by position of exactly two partitions. */
export function zipPair(...sides: IterableIterator<unknown>[]): Iterable<unknown> {
  return zipRecords(sides[0] as IterableIterator<unknown>, sides[1] as IterableIterator<unknown>);
}

/** Each record once, where it first appears. */
export function* distinctRecords(records: Iterable<unknown>): Generator<unknown> {
  const seen = new KeyTable();
  for (const record of records) {
    if (seen.find(record) >= 0) continue;
    seen.insert(record);
    yield record;
  }
}

export function addNumber(sum: number, value: unknown): number {
  if (typeof value !== 'number') throw new CairnError('NOT_A_NUMBER', { method: 'sum', found: describeValue(value) });
  return sum + value;
}

export function addCount(a: number, b: number): number {
  return a + b;
}

portableValues('rows', {
  withZero,
  keyOf,
  isInBoth,
  asOneArray,
  zipPair,
  distinctRecords,
  addNumber,
  addCount,
});

/** `f(index, records)`, as users write it. */
export const indexFirst = portable(
  'rows/index-first',
  (f: (index: number, records: IterableIterator<unknown>) => Iterable<unknown>): PartitionFunction =>
    (records, index) =>
      f(index, records),
);

/** A sample of each partition in which each key has its fraction. */
export const stratified = portable(
  'rows/stratified',
  (fractions: readonly (readonly [unknown, number])[], withReplacement: boolean, seed: number): PartitionFunction =>
    (records, index) =>
      sampleStrata(records, fractions, withReplacement, partitionSeed(seed, index)),
);

/** A sample in which each key has its fraction. Raises INVALID_ARGUMENT for a key without one. */
export function* sampleStrata(
  pairs: Iterable<unknown>,
  fractions: readonly (readonly [unknown, number])[],
  withReplacement: boolean,
  seed: number,
): Generator<unknown> {
  const random = new XorShiftRandom(seed);
  const samplers = new KeyMap<unknown, () => number>();
  for (const [key, fraction] of fractions) {
    const poisson = withReplacement ? new PoissonSampler(fraction, random) : undefined;
    samplers.set(key, () => (poisson === undefined ? Number(random.nextDouble() < fraction) : poisson.next()));
  }
  for (const pair of pairs) {
    const [key] = checkPair(pair);
    const draw = samplers.get(key);
    if (draw === undefined) {
      throw new CairnError('INVALID_ARGUMENT', {
        method: 'sampleByKey',
        argument: 'fractions',
        expected: 'a fraction for every key',
        found: `none for ${describeValue(key)}`,
      });
    }
    for (let times = draw(); times > 0; times--) yield pair;
  }
}
