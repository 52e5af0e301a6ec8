import { describe, expect, it } from 'vitest';
import {
  addToSketch,
  emptySketch,
  estimateDistinct,
  MIN_RELATIVE_SD,
  mergeSketches,
  precisionFor,
} from '../../../lib/api/distinct-sketch.ts';

const sketchValues = (values: readonly unknown[], precision: number): Uint8Array =>
  values.reduce<Uint8Array>(addToSketch, emptySketch(precision));

describe('the sketch of distinct values', () => {
  it('takes registers for the deviation asked for, within limits', () => {
    expect(precisionFor(0.05)).toBe(9);
    expect(precisionFor(0.01)).toBe(14);
    expect(precisionFor(1)).toBe(4);
    expect(precisionFor(MIN_RELATIVE_SD)).toBe(24);
  });

  it('counts none, one and a few exactly', () => {
    expect(estimateDistinct(sketchValues([], 12))).toBe(0);
    expect(estimateDistinct(sketchValues([7, 7, 7], 12))).toBe(1);
    expect(estimateDistinct(sketchValues(['a', 'b', 'a', null, undefined, Number.NaN, Number.NaN], 12))).toBe(5);
  });

  const kinds: readonly [string, (i: number) => unknown][] = [
    ['int32 numbers', (i) => i],
    ['other numbers', (i) => i / 7],
    ['short strings', (i) => i.toString(36)],
    ['strings that differ at the end', (i) => `the same long beginning of them all ${i}`],
    ['arrays', (i) => [i % 100, Math.floor(i / 100)]],
    ['bigints', (i) => BigInt(i) << 40n],
  ];

  it.each(kinds)('stays within four deviations for %s, few or many', (_, make) => {
    for (const n of [50, 1000, 20_000, 100_000]) {
      const found = estimateDistinct(
        sketchValues(
          Array.from({ length: n }, (__, i) => make(i)),
          12,
        ),
      );
      expect(Math.abs(found - n) / n, `${n}: ${found}`).toBeLessThan((4 * 1.04) / Math.sqrt(2 ** 12));
    }
  });

  it('merges to what all values together give', () => {
    const values = Array.from({ length: 5000 }, (_, i) => `v${i % 3000}`);
    const merged = mergeSketches(sketchValues(values.slice(0, 2500), 10), sketchValues(values.slice(2500), 10));
    expect(merged).toEqual(sketchValues(values, 10));
  });

  it('takes equal keys as one: -0 and 0, equal arrays; not 1, "1" and 1n', () => {
    expect(estimateDistinct(sketchValues([0, -0], 12))).toBe(1);
    expect(
      estimateDistinct(
        sketchValues(
          [
            [1, 'a'],
            [1, 'a'],
          ],
          12,
        ),
      ),
    ).toBe(1);
    expect(estimateDistinct(sketchValues([1, '1', 1n], 12))).toBe(3);
  });

  it('refuses values that have no identity', () => {
    expect(() => sketchValues([new Map()], 4)).toThrow(expect.objectContaining({ code: 'VALUE_NOT_SERIALIZABLE' }));
  });
});
