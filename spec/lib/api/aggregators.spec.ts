import { describe, expect, it } from 'vitest';
import { FIRSTS, GROUPING, reducing, startFrom } from '../../../lib/api/aggregators.ts';
import { identity } from '../../../lib/lineage/dependency.ts';
import { travelAll } from '../../support/travel.ts';

const sum = (a: unknown, b: unknown): unknown => Number(a) + Number(b);

describe('aggregators', () => {
  it('reduce values, which are combiners themselves', () => {
    const { createCombiner, mergeValue, mergeCombiners } = reducing(sum);
    expect(createCombiner).toBe(identity);
    expect([mergeValue(1, 2), mergeCombiners(3, 4)]).toEqual([3, 7]);
  });

  it('keep the first value', () => {
    expect([FIRSTS.createCombiner(1), FIRSTS.mergeValue(1, 2), FIRSTS.mergeCombiners(1, 2)]).toEqual([1, 1, 1]);
  });

  it('collect values, those of the left first', () => {
    const left = GROUPING.mergeValue(GROUPING.createCombiner(1), 2);
    expect(GROUPING.mergeCombiners(left, GROUPING.createCombiner(3))).toEqual([1, 2, 3]);
  });

  it('travel, what is known by identity as itself', async () => {
    const [create, first, group] = await travelAll([
      reducing(sum).createCombiner,
      FIRSTS.mergeValue,
      GROUPING.mergeValue,
    ]);
    expect([create === identity, first === FIRSTS.mergeValue, group === GROUPING.mergeValue]).toEqual([
      true,
      true,
      true,
    ]);
    const [start] = await travelAll([startFrom(() => 10, sum)]);
    expect(start(1)).toBe(11);
  });
});
