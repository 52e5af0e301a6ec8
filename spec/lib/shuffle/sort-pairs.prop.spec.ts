import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { sortPairs } from '../../../lib/shuffle/sort-pairs.ts';

const number = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(-0, 0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);

describe('sortPairs', () => {
  it('sorts numbers by radix as a stable comparison sort does, both ways', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 300, maxLength: 500 }), fc.boolean(), (keys, ascending) => {
        const pairs = keys.map((key, i) => [key, i] as const);
        const expected = pairs.toSorted((a, b) =>
          ascending ? compareNatural(a[0], b[0]) : compareNatural(b[0], a[0]),
        );
        expect(sortPairs(pairs, { compare: compareNatural, ascending, natural: true })).toEqual(expected);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('sorts other keys by comparison, stably', () => {
    const key = fc.oneof(fc.string(), number, fc.constant(null), fc.bigInt(), fc.array(fc.integer()));
    fc.assert(
      fc.property(fc.array(key, { maxLength: 400 }), fc.boolean(), (keys, ascending) => {
        const pairs = keys.map((k, i) => [k, i] as const);
        const sorted = sortPairs(pairs, { compare: compareNatural, ascending, natural: true });
        for (let i = 1; i < sorted.length; i++) {
          const [before, after] = [
            sorted[i - 1] as readonly [unknown, number],
            sorted[i] as readonly [unknown, number],
          ];
          const order = compareNatural(before[0], after[0]) * (ascending ? 1 : -1);
          expect(order <= 0).toBe(true);
          if (order === 0) expect(before[1]).toBeLessThan(after[1]);
        }
      }),
      { seed: 6, numRuns: 100 },
    );
  });
});
