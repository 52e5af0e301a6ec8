import { describe, expect, it } from 'vitest';
import { chance, gaussian } from '../../../examples/lib/chance.ts';
import { type KMeansOptions, kMeans } from '../../../examples/lib/k-means.ts';
import type { Point } from '../../../examples/lib/point.ts';
import { useSession } from '../../support/use-session.ts';

const spec = useSession({ parallelism: 2 });

const run = (points: readonly Point[], options: KMeansOptions, slices = 3) =>
  kMeans(spec.session, spec.session.parallelize(points, slices), options);

/** Plain Lloyd's rounds, for comparison. */
function lloyd(
  points: readonly (readonly number[])[],
  start: readonly (readonly number[])[],
  rounds: number,
): number[][] {
  let centres = start.map((centre) => [...centre]);
  const squared = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, x, i) => sum + (x - (b[i] ?? 0)) ** 2, 0);
  for (let round = 0; round < rounds; round++) {
    const nearest = points.map((point) => {
      const distances = centres.map((centre) => squared(point, centre));
      return distances.indexOf(Math.min(...distances));
    });
    centres = centres.map((centre, i) => {
      const own = points.filter((_, at) => nearest[at] === i);
      return own.length === 0
        ? centre
        : centre.map((_, d) => own.reduce((sum, point) => sum + (point[d] ?? 0), 0) / own.length);
    });
  }
  return centres;
}

/** Clouds around (0, 0), (100, 0), (0, 100) and (100, 100), 25 points each, shuffled. */
function clouds(seed: number): number[][] {
  const next = chance(seed);
  return Array.from({ length: 100 }, (_, i) => ({
    lot: next(),
    point: [100 * (i % 2) + gaussian(next), 100 * (Math.floor(i / 2) % 2) + gaussian(next)],
  }))
    .sort((a, b) => a.lot - b.lot)
    .map(({ point }) => point);
}

describe('kMeans', () => {
  it.each([1, 2, 3, 4, 5, 6])('finds separate clouds from seed %d', async (seed) => {
    const { centres, sizes, cost, converged } = await run(clouds(seed), { k: 4, seed });
    const near = centres.map((centre) => [...centre].map((x) => Math.abs(Math.round(x / 10) * 10)));
    expect(new Set(near.map(String))).toEqual(new Set(['0,0', '0,100', '100,0', '100,100']));
    expect(sizes).toEqual([25, 25, 25, 25]);
    expect(cost).toBeLessThan(400);
    expect(converged).toBe(true);
  });

  it('makes the same rounds as plain loops', async () => {
    const points = clouds(8);
    const start = points.slice(0, 6);
    for (const maxIterations of [1, 2, 5]) {
      const { centres, iterations } = await run(points, { k: 6, start, maxIterations, tolerance: 0 });
      const wanted = lloyd(points, start, iterations);
      for (const [i, centre] of centres.entries()) {
        for (const [d, x] of centre.entries()) expect(x).toBeCloseTo(wanted[i]?.[d] ?? Number.NaN, 9);
      }
    }
  });

  it('gives a point between two centres to the first', async () => {
    const { centres, sizes } = await run([[0], [2], [4]], { k: 2, start: [[0], [4]], maxIterations: 1 });
    expect(centres.map(([x]) => x)).toEqual([1, 4]);
    expect(sizes).toEqual([2, 1]);
  });

  it('leaves a centre without points where it is', async () => {
    const { centres, sizes, cost, converged } = await run(
      [
        [0, 0],
        [2, 0],
      ],
      {
        k: 2,
        start: [
          [1, 1],
          [50, 50],
        ],
      },
    );
    expect(centres.map((centre) => [...centre])).toEqual([
      [1, 0],
      [50, 50],
    ]);
    expect([sizes, cost, converged]).toEqual([[2, 0], 2, true]);
  });

  it('gives fewer centres when there are fewer different points', async () => {
    const { centres, cost } = await run([[1], [1], [7], [1], [7]], { k: 4 });
    expect(centres.map(([x]) => x).sort()).toEqual([1, 7]);
    expect(cost).toBe(0);
    expect((await run([[3], [3]], { k: 2 })).centres.map((centre) => [...centre])).toEqual([[3]]);
  });

  it('reads typed arrays, and partitions without points', async () => {
    const { centres, sizes } = await run([Float64Array.of(1), Float64Array.of(3)], { k: 1 }, 5);
    expect([centres.map((centre) => [...centre]), sizes]).toEqual([[[2]], [2]]);
  });

  it('gives the same bits again', async () => {
    const points = clouds(3);
    const once = await run(points, { k: 7, seed: 5 });
    expect(await run(points, { k: 7, seed: 5 })).toEqual(once);
    expect((await run(points, { k: 7, seed: 6 })).centres).not.toEqual(once.centres);
  });

  it.each([
    [{ k: 0 }, 'k must be an integer of at least 1, found 0'],
    [{ k: 1, maxIterations: 0 }, 'maxIterations must be'],
    [{ k: 1, tolerance: -1 }, 'tolerance must be'],
    [{ k: 1, seed: 0.1 }, 'seed must be'],
    [{ k: 2, start: [[1]] }, 'start must be an array of 2 points, as k says, found an array of 1'],
    [{ k: 1, start: [[1, 2]] }, 'start must be an array of 1 numbers, as the first point is, found an array of 2'],
  ])('refuses %j', async (options, message) => {
    await expect(run([[1], [2]], options)).rejects.toThrow(message);
  });

  it.each([
    [[], 'points must be a dataset with at least one point'],
    [[[]], 'point must be an array of numbers'],
    [[[1], [1, 2]], 'point must be an array of 1 numbers, as the first point is, found an array of 2'],
    [[[1], [Number.NaN]], 'a coordinate of point must be a finite number'],
    [[[1], 5 as unknown as number[]], 'point must be an array of 1 numbers, as the first point is, found 5'],
  ])('fails for the points %j', async (points, message) => {
    await expect(run(points, { k: 1 })).rejects.toThrow(message);
  });
});
