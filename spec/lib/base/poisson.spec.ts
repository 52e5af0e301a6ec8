import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { PoissonSampler } from '../../../lib/base/poisson.ts';
import { type Random, XorShiftRandom } from '../../../lib/base/random.ts';

describe('PoissonSampler', () => {
  it.each([0.01, 0.5, 1, 5, 31.9, 33, 100])('has mean and variance %d', (mean) => {
    const draws = 100_000;
    const sampler = new PoissonSampler(mean, new XorShiftRandom(7));
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < draws; i++) {
      const n = sampler.next();
      sum += n;
      squares += n * n;
    }
    const average = sum / draws;
    // Five standard errors of the mean, and of the variance of a Poisson distribution.
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / draws));
    const variance = squares / draws - average ** 2;
    expect(Math.abs(variance - mean)).toBeLessThan(5 * Math.sqrt((mean + 2 * mean ** 2) / draws));
  });

  it('gives each number as often as it should', () => {
    const mean = 2;
    const draws = 100_000;
    const sampler = new PoissonSampler(mean, new XorShiftRandom(1));
    const counts = new Array<number>(12).fill(0);
    for (let i = 0; i < draws; i++) {
      const n = sampler.next();
      if (n < counts.length) counts[n] = (counts[n] ?? 0) + 1;
    }
    let share = Math.exp(-mean);
    counts.forEach((count, n) => {
      if (n > 0) share *= mean / n;
      expect(Math.abs(count / draws - share)).toBeLessThan(5 * Math.sqrt(share / draws));
    });
  });

  it('gives only zeros for mean 0, and draws nothing for it', () => {
    const random: Random = new XorShiftRandom(0);
    const sampler = new PoissonSampler(0, random);
    expect([sampler.next(), sampler.next()]).toEqual([0, 0]);
    expect(random.nextDouble()).toBe(new XorShiftRandom(0).nextDouble());
  });

  it('ends for the largest uniform number there is', () => {
    const largest: Random = { nextInt: () => 0, nextDouble: () => 1 - 2 ** -53, nextGaussian: () => 0 };
    for (const mean of [1e-300, 0.1, 1, 10, 32]) {
      expect(new PoissonSampler(mean, largest).next()).toBeLessThan(10 * mean + 20);
    }
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the mean %d', (mean) => {
    expect(() => new PoissonSampler(mean, new XorShiftRandom(0))).toThrow(CairnError);
  });
});
