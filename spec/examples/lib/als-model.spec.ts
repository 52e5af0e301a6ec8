import { describe, expect, it } from 'vitest';
import { type AlsModel, trainAls } from '../../../examples/lib/als.ts';
import { predictRatings, recommendItems, rootMeanSquaredError } from '../../../examples/lib/als-model.ts';
import type { Id } from '../../../examples/lib/id.ts';
import { rating } from '../../support/dense-als.ts';
import { useSession } from '../../support/use-session.ts';

const spec = useSession({ parallelism: 2 });

/** A model with given factors. */
function modelOf(users: Record<string, number[]>, items: readonly (readonly [Id, number[]])[]): AlsModel {
  const factors = (rows: readonly (readonly [Id, number[]])[]) =>
    spec.session.parallelize(
      rows.map(([id, own]): [Id, Float64Array] => [id, Float64Array.from(own)]),
      2,
    );
  return { rank: 2, userFactors: factors(Object.entries(users)), itemFactors: factors(items) };
}

const model = () =>
  modelOf({ ann: [1, 0], bob: [0, 2] }, [
    ['1', [3, -1]],
    [10, [3, 0]],
    [2, [1, 1]],
    [1, [3, 1]],
  ]);

describe('predictRatings', () => {
  const pairs: [Id, Id][] = [
    ['ann', 1],
    ['bob', '1'],
    ['ann', 7],
    ['eve', 1],
    ['bob', 10],
    ['ann', 1],
  ];

  it('multiplies factors, and gives NaN where a user or an item is unknown', async () => {
    const found = await predictRatings(model(), spec.session.parallelize(pairs, 2)).collect();
    const lines = found.map(({ user, item, rating }) => `${user} ${JSON.stringify(item)} ${rating}`);
    expect(lines.sort()).toEqual(['ann 1 3', 'ann 1 3', 'ann 7 NaN', 'bob "1" -2', 'bob 10 0', 'eve 1 NaN']);
  });

  it('drops what it cannot predict when asked to', async () => {
    const known = predictRatings(model(), spec.session.parallelize(pairs, 2), { coldStart: 'drop' });
    expect(await known.count()).toBe(4);
  });

  it('refuses another way', () => {
    expect(() => predictRatings(model(), spec.session.parallelize(pairs), { coldStart: 'zero' as 'nan' })).toThrow(
      "coldStart must be 'nan' or 'drop', found \"zero\"",
    );
  });
});

describe('rootMeanSquaredError', () => {
  it('is that of known users and items', async () => {
    const ratings = [rating('ann', 1, 4), rating('bob', 1, 5), rating('eve', 1, 100), rating('ann', 7, 100)];
    expect(await rootMeanSquaredError(model(), spec.session.parallelize(ratings, 3))).toBeCloseTo(Math.sqrt(5), 12);
    expect(await rootMeanSquaredError(model(), spec.session.parallelize(ratings.slice(2), 3))).toBeNaN();
  });

  it('measures against what is wanted of a rating', async () => {
    const ratings = spec.session.parallelize([rating('ann', 1, 4)], 1);
    expect(await rootMeanSquaredError(model(), ratings, (value) => (value > 0 ? 1 : 0))).toBeCloseTo(2, 12);
  });
});

describe('recommendItems', () => {
  it('gives the best of all items, of equal ones the least id first', async () => {
    const found = new Map(await recommendItems(model(), 3).collect());
    expect(found.get('ann')).toEqual([
      { item: 1, rating: 3 },
      { item: 10, rating: 3 },
      { item: '1', rating: 3 },
    ]);
    expect(found.get('bob')?.map(({ item }) => item)).toEqual([1, 2, 10]);
  });

  it('gives all items when there are fewer, and refuses to give none', async () => {
    expect((await recommendItems(model(), 9).collect()).map(([, items]) => items.length)).toEqual([4, 4]);
    expect(() => recommendItems(model(), 0)).toThrow('count must be an integer of at least 1');
  });

  it('finds who likes what in a trained model', async () => {
    const { session } = spec;
    const likes = [
      ...['a', 'b', 'c'].flatMap((user) => [1, 2, 3].map((item) => rating(user, item, 5))),
      ...['x', 'y', 'z'].flatMap((user) => [7, 8, 9].map((item) => rating(user, item, 5))),
    ].filter(({ user, item }) => !(user === 'a' && item === 3) && !(user === 'y' && item === 7));
    const trained = await trainAls(session, session.parallelize(likes, 2), { implicit: true, rank: 2 });
    const best = new Map(await recommendItems(trained, 3).collect());
    expect(best.get('a')?.map(({ item }) => item)).toContain(3);
    expect(best.get('y')?.map(({ item }) => item)).toContain(7);
  });
});
