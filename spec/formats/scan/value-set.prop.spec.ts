import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  complement,
  containsValue,
  doSetsMeet,
  intersection,
  isSubset,
  nextValue,
  type OrderedValue,
  pointSet,
  pointsOf,
  rangeSet,
  union,
  type ValueDomain,
  type ValueSet,
} from '../../../formats/scan/value-set.ts';

const values: Readonly<Record<ValueDomain, fc.Arbitrary<OrderedValue>>> = {
  integer: fc.bigInt(-6n, 6n),
  float: fc.constantFrom(Number.NEGATIVE_INFINITY, -1.5, -5e-324, -0, 0, 5e-324, 1, 1.0000000000000002, Infinity, NaN),
  bytes: fc.uint8Array({ maxLength: 2, max: 2 }),
};

const sets = (domain: ValueDomain): fc.Arbitrary<ValueSet> => {
  const limit = fc.option(values[domain], { nil: undefined });
  const one = fc.oneof(
    fc.tuple(limit, limit).map(([low, end]) => rangeSet(domain, low, end)),
    fc.array(values[domain], { maxLength: 4 }).map((points) => pointSet(domain, points)),
  );
  return fc.tuple(one, one, fc.boolean()).map(([a, b, isTurned]) => (isTurned ? complement(union(a, b)) : union(a, b)));
};

describe.each(['integer', 'float', 'bytes'] as const)('sets of %s', (domain) => {
  it('answer as their definitions do', () => {
    const property = fc.property(sets(domain), sets(domain), fc.array(values[domain]), (a, b, probes) => {
      const both = intersection(a, b);
      const either = union(a, b);
      for (const value of probes) {
        const isInA = containsValue(a, value);
        const isInB = containsValue(b, value);
        expect(containsValue(both, value)).toBe(isInA && isInB);
        expect(containsValue(either, value)).toBe(isInA || isInB);
        expect(containsValue(complement(a), value)).toBe(!isInA);
        if (isInA && isInB) expect(doSetsMeet(a, b)).toBe(true);
        if (isInA && isSubset(a, b)) expect(isInB).toBe(true);
      }
      expect(doSetsMeet(a, b)).toBe(both.ranges.length > 0);
      expect(isSubset(both, a)).toBe(true);
      expect(complement(complement(a))).toEqual(a);
    });
    fc.assert(property, { seed: 11, numRuns: 400 });
  });

  it('have nothing between a value and the next one', () => {
    const property = fc.property(values[domain], (value) => {
      const next = nextValue(domain, value);
      const points = pointsOf(rangeSet(domain, value, next), 10);
      if (next !== undefined) expect(points).toHaveLength(1);
    });
    fc.assert(property, { seed: 12 });
  });
});
