import { describe, expect, it } from 'vitest';
import {
  allValues,
  complement,
  FLOATS,
  isAllValues,
  isEmptySet,
  noValues,
  pointSet,
  pointsOf,
  rangeSet,
} from '../../../formats/scan/value-set.ts';

describe('ValueSet', () => {
  it('joins points that touch', () => {
    expect(pointSet('integer', [3n, 1n, 2n, 2n])).toEqual(rangeSet('integer', 1n, 4n));
    expect(pointsOf(rangeSet('integer', 1n, 4n), 3)).toEqual([1n, 2n, 3n]);
    expect(pointsOf(rangeSet('integer', 1n, 4n), 2)).toBeUndefined();
    expect(pointsOf(rangeSet('integer', undefined, 4n), 99)).toBeUndefined();
    expect(pointsOf(pointSet('float', [Number.NaN]), 2)).toEqual([Number.NaN]);
  });

  it('knows everything and nothing', () => {
    expect(isAllValues(complement(noValues('bytes')))).toBe(true);
    expect(isEmptySet(complement(allValues('float')))).toBe(true);
    expect(isEmptySet(rangeSet('integer', 4n, 4n))).toBe(true);
  });

  it('orders doubles with NaN at the end and no negative zero', () => {
    expect(FLOATS.next(-5e-324)).toBe(0);
    expect(FLOATS.next(-0)).toBe(5e-324);
    expect(FLOATS.next(Number.MAX_VALUE)).toBe(Number.POSITIVE_INFINITY);
    expect(FLOATS.next(Number.POSITIVE_INFINITY)).toBeNaN();
    expect(FLOATS.next(Number.NaN)).toBeUndefined();
    expect(FLOATS.next(Number.NEGATIVE_INFINITY)).toBe(-Number.MAX_VALUE);
    expect([Number.NaN, 1, -0, Infinity, -1].sort(FLOATS.compare)).toEqual([-1, -0, 1, Infinity, Number.NaN]);
  });
});
