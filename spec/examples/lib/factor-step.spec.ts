import { describe, expect, it } from 'vitest';
import { gramOf, initialFactors, solveBlock } from '../../../examples/lib/factor-step.ts';
import { makeRatingBlock } from '../../../examples/lib/rating-block.ts';

const explicit = { rank: 2, regularization: 0.5, implicit: false, alpha: 1 };
/** One row that rates the columns 1 and 2, whose factors are (1, 0) and (1, 1). */
const block = makeRatingBlock(
  [
    ['x', 1, 3],
    ['x', 2, 4],
  ],
  1,
);
const messages = [{ sender: 0, factors: Float64Array.of(1, 0, 1, 1) }];

describe('initialFactors', () => {
  it('lie on the unit sphere, and follow from id and seed', () => {
    for (const id of [0, -5, 'a', '', 2 ** 50]) {
      const factors = initialFactors(id, 7, 1);
      expect(Math.hypot(...factors)).toBeCloseTo(1, 14);
      expect(initialFactors(id, 7, 1)).toEqual(factors);
      expect(initialFactors(id, 7, 2)).not.toEqual(factors);
    }
    expect(initialFactors(1, 3, 0)).not.toEqual(initialFactors('1', 3, 0));
  });
});

describe('solveBlock', () => {
  it('solves the explicit model, by hand', () => {
    // A = [[2, 1], [1, 1]] + 0.5 · 2 · I, b = (3 + 4, 4): x = 10/5, y = 5/5.
    const [x, y] = solveBlock(block, messages, explicit, new Float64Array());
    expect([x, y]).toEqual([expect.closeTo(2, 14), expect.closeTo(1, 14)]);
  });

  it('solves the implicit model, by hand', () => {
    // YᵀY = [[2, 1], [1, 1]] of the same columns; confidences 1 + r: A = YᵀY + [[7, 4], [4, 4]] + I, b = (4 + 5, 5).
    const gram = gramOf(Float64Array.of(1, 0, 1, 1), 2);
    expect([...gram]).toEqual([2, 1, 1]);
    const [x, y] = solveBlock(block, messages, { ...explicit, implicit: true }, gram);
    expect([x, y]).toEqual([expect.closeTo((9 * 6 - 5 * 5) / 35, 14), expect.closeTo((10 * 5 - 5 * 9) / 35, 14)]);
  });

  it('gives nothing for a block without rows', () => {
    expect(solveBlock(makeRatingBlock([], 1), [], explicit, new Float64Array())).toHaveLength(0);
  });
});
