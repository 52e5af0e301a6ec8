import { describe, expect, it } from 'vitest';
import { recordsOf } from '../../../lib/lineage/records.ts';
import { mergeRows } from '../../../lib/shuffle/merge-rows.ts';
import { heldRows } from '../../../lib/shuffle/sort-source.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

const compare = (a: unknown, b: unknown): number => (a as number) - (b as number);

function merge(parts: readonly (readonly (readonly [number, string])[])[], batchRows = 3) {
  const runOptions = { spills: gatheringTask(1000).spills, segmentBytes: 100, check: () => {} };
  return [
    ...mergeRows(
      parts.map((rows) => heldRows(rows, runOptions)),
      compare,
      batchRows,
    ),
  ];
}

describe('mergeRows', () => {
  it('prefers earlier parts for equal keys', () => {
    const parts = [0, 1, 2, 3, 4].map((p) => [1, 1, 2, 5].map((key) => [key, `${key} of ${p}`] as const));
    const batches = merge(parts);
    expect([...recordsOf(batches)]).toEqual(parts.flat().toSorted((a, b) => a[0] - b[0]));
    expect(batches.slice(0, -1).every(({ from, to }) => to - from <= 3)).toBe(true);
  });

  it('gives a single part as it lies there', () => {
    const rows = [
      [1, 'a'],
      [2, 'b'],
    ] as const;
    expect(merge([[], rows, []])[0]?.rows).toBe(rows);
    expect(merge([])).toEqual([]);
  });

  it('comes to an end with an order that makes no sense', () => {
    let answer = 0;
    const random = (): number => [Number.NaN, 1, -1, 0][answer++ % 4] as number;
    const runOptions = { spills: gatheringTask(1000).spills, segmentBytes: 100, check: () => {} };
    const parts = [1, 2, 3].map((p) =>
      heldRows(
        Array.from({ length: 9 }, (_, i) => [i, p]),
        runOptions,
      ),
    );
    expect([...recordsOf(mergeRows(parts, random, 4))]).toHaveLength(27);
  });
});
