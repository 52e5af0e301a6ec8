import { describe, expect, it } from 'vitest';
import { foldFrom, keyByNeighbour, mergeFound, reduceFound } from '../../../lib/api/tree-functions.ts';
import { travelAll } from '../../support/travel.ts';

const sum = (a: unknown, b: unknown): unknown => Number(a) + Number(b);

describe('functions of trees', () => {
  it('fold a partition into one record', () => {
    expect(foldFrom(() => 10, sum)([1, 2].values(), 0)).toEqual([13]);
    expect(foldFrom(() => 10, sum)([].values(), 0)).toEqual([10]);
  });

  it('tell a record from none', () => {
    expect(reduceFound(sum)([1, 2].values(), 0)).toEqual([[3]]);
    expect(reduceFound(sum)([].values(), 0)).toEqual([[]]);
    expect(reduceFound(sum)([undefined].values(), 0)).toEqual([[undefined]]);
    const merge = mergeFound(sum);
    expect([merge([1], [2]), merge([], [2]), merge([1], []), merge([], [])]).toEqual([[3], [2], [1], []]);
  });

  it('bring neighbours together', () => {
    const keyed = Array.from({ length: 5 }, (_, i) => [...keyByNeighbour(5, 2)(['x'].values(), i)]);
    expect(keyed.flat().map((pair) => (pair as unknown[])[0])).toEqual([0, 0, 0, 1, 1]);
  });

  it('travel with what they are made of', async () => {
    const [fold, reduce, merge, key] = await travelAll([
      foldFrom(() => 10, sum),
      reduceFound(sum),
      mergeFound(sum),
      keyByNeighbour(4, 2),
    ]);
    expect([fold([1].values(), 0), reduce([1, 2].values(), 0), merge([1], [2]), key([7].values(), 3)]).toEqual([
      [11],
      [[3]],
      [3],
      [[1, 7]],
    ]);
  });
});
