import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AlsOptions, type Rating, trainAls } from '../../../examples/lib/als.ts';
import { chance } from '../../../examples/lib/chance.ts';
import type { Id } from '../../../examples/lib/id.ts';
import { denseAls, rating, solveDense } from '../../support/dense-als.ts';
import { useSession } from '../../support/use-session.ts';

const spec = useSession({ parallelism: 2 });

/** Trains, and gives the factors of both sides by id. */
async function factorsOf(
  ratings: readonly Rating[],
  options: AlsOptions,
): Promise<Record<'users' | 'items', Map<Id, Float64Array>>> {
  const { userFactors, itemFactors } = await trainAls(spec.session, spec.session.parallelize(ratings, 3), options);
  const factors = { users: new Map(await userFactors.collect()), items: new Map(await itemFactors.collect()) };
  userFactors.unpersist();
  itemFactors.unpersist();
  return factors;
}

function expectClose(found: Map<Id, ArrayLike<number>>, wanted: Map<Id, ArrayLike<number>>, digits = 8): void {
  expect(new Set(found.keys())).toEqual(new Set(wanted.keys()));
  for (const [id, factors] of wanted) {
    const own = found.get(id) ?? [];
    expect(own.length).toBe(factors.length);
    for (let i = 0; i < factors.length; i++)
      expect(own[i], `factor ${i} of ${id}`).toBeCloseTo(factors[i] as number, digits);
  }
}

/** Ratings of about half of all pairs, of numbers by texts. */
function randomRatings(seed: number, users = 12, items = 9): Rating[] {
  const next = chance(seed);
  return Array.from({ length: users * items }, (_, i) =>
    rating(Math.floor(i / items), `item ${i % items}`, Math.round(10 * next()) - 2),
  ).filter(() => next() < 0.5);
}

describe('the dense model', () => {
  it('solves a system by hand', () => {
    expect(
      solveDense(
        [
          [0, 2],
          [1, 1],
        ],
        [4, 5],
      ),
    ).toEqual([3, 2]);
  });
});

