import { describe, expect, it } from 'vitest';
import { solveSymmetric } from '../../../examples/lib/symmetric-solve.ts';

describe('solveSymmetric', () => {
  it('solves a system by hand', () => {
    // 2x + y = 4, x + 3y = 7
    expect([...solveSymmetric(Float64Array.of(2, 1, 3), Float64Array.of(4, 7))]).toEqual([
      expect.closeTo(1, 14),
      expect.closeTo(2, 14),
    ]);
  });

  it('leaves its arguments as they are', () => {
    const [packed, b] = [Float64Array.of(1, 1, 1), Float64Array.of(2, 2)];
    solveSymmetric(packed, b);
    expect([[...packed], [...b]]).toEqual([
      [1, 1, 1],
      [2, 2],
    ]);
  });

  it('gives the shortest solution where there are many', () => {
    expect([...solveSymmetric(Float64Array.of(1, 1, 1), Float64Array.of(2, 2))]).toEqual([
      expect.closeTo(1, 12),
      expect.closeTo(1, 12),
    ]);
    expect([...solveSymmetric(new Float64Array(3), new Float64Array(2))]).toEqual([0, 0]);
  });
});
