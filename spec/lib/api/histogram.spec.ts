import { describe, expect, it } from 'vitest';
import { bucketOf, countBucket, evenBucketOf, evenBuckets } from '../../../lib/api/histogram.ts';

const countBuckets = (values: readonly unknown[], buckets: readonly number[], isEven: boolean): number[] =>
  values.reduce<number[]>(
    (counts, value) => countBucket(counts, value, buckets, isEven),
    new Array<number>(buckets.length - 1).fill(0),
  );

describe('evenBuckets', () => {
  it('cuts a range into buckets of equal width that end in its greatest number', () => {
    expect(evenBuckets(0, 10, 4)).toEqual([0, 2.5, 5, 7.5, 10]);
    expect(evenBuckets(1, 2, 3).at(-1)).toBe(2);
  });

  it('gives one bucket of no width for one value', () => {
    expect(evenBuckets(3, 3, 5)).toEqual([3, 3]);
    expect(countBuckets([3, 3], [3, 3], true)).toEqual([2]);
  });
});

describe('bucketOf', () => {
  const buckets = [0, 10, 11, 12];

  it.each([
    [0, 0],
    [9.99, 0],
    [10, 1],
    [11, 2],
    [12, 2],
    [12.01, -1],
    [-0.01, -1],
    [Number.NaN, -1],
    [Number.POSITIVE_INFINITY, -1],
  ])('puts %d into bucket %i: lower boundaries belong to a bucket, the last upper one too', (value, bucket) => {
    expect(bucketOf(value, buckets)).toBe(bucket);
  });

  it('takes infinite boundaries', () => {
    expect(bucketOf(Number.POSITIVE_INFINITY, [Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY])).toBe(1);
    expect(bucketOf(-5, [Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY])).toBe(0);
  });
});

describe('evenBucketOf', () => {
  it('agrees with halving where the boundaries are exact', () => {
    const buckets = evenBuckets(0, 8, 8);
    for (let x = -1; x <= 9; x += 0.25) expect(evenBucketOf(x, 0, 8, 8), `${x}`).toBe(bucketOf(x, buckets));
    expect(evenBucketOf(Number.NaN, 0, 8, 8)).toBe(-1);
  });
});

describe('countBucket', () => {
  it('counts what is inside and leaves the rest out', () => {
    expect(countBuckets([-1, 0, 5, 10, 10.5, 99, Number.NaN], [0, 10, 11], false)).toEqual([2, 2]);
  });

  it('refuses what is not a number', () => {
    expect(() => countBuckets(['1'], [0, 1], false)).toThrow(expect.objectContaining({ code: 'NOT_A_NUMBER' }));
  });
});
