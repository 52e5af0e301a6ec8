import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { beginsWithJoin, cutJoins } from '../../../lib/exec/cut-joins.ts';
import { joinSides } from '../../../lib/exec/interpret-steps.ts';
import type { Step } from '../../../lib/lineage/step.ts';

type Group = readonly [string, readonly [readonly unknown[], readonly unknown[]]];

const join: Step = { kind: 'join', leftOuter: false, rightOuter: false };
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

/** What an outer join makes of groups. */
function joined(groups: readonly Group[]): unknown[] {
  return groups.flatMap(([key, [all, others]]) => {
    const [lefts, rights] = joinSides(all, others, true, true);
    return lefts.flatMap((left) => rights.map((right) => [key, left, right]));
  });
}

function cut(groups: readonly Group[], limit: number): Group[][] {
  return [...cutJoins(rowBatch(['before', ...groups, 'after'], 1, groups.length + 1), limit)].map(
    ({ rows, from, to }) => rows.slice(from, to) as Group[],
  );
}

describe('cutJoins', () => {
  const groups: Group[] = [
    ['a', [[1], [2]]],
    ['many of both', [numbers(23), numbers(50, 100)]],
    ['b', [[], [3]]],
    ['c', [[4, 5], []]],
    ['only left', [numbers(40), []]],
    ['only right', [[], numbers(41)]],
    ['few lefts', [numbers(9), [1, 2]]],
    ['d', [[6], [7]]],
  ];

  it.each([1, 2, 7, 10, 40, 60])(
    'makes the same records in the same order, at most %i of a group at a time',
    (limit) => {
      const pieces = cut(groups, limit);
      expect(pieces.flatMap(joined)).toEqual(joined(groups));
      for (const piece of pieces) for (const group of piece) expect(joined([group]).length).toBeLessThanOrEqual(limit);
    },
  );

  it('leaves a batch as it is where no group is large', () => {
    const batch = rowBatch(groups);
    expect([...cutJoins(batch, 10_000)]).toEqual([batch]);
    expect([...cutJoins(batch, 10_000)][0]).toBe(batch);
  });

  it('is for chains that join what was grouped', () => {
    expect([beginsWithJoin([join]), beginsWithJoin([{ kind: 'pass' }, join])]).toEqual([true, true]);
    expect([beginsWithJoin([]), beginsWithJoin([{ kind: 'keys' }, join])]).toEqual([false, false]);
  });
});
