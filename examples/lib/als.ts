/**
 * Matrix factorisation by alternating least squares, as in Spark's ALS: explicit ratings and implicit preferences.
 *
 * Users and items are cut into blocks (rating-block.ts); each half of a round sends factors from the blocks of one side
 * to those of the other, which solve for their own (factor-step.ts). Every `checkpointInterval` rounds the item factors
 * are checkpointed, so that neither lineage nor shuffle files grow with the number of rounds; the checkpoint before
 * goes as soon as the next one is on disk.
 */
import type { Rdd, Session } from '../../lib/index.ts';
import { checkId, checkInteger, checkInterval, checkNumber, invalidArgument } from './check.ts';
import { type FactorModel, gramOf, initialFactors, solveBlock } from './factor-step.ts';
import type { Id } from './id.ts';
import { LastCheckpoint } from './last-checkpoint.ts';
import { blockOf, makeRatingBlock, messagesOf, type RatingBlock, type Triple } from './rating-block.ts';

/** What a user thinks of an item; with `implicit`, how often or how long he dealt with it. */
export interface Rating {
  readonly user: Id;
  readonly item: Id;
  readonly rating: number;
}

export interface AlsOptions {
  /** How many factors describe a user or an item. Default 10. */
  readonly rank?: number | undefined;
  /** Rounds; each one computes the factors of both sides. Default 10. */
  readonly maxIterations?: number | undefined;
  /** λ, which is multiplied by the number of ratings of the user or item (ALS-WR). Default 0.1. */
  readonly regularization?: number | undefined;
  /** Ratings are how sure a preference is, not how strong: see factor-step.ts. Default false. */
  readonly implicit?: boolean | undefined;
  /** How much surer a rating of 1 makes, with `implicit`. Default 1. */
  readonly alpha?: number | undefined;
  /** Default: the session's parallelism. */
  readonly userBlocks?: number | undefined;
  readonly itemBlocks?: number | undefined;
  /** Every how many rounds item factors are checkpointed, where a directory is set; -1 for never. Default 10. */
  readonly checkpointInterval?: number | undefined;
  /** Where the factors begin. Default 0. */
  readonly seed?: number | undefined;
}

/** Factors of every user and item that has a rating, persisted: `unpersist` gives them up. */
export interface AlsModel {
  readonly rank: number;
  readonly userFactors: Rdd<[Id, Float64Array]>;
  readonly itemFactors: Rdd<[Id, Float64Array]>;
}

/** Ratings by user and by item. */
interface Sides {
  readonly users: Rdd<RatingBlock>;
  readonly items: Rdd<RatingBlock>;
}

/** The factors of all blocks of both sides: block i is the only record of partition i. */
interface Factors {
  readonly users: Rdd<Float64Array>;
  readonly items: Rdd<Float64Array>;
}

const METHOD = 'trainAls';

/**
 * Trains a model. A pair that is rated several times counts several times. Factors follow from ratings and seed alone;
 * with other blocks they differ by rounding. Where a user's or item's factors are not determined (`regularization` 0
 * and few ratings) they are the shortest ones that fit best.
 *
 * ```ts
 * session.setCheckpointDir('checkpoints');
 * const model = await trainAls(session, ratings, { rank: 10, regularization: 0.1 });
 * await predictRatings(model, session.parallelize([[1, 7]])).collect(); // [{ user: 1, item: 7, rating: 3.4… }]
 * ```
 * Raises INVALID_ARGUMENT for wrong options, and for no ratings at all. An id that is neither a text nor a safe integer,
 * or a rating that is not finite, fails the job with it.
 */
