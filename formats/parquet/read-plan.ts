/**
 * What to read of a file, from what is known of it: which row groups, and which rows of them may match. Pure: metadata
 * and indexes in, ranges out; `file-scan.ts` reads.
 */
import type { BoundPredicate, PredicateBinding } from '../scan/bind-predicate.ts';
import { judge, type Verdict } from '../scan/can-skip.ts';
import type { ColumnStats } from '../scan/column-stats.ts';
import type { ByteRange } from './chunk-pages.ts';
import { chunkStats } from './chunk-statistics.ts';
import type { ColumnChunkMetadata, RowGroupMetadata } from './metadata.ts';
import type { ParquetFile } from './parquet-file.ts';
import type { PageLocation } from './read-page-index.ts';
import { allRows, intersectRanges, joinRanges, type RowRanges, uniteRanges } from './row-ranges.ts';
import type { LeafNode, SchemaNode } from './schema-tree.ts';

/** A row group that may hold matches: all of its rows match, or some may. */
export interface PlannedRowGroup {
  readonly index: number;
  readonly verdict: Exclude<Verdict, 'none'>;
}

/** Row groups to read, in order, of those that are there. */
export interface RowGroupPlan {
  readonly rowGroups: readonly PlannedRowGroup[];
  /** Row groups that belong to the part of the file that was asked for. */
  readonly total: number;
}

/** The leaf of each column of a predicate; undefined for columns that are not leaves: of those, nothing is known. */
export type PredicateLeaves = readonly (LeafNode | undefined)[];

/** The leaf that a path of names of structs leads to. */
export function findLeaf(columns: readonly SchemaNode[], path: readonly string[]): LeafNode | undefined {
  const [name, ...rest] = path;
  const node = columns.find((each) => each.name === name);
  if (node?.kind === 'leaf') return rest.length === 0 ? node : undefined;
  return node?.kind === 'struct' ? findLeaf(node.fields, rest) : undefined;
}

/** The leaves of a predicate's columns in a file. */
export function leavesOfPredicate(file: ParquetFile, { columns }: PredicateBinding): PredicateLeaves {
  return columns.map(({ path }) => findLeaf(file.tree.columns, path));
}

/**
 * The row groups whose middle is in a part of the file (all without one) and that may hold matches by their statistics.
 * Spark's readers own row groups by the same rule, so that each belongs to one part however the file is cut.
 */
export function planRowGroups(
  file: ParquetFile,
  predicate: BoundPredicate,
  leaves: PredicateLeaves,
  part?: { readonly start: number; readonly length: number },
): RowGroupPlan {
  const rowGroups: PlannedRowGroup[] = [];
  let total = 0;
  file.metadata.rowGroups.forEach((rowGroup, index) => {
    if (part !== undefined) {
      const middle = middleOf(rowGroup);
      if (middle < part.start || middle >= part.start + part.length) return;
    }
    total++;
    if (rowGroup.rowCount === 0) return;
    const verdict = judge(predicate, { statsOf: (column) => rowGroupStats(file, rowGroup, leaves[column]) });
    if (verdict !== 'none') rowGroups.push({ index, verdict });
  });
  return { rowGroups, total };
}

function middleOf({ columns, totalBytes }: RowGroupMetadata): number {
  let start = Number.MAX_SAFE_INTEGER;
  let bytes = 0;
  for (const { dictionaryPageOffset: dictionary, dataPageOffset, totalCompressedBytes } of columns) {
    start = Math.min(start, dataPageOffset);
    if (dictionary !== undefined && dictionary > 0) start = Math.min(start, dictionary);
    bytes += totalCompressedBytes;
  }
  if (columns.length === 0) return 0;
  return start + Math.floor((bytes === 0 ? totalBytes : bytes) / 2);
}

/** What statistics say of a leaf in a row group. */
export function rowGroupStats(
  file: ParquetFile,
  rowGroup: RowGroupMetadata,
  leaf: LeafNode | undefined,
): ColumnStats | undefined {
  if (leaf === undefined) return undefined;
  return chunkStats(file.metadata, leaf, rowGroup.columns[leaf.index] as ColumnChunkMetadata, rowGroup.rowCount);
}

/** The pages of a column, and what is known of each. */
export interface IndexedPages {
  readonly pages: readonly PageLocation[];
  readonly stats: readonly ColumnStats[];
}

/** The rows of a row group that may match by its page index; all of them for columns without one. */
export function planRows(
  predicate: BoundPredicate,
  indexOf: (column: number) => IndexedPages | undefined,
  rowCount: number,
): RowRanges {
  switch (predicate.kind) {
    case 'all':
      return predicate.of.reduce(
        (rows: RowRanges, part) =>
          rows.length === 0 ? rows : intersectRanges(rows, planRows(part, indexOf, rowCount)),
        allRows(rowCount),
      );
    case 'any':
      return predicate.of.reduce(
        (rows: RowRanges, part) => uniteRanges(rows, planRows(part, indexOf, rowCount)),
        [] as RowRanges,
      );
    default: {
      const index = indexOf(predicate.column);
      if (index === undefined) return allRows(rowCount);
      const { pages, stats } = index;
      return joinRanges(
        pages.filter(({ start, end }, i) => start < end && judge(predicate, { statsOf: () => stats[i] }) !== 'none'),
      );
    }
  }
}

/** The bytes of pages, those that follow each other as one range. */
export function bytesOfPages(pages: readonly PageLocation[]): readonly ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const { offset, length } of pages) {
    const last = ranges.at(-1);
    if (last !== undefined && last.offset + last.length === offset) {
      ranges[ranges.length - 1] = { offset: last.offset, length: last.length + length };
    } else ranges.push({ offset, length });
  }
  return ranges;
}
