import { describe, expect, it } from 'vitest';
import {
  COUNTS,
  countWindow,
  DIGITS,
  flipDoubles,
  insertDoubles,
  insertWithOrder,
  unflipDoubles,
} from '../../../lib/shuffle/radix-loops.ts';

function bitsOf(numbers: Float64Array): Int32Array {
  return new Int32Array(numbers.buffer);
}

function integersOf(numbers: Float64Array): bigint[] {
  return [...new BigUint64Array(numbers.buffer)];
}

describe('the loops of radix sorts', () => {
  it.each([0, -1])('make bits order as doubles do, and doubles of them again, with flip %s', (flip) => {
    const ordered = [Number.NEGATIVE_INFINITY, -2, -1e-300, 0, 5e-324, 1, 1.5, Number.POSITIVE_INFINITY, Number.NaN];
    const numbers = Float64Array.from(ordered);
    expect(flipDoubles(bitsOf(numbers), numbers.length, flip, new Int32Array(2))).toBe(true);
    const integers = integersOf(numbers);
    expect(integers).toEqual(integers.toSorted((a, b) => (a < b === (flip === 0) ? -1 : 1)));
    unflipDoubles(bitsOf(numbers), numbers.length, flip);
    expect([...numbers]).toEqual(ordered);
  });

  it('say where bits do not order doubles, and in which bits these differ', () => {
    const differences = new Int32Array(2);
    expect(flipDoubles(bitsOf(Float64Array.of(1, -0)), 2, 0, differences)).toBe(false);
    expect(flipDoubles(bitsOf(Float64Array.of(1, 1 + 2 ** -52, 1 + 2 ** -20)), 3, 0, differences)).toBe(true);
    expect([...differences]).toEqual([1, 1]);
  });

  it('count the digits of 32 bits below those that are left out', () => {
    const bits = Int32Array.of(0b101, 0x8000_0001 | 0);
    for (const [skip, window] of [
      [0, 0x8000_0001],
      [1, 2],
      [31, 0x8000_0002],
      [32, 0b101],
      [62, 0x4000_0000],
    ] as const) {
      const counts = new Int32Array(COUNTS);
      countWindow(bits, 1, skip, counts);
      const slots = [window & 1023, DIGITS + ((window >>> 10) & 2047), 2 * DIGITS + (window >>> 21)];
      expect([...counts.keys()].filter((slot) => counts[slot] === 1)).toEqual(slots);
    }
  });

  it('give up inserting where that takes too long, and lose nothing', () => {
    const numbers = Float64Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(insertDoubles(numbers, 100, true, 50)).toBe(false);
    expect([...numbers].toSorted((a, b) => b - a)).toEqual(Array.from({ length: 100 }, (_, i) => 100 - i));
    expect(insertDoubles(numbers, 100, true, 1e9)).toBe(true);
    expect([...numbers]).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(insertDoubles(numbers, 100, false, 1e9)).toBe(true);
    expect(numbers[0]).toBe(100);
  });

  it('insert unsigned integers with what belongs to them, stably', () => {
    const bits = new Int32Array(new BigUint64Array([1n << 63n, 5n, 5n, 0n, 5n]).buffer);
    const order = Int32Array.of(0, 1, 2, 3, 4);
    expect(insertWithOrder(bits, order, 5, 2)).toBe(false);
    expect([...order].toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect(insertWithOrder(bits, order, 5, 100)).toBe(true);
    expect([...order]).toEqual([3, 1, 2, 4, 0]);
  });
});
