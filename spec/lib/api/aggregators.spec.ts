import { describe, expect, it } from 'vitest';
import { FIRSTS, reducing, startFrom } from '../../../lib/api/aggregators.ts';
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

  it('travel, what is known by identity as itself', async () => {
    const [create, first] = await travelAll([reducing(sum).createCombiner, FIRSTS.mergeValue]);
    expect([create === identity, first === FIRSTS.mergeValue]).toEqual([true, true]);
    const [start] = await travelAll([startFrom(() => 10, sum)]);
    expect(start(1)).toBe(11);
  });
});
