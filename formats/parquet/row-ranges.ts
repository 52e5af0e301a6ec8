/**
 * Sets of rows of a row group as ranges: which rows pages hold, and which of them may match. Pure.
 */

/** Rows `start … end - 1`; never empty. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** In order, with rows between each two. */
export type RowRanges = readonly RowRange[];

export function allRows(rowCount: number): RowRanges {
  return rowCount === 0 ? [] : [{ start: 0, end: rowCount }];
}

export function countRows(ranges: RowRanges): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Ranges given in order, those that touch or overlap made one. */
export function joinRanges(ordered: readonly RowRange[]): RowRanges {
  const joined: RowRange[] = [];
  for (const { start, end } of ordered) {
    const last = joined.at(-1);
    if (last === undefined || start > last.end) joined.push({ start, end });
    else if (end > last.end) joined[joined.length - 1] = { start: last.start, end };
  }
  return joined;
}

export function uniteRanges(a: RowRanges, b: RowRanges): RowRanges {
  return joinRanges([...a, ...b].sort((x, y) => x.start - y.start));
}

export function intersectRanges(a: RowRanges, b: RowRanges): RowRanges {
  const both: RowRange[] = [];
  for (let i = 0, k = 0; i < a.length && k < b.length; ) {
    const x = a[i] as RowRange;
    const y = b[k] as RowRange;
    const start = Math.max(x.start, y.start);
    const end = Math.min(x.end, y.end);
    if (start < end) both.push({ start, end });
    if (x.end < y.end) i++;
    else k++;
  }
  return both;
}

/** The numbers of rows in ranges, ascending. */
export function rowsOfRanges(ranges: RowRanges): Int32Array {
  const rows = new Int32Array(countRows(ranges));
  let at = 0;
  for (const { start, end } of ranges) for (let row = start; row < end; row++) rows[at++] = row;
  return rows;
}

/** Where rows stand among the rows of `ranges`, which hold them all. Both ascend. */
export function positionsInRanges(rows: Int32Array, ranges: RowRanges): Int32Array {
  const positions = new Int32Array(rows.length);
  let before = 0;
  let at = 0;
  for (const { start, end } of ranges) {
    for (; at < rows.length && (rows[at] as number) < end; at++) {
      positions[at] = before + (rows[at] as number) - start;
    }
    before += end - start;
  }
  return positions;
}
