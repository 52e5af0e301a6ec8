import { describe, expect, it } from 'vitest';
import { fractionForSampleSize } from '../../../lib/api/sample-size.ts';

describe('fractionForSampleSize', () => {
  it('is above the plain share, and never above 1 without replacement', () => {
    for (const [size, total] of [
      [1, 10],
      [5, 10],
      [9, 10],
      [100, 1_000_000],
      [999, 1000],
    ] as const) {
      const fraction = fractionForSampleSize(size, total, false);
      expect(fraction).toBeGreaterThan(size / total);
      expect(fraction).toBeLessThanOrEqual(1);
      expect(fractionForSampleSize(size, total, true)).toBeGreaterThan(size / total);
    }
  });

  it('widens small samples with replacement by more deviations', () => {
    expect(fractionForSampleSize(4, 100, true)).toBe((4 + 12 * 2) / 100);
    expect(fractionForSampleSize(9, 100, true)).toBe((9 + 9 * 3) / 100);
    expect(fractionForSampleSize(16, 100, true)).toBe((16 + 6 * 4) / 100);
  });
});
