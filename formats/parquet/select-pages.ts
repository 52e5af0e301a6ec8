import { type PageLocation, pagesWithRows, rowsOfPages } from './read-page-index.ts';
import { countRows, type RowRanges } from './row-ranges.ts';

/** Pages of the leaves of a column that have the same rows. */
export interface SelectedPages {
  /** Of each leaf, in the order in which they were given. */
  readonly pages: readonly (readonly PageLocation[])[];
  /** The rows of them all. */
  readonly rows: RowRanges;
}

/** More are leaves whose pages are cut at other rows each: then all pages would come in, one after another. */
const MAX_PASSES = 8;

/**
 * The pages of several leaves that hold any of the rows, and of each leaf all rows that the others' pages hold: the leaves
 * of a struct must come out with the same rows. Where leaves are cut at the same rows these are the pages asked for, and
 * nothing else. Undefined where it would be all of them, or nearly so.
 */
export function selectPages(
  leaves: readonly (readonly PageLocation[])[],
  rows: RowRanges,
  rowCount: number,
): SelectedPages | undefined {
  let covered = rows;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const before = countRows(covered);
    // Pages have every row: what they cover only grows.
    for (const pages of leaves) covered = rowsOfPages(pagesWithRows(pages, covered));
    const count = countRows(covered);
    if (count >= rowCount) return undefined;
    if (count === before) return { pages: leaves.map((pages) => pagesWithRows(pages, covered)), rows: covered };
  }
  return undefined;
}