describe('trainAls', () => {
  it.each([
    { implicit: false, rank: 1 },
    { implicit: false, rank: 3 },
    { implicit: true, rank: 3 },
    { implicit: true, rank: 2, alpha: 7 },
    { implicit: true, rank: 2, alpha: 0 },
  ])('gives the factors of dense normal equations with %j', async (options) => {
    for (const [seed, blocks] of [
      [1, { userBlocks: 1, itemBlocks: 1 }],
      [2, { userBlocks: 3, itemBlocks: 2 }],
      [3, {}],
    ] as const) {
      const model = { ...options, regularization: 0.1, maxIterations: 4, seed };
      const ratings = randomRatings(seed);
      const wanted = denseAls(ratings, model);
      const found = await factorsOf(ratings, { ...model, ...blocks });
      expectClose(found.users, wanted.users);
      expectClose(found.items, wanted.items);
    }
  });

  it('regularises by the number of ratings', async () => {
    // One user and one item of rank 1, rated n times: x = n r y / (n y² + λ n) whatever n is.
    const once = await factorsOf([rating(1, 2, 4)], { rank: 1, maxIterations: 3, regularization: 0.5 });
    const often = await factorsOf(Array(5).fill(rating(1, 2, 4)), { rank: 1, maxIterations: 3, regularization: 0.5 });
    expectClose(often.users, once.users, 12);
    const [y] = once.items.get(2) as Float64Array;
    expect(once.users.get(1)?.[0]).toBeCloseTo((4 * (y as number)) / ((y as number) ** 2 + 0.5), 12);
  });

  it('takes ratings of 0 and less for no preference in the implicit model, the surer the less they are', async () => {
    const ratings = [rating('a', 1, 3), rating('a', 2, -4), rating('b', 1, 0), rating('b', 2, 5), rating('c', 1, -1)];
    const model = { implicit: true, rank: 2, alpha: 2, regularization: 0.2, maxIterations: 6 };
    const { users, items } = await factorsOf(ratings, model);
    const wanted = denseAls(ratings, model);
    expectClose(users, wanted.users);
    expectClose(items, wanted.items);
    // Nobody knows what c likes.
    expect([...(users.get('c') ?? [])]).toEqual([0, 0]);
  });

  it('gives the shortest factors where ratings determine none', async () => {
    const ratings = [rating(1, 1, 2), rating(1, 2, 4), rating(2, 1, 1), rating(2, 2, 2)];
    const { users, items } = await factorsOf(ratings, { rank: 5, regularization: 0, maxIterations: 5 });
    for (const { user, item, rating: value } of ratings) {
      const [x, y] = [users.get(user) as Float64Array, items.get(item) as Float64Array];
      expect(x.reduce((sum, factor, i) => sum + factor * (y[i] as number), 0)).toBeCloseTo(value, 8);
    }
  });

  it('is exact to the bit whatever the order of ratings and the number of blocks are, in the explicit model', async () => {
    const ratings = randomRatings(5);
    const options = { rank: 3, maxIterations: 3, seed: 11 };
    const forth = await factorsOf(ratings, { ...options, userBlocks: 4, itemBlocks: 3 });
    const back = await factorsOf([...ratings].reverse(), { ...options, userBlocks: 1, itemBlocks: 2 });
    const bits = (factors: Map<Id, Float64Array>) => new Map([...factors].map(([id, own]) => [id, [...own]]));
    expect(bits(back.users)).toEqual(bits(forth.users));
    expect(bits(back.items)).toEqual(bits(forth.items));
  });

  it.each([
    [{ rank: 0 }, 'rank must be an integer of at least 1, found 0'],
    [{ maxIterations: 1.5 }, 'maxIterations must be an integer'],
    [{ userBlocks: 0 }, 'userBlocks must be'],
    [{ itemBlocks: -1 }, 'itemBlocks must be'],
    [{ regularization: -0.1 }, 'regularization must be a finite number of at least 0, found -0.1'],
    [{ alpha: Number.NaN }, 'alpha must be a finite number'],
    [{ seed: 0.5 }, 'seed must be'],
    [{ checkpointInterval: 0 }, 'checkpointInterval must be an integer of at least 1, or -1 for never'],
    [{ implicit: 'yes' as unknown as boolean }, 'implicit must be true or false, found "yes"'],
  ])('refuses %j', async (options, message) => {
    await expect(factorsOf([rating(1, 1, 1)], options)).rejects.toThrow(message);
  });

  it.each([
    [[], 'ratings must be a dataset with at least one rating'],
    [[rating(1.5, 1, 1)], 'user must be a text or a safe integer, found 1.5'],
    [[rating(1, null as unknown as Id, 1)], 'item must be a text or a safe integer, found null'],
    [[rating(1, 1, Number.NaN)], 'rating must be a finite number'],
  ])('fails for the ratings %j', async (ratings, message) => {
    await expect(factorsOf(ratings, {})).rejects.toThrow(message);
  });
});

describe('with a checkpoint directory', () => {
  const checkpointing = useSession({ parallelism: 2 });

  it.each([
    // Explicit rounds are 0 to 6, implicit ones 1 to 7: the last checkpoint is that of round 6.
    { implicit: false, made: 4 },
    { implicit: true, made: 3 },
  ])(
    'keeps the last checkpoint of the item factors, cuts the lineage there, and changes no answer: %j',
    async ({ implicit, made }) => {
      const { session } = checkpointing;
      const directory = mkdtempSync(join(tmpdir(), 'cairn-als-'));
      session.setCheckpointDir(directory);
      const written = new Set<string>();
      using _listening = session.onEvent(() => {
        for (const name of readdirSync(session.checkpointDir as string)) written.add(name);
      });
      const ratings = randomRatings(4);
      const options = { implicit, rank: 2, maxIterations: 7, checkpointInterval: 2 };
      const { userFactors, itemFactors } = await trainAls(session, session.parallelize(ratings, 2), options);
      expect(written.size).toBe(made);
      expect(readdirSync(session.checkpointDir as string)).toHaveLength(1);
      expect(userFactors.toDebugString()).toContain('ReliableCheckpointRDD');
      // From the last checkpoint, as nothing else is kept.
      userFactors.unpersist();
      itemFactors.unpersist();
      const wanted = denseAls(ratings, { ...options, regularization: 0.1 });
      expectClose(new Map(await userFactors.collect()), wanted.users);
      expectClose(new Map(await itemFactors.collect()), wanted.items);
      rmSync(directory, { recursive: true, force: true });
    },
  );
});
