import { describe, expect, it } from 'vitest';
import { identity } from '../../../lib/lineage/dependency.ts';
import { GROUPING, isGrouping } from '../../../lib/lineage/grouping.ts';
import { travelAll } from '../../support/travel.ts';

describe('GROUPING', () => {
  it('collects values, those of the left first', () => {
    const left = GROUPING.mergeValue(GROUPING.createCombiner(1), 2);
    expect(GROUPING.mergeCombiners(left, GROUPING.createCombiner(3))).toEqual([1, 2, 3]);
  });

  it('is known wherever it travels, and nothing else is taken for it', async () => {
    const [createCombiner, mergeValue, mergeCombiners] = await travelAll([
      GROUPING.createCombiner,
      GROUPING.mergeValue,
      GROUPING.mergeCombiners,
    ]);
    const travelled = { createCombiner, mergeValue, mergeCombiners } as typeof GROUPING;
    expect([isGrouping(GROUPING as never), isGrouping(travelled as never)]).toEqual([true, true]);
    expect(isGrouping({ ...GROUPING, createCombiner: identity } as never)).toBe(false);
    expect(isGrouping({ ...GROUPING, mergeValue: (c: unknown[]) => c } as never)).toBe(false);
  });
});