export async function trainAls(session: Session, ratings: Rdd<Rating>, options: AlsOptions = {}): Promise<AlsModel> {
  const { defaultParallelism } = session;
  const { rank = 10, maxIterations = 10, regularization = 0.1, implicit = false, alpha = 1, seed = 0 } = options;
  const { userBlocks = defaultParallelism, itemBlocks = defaultParallelism, checkpointInterval = 10 } = options;
  for (const [name, value] of Object.entries({ rank, maxIterations, userBlocks, itemBlocks })) {
    checkInteger(METHOD, name, value, 1);
  }
  checkNumber(METHOD, 'regularization', regularization, 0);
  checkNumber(METHOD, 'alpha', alpha, 0);
  checkInteger(METHOD, 'seed', seed, Number.MIN_SAFE_INTEGER);
  checkInterval(METHOD, 'checkpointInterval', checkpointInterval);
  if (typeof implicit !== 'boolean') throw invalidArgument(METHOD, 'implicit', 'true or false', implicit);

  const sides = cutIntoBlocks(ratings, userBlocks, itemBlocks);
  try {
    // Makes and keeps the blocks of users before anything is computed from them.
    const lengths = await sides.users.map((block) => block.ratings.length).collect();
    if (lengths.every((length) => length === 0)) {
      throw invalidArgument(METHOD, 'ratings', 'a dataset with at least one rating', 'none');
    }
    const model = { rank, regularization, implicit, alpha };
    const start = {
      users: sides.users.map((block) => initialBlock(block, rank, seed)),
      items: sides.items.map((block) => initialBlock(block, rank, seed)),
    };
    const checkpoints = new LastCheckpoint(session, checkpointInterval);
    const train = implicit ? trainImplicit : trainExplicit;
    const factors = await train(sides, start, model, maxIterations, checkpoints);
    const userFactors = byId(sides.users, factors.users, rank).setName('userFactors').persist('MEMORY_AND_DISK');
    const itemFactors = byId(sides.items, factors.items, rank).setName('itemFactors').persist('MEMORY_AND_DISK');
    await userFactors.count();
    await itemFactors.count();
    factors.users.unpersist();
    factors.items.unpersist();
    return { rank, userFactors, itemFactors };
  } finally {
    sides.users.unpersist();
    sides.items.unpersist();
  }
}

/** Round i computes items, then users; items are checkpointed in rounds 0, interval, 2 · interval, … */
async function trainExplicit(
  sides: Sides,
  start: Factors,
  model: FactorModel,
  rounds: number,
  checkpoints: LastCheckpoint,
): Promise<Factors> {
  const noGram = new Float64Array();
  let { users, items } = start;
  let kept: Rdd<Float64Array> | undefined;
  for (let round = 0; round < rounds; round++) {
    items = halfRound(sides.users, users, sides.items, model, noGram);
    if (checkpoints.isDue(round)) {
      items.setName(`itemFactors-${round}`).persist('MEMORY_AND_DISK').checkpoint();
      await items.count();
      checkpoints.advance(items);
      kept?.unpersist();
      kept = items;
    }
    users = halfRound(sides.items, items, sides.users, model, noGram);
  }
  // Read three times from here on: for both results, and for the users' own.
  if (items !== kept) items.persist('MEMORY_AND_DISK');
  users.persist('MEMORY_AND_DISK');
  await users.count();
  if (items !== kept) kept?.unpersist();
  return { users, items };
}

/**
 * Rounds count from 1, as Spark's do here. Each half needs YᵀY of the other side's factors, by an action: that one
 * computes and keeps them, and writes the checkpoint.
 */
async function trainImplicit(
  sides: Sides,
  start: Factors,
  model: FactorModel,
  rounds: number,
  checkpoints: LastCheckpoint,
): Promise<Factors> {
  let { users, items } = start;
  users.persist('MEMORY_AND_DISK');
  for (let round = 1; round <= rounds; round++) {
    const isDue = checkpoints.isDue(round);
    const before = { users, items };
    items = halfRound(sides.users, users, sides.items, model, await totalGram(users, model.rank));
    items.setName(`itemFactors-${round}`).persist('MEMORY_AND_DISK');
    if (isDue) items.checkpoint();
    users = halfRound(sides.items, items, sides.users, model, await totalGram(items, model.rank));
    users.setName(`userFactors-${round}`).persist('MEMORY_AND_DISK');
    if (isDue) checkpoints.advance(items);
    before.items.unpersist();
    before.users.unpersist();
  }
  return { users, items };
}

