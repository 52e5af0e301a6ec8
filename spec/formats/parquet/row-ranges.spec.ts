import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allRows,
  countRows,
  intersectRanges,
  joinRanges,
  positionsInRanges,
  type RowRanges,
  rowsOfRanges,
  uniteRanges,
} from '../../../formats/parquet/row-ranges.ts';

const ranges = fc
  .array(fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 5 })))
  .map((pairs) =>
    joinRanges(pairs.map(([start, length]) => ({ start, end: start + length })).sort((a, b) => a.start - b.start)),
  );

const setOf = (some: RowRanges) => new Set(rowsOfRanges(some));

describe('row ranges', () => {
  it('are sets of rows', () => {
    const property = fc.property(ranges, ranges, (a, b) => {
      const inA = setOf(a);
      const inB = setOf(b);
      expect(setOf(uniteRanges(a, b))).toEqual(new Set([...inA, ...inB].sort((x, y) => x - y)));
      expect(setOf(intersectRanges(a, b))).toEqual(new Set([...inA].filter((row) => inB.has(row))));
      expect(countRows(a)).toBe(inA.size);
    });
    fc.assert(property, { seed: 41 });
  });

  it('know where a row stands in them', () => {
    const some = [
      { start: 2, end: 4 },
      { start: 8, end: 10 },
    ];
    expect([...positionsInRanges(Int32Array.of(2, 8, 9), some)]).toEqual([0, 2, 3]);
    expect(allRows(0)).toEqual([]);
    expect(joinRanges([...allRows(2), { start: 2, end: 3 }])).toEqual([{ start: 0, end: 3 }]);
  });
});
