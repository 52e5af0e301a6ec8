import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addOuterProduct, packedLength, solveSymmetric } from '../../../examples/lib/symmetric-solve.ts';

/** Σ v vᵀ of some vectors, packed. */
function gram(size: number, vectors: readonly (readonly number[])[]): Float64Array {
  const packed = new Float64Array(packedLength(size));
  for (const vector of vectors) addOuterProduct(packed, Float64Array.from(vector), 0, size, 1);
  return packed;
}

function times(packed: Float64Array, x: ArrayLike<number>): number[] {
  return Array.from(x, (_, i) =>
    Array.from(x).reduce((sum, xj, j) => {
      const [row, column] = i > j ? [i, j] : [j, i];
      return sum + (packed[packedLength(row) + column] as number) * xj;
    }, 0),
  );
}

describe('solveSymmetric', () => {
  it('solves what random vectors give, whatever their number and size', () => {
    const scale = fc.integer({ min: -6, max: 6 }).map((exponent) => 10 ** exponent);
    const shape = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 }), scale, fc.integer());
    fc.assert(
      fc.property(shape, ([size, count, factor, seed]) => {
        const lots = fc.sample(fc.integer({ min: -100, max: 100 }), { seed, numRuns: size * (count + 1) });
        const vectors = Array.from({ length: count }, (_, i) =>
          lots.slice(i * size, (i + 1) * size).map((x) => factor * x),
        );
        const packed = gram(size, vectors);
        // In the range of A, so that there is a solution.
        const b = Float64Array.from(times(packed, lots.slice(count * size)));
        const x = solveSymmetric(packed, b);
        const largest = Math.max(...b.map(Math.abs), Number.MIN_VALUE);
        for (const [i, value] of times(packed, x).entries()) {
          expect(Math.abs(value - (b[i] as number)) / largest).toBeLessThan(1e-6);
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
