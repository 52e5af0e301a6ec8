/** What is known of a column in a part of a file without reading it: a row group, a page, a whole chunk. */
import type { ValueSet } from './value-set.ts';

/**
 * Knowledge errs on one side alone: `values` may hold more than is there, never less.
 */
export interface ColumnStats {
  readonly rowCount: number;
  /** Rows without a value; undefined when nobody says. */
  readonly nullCount: number | undefined;
  /** Contains every value that is there: a range from the least to the greatest, or those of a dictionary. */
  readonly values: ValueSet | undefined;
}
