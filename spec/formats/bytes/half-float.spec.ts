import { describe, expect, it } from 'vitest';
import { halfToNumber, numberToHalf } from '../../../formats/bytes/half-float.ts';

describe('half floats', () => {
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.9, 0x7bff],
    [65520, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [Number.NaN, 0x7e00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -24, 0x0002],
    [2 ** -14 - 2 ** -24, 0x03ff],
    [2 ** -14, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 / 3, 0x3555],
    [2 - 2 ** -12, 0x4000],
  ])('half of %d is the nearest there is', (value, half) => {
    expect(numberToHalf(value)).toBe(half);
  });

  it('are numbers again', () => {
    for (let half = 0; half < 0x10000; half += 7) {
      const value = halfToNumber(half);
      if (Number.isNaN(value)) expect(half & 0x7c00).toBe(0x7c00);
      else expect(numberToHalf(value)).toBe(half);
    }
  });
});
