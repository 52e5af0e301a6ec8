import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PageLocation } from '../../../formats/parquet/read-page-index.ts';
import { rowsOfRanges } from '../../../formats/parquet/row-ranges.ts';
import { selectPages } from '../../../formats/parquet/select-pages.ts';

/** Pages that begin at these rows. */
function pagesAt(rowCount: number, ...starts: readonly number[]): readonly PageLocation[] {
  return starts.map((start, i) => ({ offset: i, length: 1, start, end: starts[i + 1] ?? rowCount }));
}

describe('selectPages', () => {
  it('takes the pages with the rows where all leaves are cut at the same ones', () => {
    const leaves = [pagesAt(30, 0, 10, 20), pagesAt(30, 0, 10, 20)];
    const found = selectPages(leaves, [{ start: 12, end: 13 }], 30);
    expect(found?.rows).toEqual([{ start: 10, end: 20 }]);
    expect(found?.pages.map((pages) => pages.map(({ offset }) => offset))).toEqual([[1], [1]]);
  });

  it('takes what the pages of others take in', () => {
    const leaves = [pagesAt(40, 0, 10, 20), pagesAt(40, 0, 5, 20)];
    expect(selectPages(leaves, [{ start: 12, end: 13 }], 40)?.rows).toEqual([{ start: 0, end: 20 }]);
    const wider = [pagesAt(40, 0, 10, 20), pagesAt(40, 0, 5, 20, 30), pagesAt(40, 0, 20, 35)];
    expect(selectPages(wider, [{ start: 39, end: 40 }], 40)?.rows).toEqual([{ start: 20, end: 40 }]);
  });

  it('gives nothing where it would be everything, or would take long to find', () => {
    expect(selectPages([pagesAt(20, 0, 10), pagesAt(20, 0, 5, 15)], [{ start: 0, end: 1 }], 20)).toBeUndefined();
    const steps = (first: number) => Array.from({ length: 100 }, (_, i) => (i === 0 ? 0 : first + 2 * i));
    const leaves = [pagesAt(1000, ...steps(0)), pagesAt(1000, ...steps(1))];
    expect(selectPages(leaves, [{ start: 0, end: 1 }], 1000)).toBeUndefined();
  });

  it('gives pages of the same rows, with all that were asked for', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 39 }), { maxLength: 6 });
    const property = fc.property(fc.array(cuts, { minLength: 1, maxLength: 3 }), fc.nat(38), (all, row) => {
      const leaves = all.map((some) => pagesAt(40, 0, ...some.sort((a, b) => a - b)));
      const found = selectPages(leaves, [{ start: row, end: row + 2 }], 40);
      if (found === undefined) return;
      const rows = [...rowsOfRanges(found.rows)];
      expect(rows).toEqual(expect.arrayContaining([row, row + 1]));
      for (const pages of found.pages) {
        expect(pages.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i))).toEqual(
          rows,
        );
      }
    });
    fc.assert(property, { seed: 71, numRuns: 300 });
  });
});