/** The factors of one side's blocks out of those of the other's. */
function halfRound(
  senders: Rdd<RatingBlock>,
  sent: Rdd<Float64Array>,
  receivers: Rdd<RatingBlock>,
  model: FactorModel,
  gram: Float64Array,
): Rdd<Float64Array> {
  const { rank } = model;
  const numbered = senders.mapPartitionsWithIndex((sender, blocks) =>
    Array.from(blocks, (block) => ({ sender, block })),
  );
  const messages = numbered
    .zipPartitions([sent], (blocks, factors) => {
      const [{ sender, block }, own] = [onlyOf(blocks), onlyOf(factors)];
      return messagesOf(block, own, rank, sender);
    })
    .partitionBy(receivers.getNumPartitions());
  return receivers.zipPartitions([messages], (blocks, received) => {
    const heard = Array.from(received, ([, message]) => message);
    return [solveBlock(onlyOf(blocks), heard, model, gram)];
  });
}

/** YᵀY over all blocks, added up in the order of the blocks whichever task ends first. */
async function totalGram(factors: Rdd<Float64Array>, rank: number): Promise<Float64Array> {
  const [first, ...others] = await factors.map((block) => gramOf(block, rank)).collect();
  return others.reduce((sum, gram) => sum.map((x, i) => x + (gram[i] as number)), first as Float64Array);
}

/** Ratings in blocks by user and by item, persisted when first computed. */
function cutIntoBlocks(ratings: Rdd<Rating>, userBlocks: number, itemBlocks: number): Sides {
  const checked = ratings.map(({ user, item, rating }) => {
    checkId(METHOD, 'user', user);
    checkId(METHOD, 'item', item);
    checkNumber(METHOD, 'rating', rating, -Number.MAX_VALUE);
    return { user, item, rating };
  });
  const users = checked.map(({ user, item, rating }) => {
    const triple: Triple = [user, item, rating];
    return [blockOf(user, userBlocks), triple];
  });
  const items = checked.map(({ user, item, rating }) => {
    const triple: Triple = [item, user, rating];
    return [blockOf(item, itemBlocks), triple];
  });
  return {
    users: blocksOf(users, userBlocks, itemBlocks).setName('ratings by user'),
    items: blocksOf(items, itemBlocks, userBlocks).setName('ratings by item'),
  };
}

/** A whole number below the number of partitions is its own hash: block i becomes partition i. */
function blocksOf(placed: Rdd<[number, Triple]>, ownBlocks: number, otherBlocks: number): Rdd<RatingBlock> {
  return placed
    .partitionBy(ownBlocks)
    .mapPartitions((triples) => [
      makeRatingBlock(
        Array.from(triples, ([, triple]) => triple),
        otherBlocks,
      ),
    ])
    .persist('MEMORY_AND_DISK');
}

function initialBlock(block: RatingBlock, rank: number, seed: number): Float64Array {
  const factors = new Float64Array(block.ids.length * rank);
  for (const [row, id] of block.ids.entries()) factors.set(initialFactors(id, rank, seed), row * rank);
  return factors;
}

function byId(blocks: Rdd<RatingBlock>, factors: Rdd<Float64Array>, rank: number): Rdd<[Id, Float64Array]> {
  return blocks.zipPartitions([factors], (ofBlock, ofFactors) => {
    const [{ ids }, values] = [onlyOf(ofBlock), onlyOf(ofFactors)];
    return ids.map((id, row): [Id, Float64Array] => [id, values.slice(row * rank, (row + 1) * rank)]);
  });
}

/** The record of a partition that has one. */
function onlyOf<T>(records: Iterable<T>): T {
  const [record] = records;
  return record as T;
}
