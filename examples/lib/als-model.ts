/** What a trained model is for: predicting ratings, measuring how well, and recommending items. */
import type { Rdd } from '../../lib/index.ts';
import type { AlsModel, Rating } from './als.ts';
import { checkInteger, invalidArgument } from './check.ts';
import { compareIds, type Id } from './id.ts';

export interface PredictOptions {
  /**
   * What becomes of pairs whose user or item had no rating in training: a prediction of NaN (`'nan'`, the default), so
   * that none is lost, or no prediction (`'drop'`), so that means can be taken.
   */
  readonly coldStart?: 'nan' | 'drop' | undefined;
}

/** What to recommend, the best first. */
export interface Recommendation {
  readonly item: Id;
  readonly rating: number;
}

/** A prediction for each `[user, item]`, in any order. Raises INVALID_ARGUMENT for an unknown `coldStart`. */
export function predictRatings(
  model: AlsModel,
  pairs: Rdd<readonly [user: Id, item: Id]>,
  options: PredictOptions = {},
): Rdd<Rating> {
  const { coldStart = 'nan' } = options;
  if (coldStart !== 'nan' && coldStart !== 'drop') {
    throw invalidArgument('predictRatings', 'coldStart', "'nan' or 'drop'", coldStart);
  }
  const predictions = pairs
    .leftOuterJoin(model.userFactors)
    .map(([user, [item, factors]]): [Id, PendingPrediction] => [item, { user, factors }])
    .leftOuterJoin(model.itemFactors)
    .map(([item, [{ user, factors }, others]]) => ({ user, item, rating: dotProduct(factors, others) }));
  return coldStart === 'nan' ? predictions : predictions.filter(({ rating }) => !Number.isNaN(rating));
}

/** A user's factors on their way to an item's. */
interface PendingPrediction {
  readonly user: Id;
  readonly factors: Float64Array | undefined;
}

/**
 * The root of the mean squared error of a model's predictions; ratings of unknown users and items do not count. NaN when
 * none counts. `targetOf` says what a prediction should be, if not the rating itself: `(rating) => (rating > 0 ? 1 : 0)`
 * for an implicit model.
 */
export async function rootMeanSquaredError(
  model: AlsModel,
  ratings: Rdd<Rating>,
  targetOf: (rating: number) => number = (rating) => rating,
): Promise<number> {
  const errors = await ratings
    .map(({ user, item, rating }): [Id, WantedRating] => [user, { item, wanted: targetOf(rating) }])
    .join(model.userFactors)
    .map(([, [{ item, wanted }, factors]]): [Id, WantedFactors] => [item, { wanted, factors }])
    .join(model.itemFactors)
    .mapPartitions((joined) => {
      const partial = { count: 0, squares: 0 };
      for (const [, [{ wanted, factors }, others]] of joined) {
        partial.count++;
        partial.squares += (wanted - dotProduct(factors, others)) ** 2;
      }
      return [partial];
    })
    .collect();
  const count = errors.reduce((sum, partial) => sum + partial.count, 0);
  return Math.sqrt(errors.reduce((sum, partial) => sum + partial.squares, 0) / count);
}

interface WantedRating {
  readonly item: Id;
  readonly wanted: number;
}

interface WantedFactors {
  readonly wanted: number;
  readonly factors: Float64Array;
}

/**
 * The `count` items with the highest predictions for each user, rated ones included; of equal ones the least id first.
 * Compares all users with all items, partition by partition. Raises INVALID_ARGUMENT for a count below 1.
 */
export function recommendItems(model: AlsModel, count: number): Rdd<[user: Id, items: Recommendation[]]> {
  checkInteger('recommendItems', 'count', count, 1);
  return model.userFactors
    .glom()
    .cartesian(model.itemFactors.glom())
    .flatMap(([users, items]) => bestOfBlocks(users, items, count))
    .reduceByKey((a, b) => bestOf([...a, ...b], count));
}

function* bestOfBlocks(
  users: readonly (readonly [Id, Float64Array])[],
  items: readonly (readonly [Id, Float64Array])[],
  count: number,
): Generator<[Id, Recommendation[]]> {
  for (const [user, factors] of users) {
    const all = items.map(([item, others]) => ({ item, rating: dotProduct(factors, others) }));
    yield [user, bestOf(all, count)];
  }
}

function bestOf(recommendations: Recommendation[], count: number): Recommendation[] {
  return recommendations.sort((a, b) => b.rating - a.rating || compareIds(a.item, b.item)).slice(0, count);
}

/** NaN where either side is missing. */
function dotProduct(a: Float64Array | undefined, b: Float64Array | undefined): number {
  if (a === undefined || b === undefined) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
