import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';

const sorted = (values: readonly unknown[]) => values.toSorted(compareNatural);

describe('compareNatural', () => {
  it('orders kinds before values', () => {
    const values = [{}, [1], new Date(0), 'a', 2, 1n, true, null];
    expect(sorted(values)).toEqual([null, true, 1n, 2, 'a', new Date(0), [1], {}]);
    expect(compareNatural(undefined, null)).toBe(0);
  });

  it('puts NaN above all numbers and holds -0 and 0 equal', () => {
    expect(sorted([Number.NaN, Number.POSITIVE_INFINITY, -1, 10n ** 400n])).toEqual([
      -1,
      10n ** 400n,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
    expect(compareNatural(-0, 0)).toBe(0);
    expect(compareNatural(Number.NaN, Number.NaN)).toBe(0);
  });

  it('compares bigints with numbers exactly', () => {
    expect(compareNatural(2n ** 53n + 1n, 2 ** 53)).toBeGreaterThan(0);
    expect(compareNatural(1n, 1)).toBe(0);
    expect(compareNatural(1n, Number.NaN)).toBeLessThan(0);
  });

  it('compares strings by code units and arrays item by item', () => {
    expect(sorted(['b', 'B', 'ä', '', 'ba'])).toEqual(['', 'B', 'b', 'ba', 'ä']);
    expect(sorted([[2], [1, 5], [1], [1, 'a'], []])).toEqual([[], [1], [1, 5], [1, 'a'], [2]]);
  });

  it('is a total order', () => {
    const value = fc.oneof(
      fc.double(),
      fc.bigInt(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.date(),
      fc.array(fc.oneof(fc.integer(), fc.string()), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(Math.sign(compareNatural(a, b))).toBe(-Math.sign(compareNatural(b, a)) + 0);
        if (compareNatural(a, b) <= 0 && compareNatural(b, c) <= 0) expect(compareNatural(a, c)).toBeLessThanOrEqual(0);
      }),
      { seed: 11, numRuns: 2000 },
    );
  });
});
