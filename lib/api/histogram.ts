import { CairnError, describeValue } from '../base/errors.ts';

/** `counts[i]` numbers lie in `[buckets[i], buckets[i + 1])`; the last bucket holds its upper boundary too. */
export interface Histogram {
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
}

/** `count` buckets of equal width over `[min, max]`; one of no width when both are the same (Spark's rule). */
export function evenBuckets(min: number, max: number, count: number): number[] {
  if (min === max) return [min, min];
  const span = max - min;
  const buckets = Array.from({ length: count }, (_, i) => min + (i * span) / count);
  buckets.push(max);
  return buckets;
}

/** The bucket of a number by division: for buckets of equal width. -1 outside of them, and for NaN. */
export function evenBucketOf(value: number, min: number, max: number, count: number): number {
  if (!(value >= min && value <= max)) return -1;
  // A histogram of one value has no width: everything in it is in its only bucket.
  if (max === min) return 0;
  return Math.min(Math.floor(((value - min) / (max - min)) * count), count - 1);
}

/** The bucket of a number by halving. -1 outside of the boundaries, and for NaN. */
export function bucketOf(value: number, buckets: readonly number[]): number {
  const last = buckets.length - 1;
  if (!(value >= (buckets[0] as number) && value <= (buckets[last] as number))) return -1;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((buckets[middle] as number) <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** Adds one number to the counts of its bucket, in place. Raises NOT_A_NUMBER. */
export function countBucket(counts: number[], value: unknown, buckets: readonly number[], isEven: boolean): number[] {
  if (typeof value !== 'number') {
    throw new CairnError('NOT_A_NUMBER', { method: 'histogram', found: describeValue(value) });
  }
  const count = counts.length;
  const bucket = isEven
    ? evenBucketOf(value, buckets[0] as number, buckets[count] as number, count)
    : bucketOf(value, buckets);
  if (bucket >= 0) (counts[bucket] as number)++;
  return counts;
}
