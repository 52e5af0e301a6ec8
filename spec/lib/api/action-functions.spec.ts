import { describe, expect, it } from 'vitest';
import {
  countInBuckets,
  countKeys,
  emptyBuckets,
  emptyKeyMap,
  emptyList,
  emptySketchOf,
  entriesOf,
  mergeByKey,
  startAtZero,
  valuesOfKey,
  visitPartition,
  visitRecord,
  zeroOfPartition,
} from '../../../lib/api/action-functions.ts';
import { keyIdentity } from '../../../lib/base/hash.ts';
import { travelAll } from '../../support/travel.ts';

const sum = (a: unknown, b: unknown): unknown => Number(a) + Number(b);

describe('functions of actions', () => {
  it('visit records, and refuse promises that nobody would await', () => {
    const seen: unknown[] = [];
    visitRecord((record) => seen.push(record))(1);
    expect(seen).toEqual([1]);
    expect(() => visitRecord(() => Promise.reject(new Error('late')))(1)).toThrow(/INVALID_ARGUMENT: foreach/);
  });

  it('visit partitions, and wait for their end alone', async () => {
    expect(visitPartition((records) => [...records])([1].values())).toBeUndefined();
    await expect(visitPartition(async (records) => [...records])([1].values())).resolves.toBeUndefined();
  });

  it('give each partition a zero, not telling which', () => {
    expect(zeroOfPartition((...args: unknown[]) => args.length)()).toBe(0);
    expect([startAtZero(), emptyList(), emptyBuckets(2)(), emptySketchOf(4)().length]).toEqual([0, [], [0, 0], 16]);
  });

  it('count and merge by key', () => {
    const counts = [1, 2, 3].reduce(
      countKeys((x) => Number(x) % 2),
      emptyKeyMap(),
    );
    expect(entriesOf(counts)).toEqual([
      [1, 2],
      [0, 1],
    ]);
    const merged = [
      ['a', 1],
      ['a', 2],
    ].reduce(mergeByKey(sum), emptyKeyMap());
    expect(entriesOf(merged)).toEqual([['a', 3]]);
    expect(() => mergeByKey(sum)(emptyKeyMap(), 'a')).toThrow(/NOT_A_PAIR/);
  });

  it('find the values of one key, NaN too', () => {
    const pairs = [
      [Number.NaN, 1],
      [[1], 2],
      [Number.NaN, 3],
    ];
    expect(pairs.reduce(valuesOfKey(Number.NaN), emptyList())).toEqual([1, 3]);
    expect(pairs.reduce(valuesOfKey(keyIdentity([1])), emptyList())).toEqual([2]);
  });

  it('count numbers by bucket', () => {
    expect([1, 5, 99].reduce(countInBuckets([0, 3, 10], false), emptyBuckets(2)())).toEqual([1, 1]);
  });

  it('travel with what they are made of', async () => {
    const [visit, each, zero, count, merge, values, buckets, sketch] = await travelAll([
      visitRecord((x) => x),
      visitPartition((records) => [...records]),
      zeroOfPartition(() => 7),
      countKeys((x) => x),
      mergeByKey(sum),
      valuesOfKey('a'),
      countInBuckets([0, 3, 10], false),
      emptySketchOf(5),
    ]);
    expect([visit(1), each([1].values()), zero()]).toEqual([undefined, undefined, 7]);
    expect(entriesOf(count(emptyKeyMap(), 'a'))).toEqual([['a', 1]]);
    expect(entriesOf(merge(merge(emptyKeyMap(), ['a', 1]), ['a', 2]))).toEqual([['a', 3]]);
    expect(values([], ['a', 1])).toEqual([1]);
    expect(buckets([0, 0], 4)).toEqual([0, 1]);
    expect(sketch().length).toBe(32);
  });
});
