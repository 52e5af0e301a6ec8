import { describe, expect, it } from 'vitest';
import { chance, gaussian } from '../../../examples/lib/chance.ts';

const draw = (count: number, next: () => number) => Array.from({ length: count }, next);

describe('chance', () => {
  it('repeats for the same seed and place, and differs for others', () => {
    expect(draw(5, chance(1, 2, 3))).toEqual(draw(5, chance(1, 2, 3)));
    const first = [chance(1), chance(2), chance(1, 0), chance(1, 1), chance(1, 0, 1), chance(2 ** 32 + 1)];
    expect(new Set(first.map((next) => next())).size).toBe(first.length);
  });

  it('is spread evenly over [0, 1)', () => {
    const lots = draw(20_000, chance(4));
    expect(Math.min(...lots)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lots)).toBeLessThan(1);
    expect(lots.reduce((a, b) => a + b) / lots.length).toBeCloseTo(0.5, 1);
  });
});

describe('gaussian', () => {
  it('has mean 0 and variance 1', () => {
    const next = chance(5);
    const lots = draw(20_000, () => gaussian(next));
    expect(lots.reduce((a, b) => a + b) / lots.length).toBeCloseTo(0, 1);
    expect(lots.reduce((sum, x) => sum + x * x, 0) / lots.length).toBeCloseTo(1, 1);
  });

  it('is finite where the lot is 0', () => {
    expect(Math.abs(gaussian(() => 0))).toBe(0);
  });
});
