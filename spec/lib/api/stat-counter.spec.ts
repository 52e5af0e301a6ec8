import { describe, expect, it } from 'vitest';
import { addToStats, emptyStats, mergeStats, StatCounter, type StatState } from '../../../lib/api/stat-counter.ts';
import '../../../lib/api/public-names.ts';
import { travel } from '../../support/travel.ts';

const statsOf = (values: readonly unknown[]): StatState => values.reduce<StatState>(addToStats, emptyStats());

describe('StatCounter', () => {
  it('finds count, sum, mean, variances and extremes', () => {
    const stats = new StatCounter(statsOf([1, 2, 3, 6]));
    expect(stats.count).toBe(4);
    expect(stats.sum).toBe(12);
    expect(stats.mean).toBe(3);
    expect(stats.variance).toBe(3.5);
    expect(stats.sampleVariance).toBeCloseTo(14 / 3, 12);
    expect(stats.stdev).toBe(Math.sqrt(3.5));
    expect(stats.sampleStdev).toBeCloseTo(Math.sqrt(14 / 3), 12);
    expect([stats.min, stats.max]).toEqual([1, 6]);
  });

  it('travels to tasks', async () => {
    const stats = new StatCounter(statsOf([1, 2, 3, 6]));
    const there = (await travel(() => [stats, stats instanceof StatCounter]))();
    expect(there).toEqual([stats, true]);
    expect((there[0] as StatCounter).variance).toBe(3.5);
  });

  it('has an answer for no numbers and for one', () => {
    const none = new StatCounter(emptyStats());
    expect([none.count, none.sum, none.mean, none.max, none.min]).toEqual([0, 0, 0, -Infinity, Infinity]);
    expect(none.variance).toBeNaN();
    expect(none.sampleVariance).toBeNaN();
    const one = new StatCounter(statsOf([5]));
    expect(one.variance).toBe(0);
    expect(one.sampleVariance).toBeNaN();
  });

  it.each([
    [3, 4],
    [1, 40],
    [40, 1],
    [0, 5],
    [5, 0],
    [0, 0],
  ])('merges %i and %i numbers to what all of them give', (left, right) => {
    const values = Array.from({ length: left + right }, (_, i) => Math.sin(i) * 100 + i);
    const merged = new StatCounter(mergeStats(statsOf(values.slice(0, left)), statsOf(values.slice(left))));
    const whole = new StatCounter(statsOf(values));
    expect(merged.count).toBe(whole.count);
    expect(merged.mean).toBeCloseTo(whole.mean, 10);
    if (left + right > 0) expect(merged.variance).toBeCloseTo(whole.variance, 8);
    expect([merged.min, merged.max]).toEqual([whole.min, whole.max]);
  });

  it('loses no digits to a large common offset', () => {
    const offset = 1e9;
    const stats = new StatCounter(statsOf([4, 7, 13, 16].map((x) => x + offset)));
    expect(stats.sampleVariance).toBe(30);
  });

  it('passes NaN on, as Spark does', () => {
    const stats = new StatCounter(statsOf([1, Number.NaN]));
    expect(stats.max).toBeNaN();
    expect(stats.mean).toBeNaN();
  });

  it('prints as Spark prints it', () => {
    expect(String(new StatCounter(statsOf([1, 2, 3])))).toBe(
      '(count: 3, mean: 2.000000, stdev: 0.816497, max: 3.000000, min: 1.000000)',
    );
  });

  it('refuses what is not a number', () => {
    expect(() => statsOf([1, '2'])).toThrow(expect.objectContaining({ code: 'NOT_A_NUMBER' }));
    expect(() => statsOf([1n])).toThrow(expect.objectContaining({ code: 'NOT_A_NUMBER' }));
  });
});
