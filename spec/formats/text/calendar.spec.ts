import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateMs } from '../../../formats/text/calendar.ts';

describe('dateMs', () => {
  it('agrees with Date', () => {
    const days = fc.integer({ min: -700_000, max: 2_900_000 });
    fc.assert(
      fc.property(days, (day) => {
        const date = new Date(day * 86_400_000);
        expect(dateMs(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(date.getTime());
      }),
      { seed: 1 },
    );
  });

  it('knows how long months are', () => {
    expect(
      [
        [2024, 2, 30],
        [2023, 2, 29],
        [2024, 4, 31],
        [2024, 0, 1],
        [2024, 13, 1],
        [2024, 1, 0],
      ].map(([y, m, d]) => dateMs(y as number, m as number, d as number)),
    ).toEqual(Array(6).fill(Number.NaN));
  });
});
