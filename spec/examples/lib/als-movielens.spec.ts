import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Rating, trainAls } from '../../../examples/lib/als.ts';
import { rootMeanSquaredError } from '../../../examples/lib/als-model.ts';
import { chance } from '../../../examples/lib/chance.ts';
import type { Id } from '../../../examples/lib/id.ts';
import { denseAls, rating } from '../../support/dense-als.ts';
import { PROJECT_ROOT } from '../../support/source-files.ts';
import { useSession } from '../../support/use-session.ts';

/** 1,501 ratings, lines of `user::item::rating::time`: Spark's sample data, not part of the project. */
const RATINGS = join(PROJECT_ROOT, '..', 'shared', 'data', 'movielens', 'sample_movielens_ratings.txt');
const isThere = existsSync(RATINGS);

const spec = useSession({ parallelism: 2 });

function readRatings(): { training: Rating[]; test: Rating[] } {
  const lines = readFileSync(RATINGS, 'utf8').trim().split('\n');
  const next = chance(42);
  const split = { training: [] as Rating[], test: [] as Rating[] };
  for (const line of lines) {
    const [user = Number.NaN, item = Number.NaN, value = Number.NaN] = line.split('::').map(Number);
    split[next() < 0.8 ? 'training' : 'test'].push(rating(user, item, value));
  }
  return split;
}

/** Of ratings whose user and item are known. */
function denseError(
  factors: Record<'users' | 'items', Map<Id, number[]>>,
  test: readonly Rating[],
  targetOf: (x: number) => number,
) {
  const errors = test.flatMap(({ user, item, rating }) => {
    const [x, y] = [factors.users.get(user), factors.items.get(item)];
    if (x === undefined || y === undefined) return [];
    return [(targetOf(rating) - x.reduce((sum, factor, i) => sum + factor * (y[i] ?? 0), 0)) ** 2];
  });
  return Math.sqrt(errors.reduce((a, b) => a + b, 0) / errors.length);
}

describe.skipIf(!isThere)('ratings of films (skipped where the sample file is absent)', () => {
  it.each([
    { implicit: false, worst: 1.03 },
    { implicit: true, worst: 0.47 },
  ])('are predicted as well as by dense normal equations: %j', async ({ implicit, worst }) => {
    const { training, test } = readRatings();
    const model = { implicit, rank: 10, maxIterations: 10, regularization: 0.1, seed: 1 };
    // As Spark's examples do: less than 2.5 stars say that a film is not liked.
    const centred = (ratings: readonly Rating[]) =>
      implicit ? ratings.map(({ user, item, rating: value }) => rating(user, item, value - 2.5)) : ratings;
    const targetOf = implicit ? (value: number) => (value > 0 ? 1 : 0) : (value: number) => value;
    const { session } = spec;
    const trained = await trainAls(session, session.parallelize(centred(training), 3), { ...model, userBlocks: 3 });
    const error = await rootMeanSquaredError(trained, session.parallelize(centred(test), 2), targetOf);
    const dense = denseError(denseAls(centred(training), model), centred(test), targetOf);
    expect(error).toBeLessThanOrEqual(1.1 * dense);
    expect(error).toBeCloseTo(dense, 6);
    expect(error).toBeLessThan(worst);
  });
});
