/**
 * Scans a Parquet file, or a part of it, for the rows that match a predicate, reading as little as it can:
 *
 * 1. row groups that cannot match by their statistics, by a bloom filter or by a dictionary are not read;
 * 2. of the others, pages that cannot match by the page index are not read;
 * 3. the columns of the predicate are read, and the rows that match are found;
 * 4. the other columns are read, of pages that hold such rows alone, where there is an index of pages; and not at all
 *    where no row matches.
 *
 * Every step may only leave out what certainly does not match: spec/formats/parquet/file-scan.prop.spec.ts compares with
 * reading everything.
 */
import { isAlways, isNever, type PredicateBinding } from '../scan/bind-predicate.ts';
import { judge } from '../scan/can-skip.ts';
import { selectRows } from '../scan/select-rows.ts';
import { pointsOf, type ValueSet } from '../scan/value-set.ts';
import { ownVector } from '../schema/own-vector.ts';
import { sliceRows } from '../schema/slice-rows.ts';
import { takeRows } from '../schema/take-rows.ts';
import type { StructVector, TableBatch, Vector } from '../schema/vector.ts';
import type { Arena } from './arena.ts';
import { bloomBytes, openBloomFilter } from './bloom-filter.ts';
import { dictionaryMayHold, usefulDictionaryBytes } from './chunk-dictionary.ts';
import { type ByteRange, dictionaryRange, placeOf } from './chunk-pages.ts';
import { boundOrder, pageStats } from './chunk-statistics.ts';
import { damaged } from './damage.ts';
import type { ColumnChunkMetadata, RowGroupMetadata } from './metadata.ts';
import type { ParquetFile } from './parquet-file.ts';
import { projectColumns } from './project-columns.ts';
import { leavesOf, readColumns, scratchBytes } from './read-columns.ts';
import { type PageLocation, readPageBounds, readPageLocations } from './read-page-index.ts';
import {
  bytesOfPages,
  type IndexedPages,
  leavesOfPredicate,
  type PlannedRowGroup,
  type PredicateLeaves,
  planRowGroups,
  planRows,
  rowGroupStats,
} from './read-plan.ts';
import { allRows, countRows, joinRanges, positionsInRanges, type RowRanges, rowsOfRanges } from './row-ranges.ts';
import { fieldOf, type LeafNode, type SchemaNode } from './schema-tree.ts';
import { selectPages } from './select-pages.ts';

export interface FileScanOptions {
  /** The columns of the rows, in order. */
  readonly columns: readonly SchemaNode[];
  /** Which rows; its columns are those of the file. All rows without one. */
  readonly predicate?: PredicateBinding | undefined;
  /** Row groups whose middle is within these bytes of the file; all without. */
  readonly part?: { readonly start: number; readonly length: number } | undefined;
  /** Where to decode. */
  readonly arena: Arena;
  /** Rows of a batch, at most. */
  readonly batchRows: number;
}

/** What a scan did, for reports. Grows while batches are taken. */
export interface ScanFigures {
  /** Row groups of the part, and those of them of which values were read. */
  rowGroups: number;
  rowGroupsRead: number;
  /** Rows of the part, and those that matched. */
  rows: number;
  rowsKept: number;
}

/** A filter is asked for this many values at most: of more, one is likely to be there. */
const MAX_BLOOM_VALUES = 64;

/** A column as it was read: of the rows `rows` of its row group. */
interface ReadVector {
  readonly vector: Vector;
  readonly rows: RowRanges;
}

export class FileScan {
  readonly figures: ScanFigures = { rowGroups: 0, rowGroupsRead: 0, rows: 0, rowsKept: 0 };
  readonly #file: ParquetFile;
  readonly #options: FileScanOptions;
  readonly #predicate: PredicateBinding;
  readonly #leaves: PredicateLeaves;
  /** The nodes that the predicate's columns are read as. */
  readonly #predicateNodes: readonly SchemaNode[];

  /** Raises nothing that `projectColumns` would not: names in the predicate have been found. */
  constructor(file: ParquetFile, options: FileScanOptions) {
    this.#file = file;
    this.#options = options;
    this.#predicate = options.predicate ?? { predicate: { kind: 'all', of: [] }, columns: [] };
    this.#leaves = leavesOfPredicate(file, this.#predicate);
    this.#predicateNodes = this.#predicate.columns.map(
      ({ path }) => projectColumns(file.tree, [path], file.source.path)[0] as SchemaNode,
    );
  }

  /**
   * The rows that match, in order. A batch lives until the next one is taken, which may be decoded into its memory:
   * `ownBatch` and `recordColumns` make what stays.
   *
   * Raises `PARQUET_CORRUPT`, `PARQUET_UNSUPPORTED`, `VALUE_NOT_EXACT`, `LIMIT_EXCEEDED`, and what the source raises.
   */
  *batches(): Generator<TableBatch, void, undefined> {
    const { predicate } = this.#predicate;
    const { part, batchRows } = this.#options;
    const plan = planRowGroups(this.#file, predicate, this.#leaves, part);
    this.figures.rowGroups += plan.total;
    if (isNever(predicate)) return;
    for (const planned of plan.rowGroups) {
      const batch = this.#rowGroup(planned);
      if (batch === undefined) continue;
      const { rowCount } = batch;
      this.figures.rowsKept += rowCount;
      for (let from = 0; from < rowCount; from += batchRows) {
        yield sliceRows(batch, from, Math.min(rowCount, from + batchRows));
      }
    }
  }

  /** The matching rows of a row group; undefined for none. Vectors may live in the arena, until the next call. */
  #rowGroup({ index, verdict }: PlannedRowGroup): TableBatch | undefined {
    const rowGroup = this.#file.metadata.rowGroups[index] as RowGroupMetadata;
    const { predicate } = this.#predicate;
    const isCertain = verdict === 'all' || isAlways(predicate);
    const scan = new RowGroupScan(this.#file, rowGroup, this.#options.arena);
    this.figures.rows += rowGroup.rowCount;
    if (isCertain) {
      this.figures.rowGroupsRead++;
      return this.#whole(scan);
    }
    const known = {
      statsOf: (column: number) => rowGroupStats(this.#file, rowGroup, this.#leaves[column]),
      mayHold: (column: number, set: ValueSet) => scan.mayHold(this.#leaves[column], set),
    };
    if (judge(predicate, known) === 'none') return undefined;
    const candidates = planRows(predicate, (column) => scan.indexedPages(this.#leaves[column]), rowGroup.rowCount);
    if (candidates.length === 0) return undefined;
    this.figures.rowGroupsRead++;
    return this.#filtered(scan, candidates);
  }

  #whole(scan: RowGroupScan): TableBatch {
    const { columns } = this.#options;
    const vectors = scan.read(columns, allRows(scan.rowCount)).map(({ vector }) => vector);
    return { fields: columns.map(fieldOf), rowCount: scan.rowCount, vectors };
  }

  #filtered(scan: RowGroupScan, candidates: RowRanges): TableBatch | undefined {
    const { columns } = this.#options;
    const count = countRows(candidates);
    const candidateRows = count === scan.rowCount ? undefined : rowsOfRanges(candidates);
    const read = scan
      .read(this.#predicateNodes, candidates)
      .map(({ vector, rows }) =>
        candidateRows === undefined || countRows(rows) === count
          ? vector
          : takeRows(vector, positionsInRanges(candidateRows, rows)),
      );
    const tested = read.map((vector, i) => descend(vector, (this.#predicate.columns[i]?.path.length ?? 1) - 1));
    const matches = selectRows(this.#predicate.predicate, tested, count);
    if (matches.length === 0) return undefined;
    const isAll = matches.length === count;
    // What the predicate has read already is not read again. It is copied out: the next read moves the arena.
    const taken = new Map<SchemaNode, Vector>();
    this.#predicateNodes.forEach((node, i) => {
      if (!columns.includes(node)) return;
      const vector = read[i] as Vector;
      taken.set(node, isAll ? ownVector(vector) : takeRows(vector, matches));
    });
    const kept = candidateRows === undefined ? matches : matches.map((at) => candidateRows[at] as number);
    const others = columns.filter((node) => !taken.has(node));
    const ranges = isAll ? candidates : rangesOfRows(kept);
    const rest = scan.read(others, ranges);
    others.forEach((node, i) => {
      const { vector, rows } = rest[i] as ReadVector;
      const isExact = vector.length === kept.length;
      taken.set(node, isExact ? vector : takeRows(vector, positionsInRanges(kept, rows)));
    });
    const vectors = columns.map((node) => taken.get(node) as Vector);
    return { fields: columns.map(fieldOf), rowCount: kept.length, vectors };
  }
}

function descend(vector: Vector, depth: number): Vector {
  return depth <= 0 ? vector : descend((vector as StructVector).fields[0] as Vector, depth - 1);
}

function rangesOfRows(rows: Int32Array): RowRanges {
  const ranges: { start: number; end: number }[] = [];
  for (const row of rows) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end === row) last.end = row + 1;
    else ranges.push({ start: row, end: row + 1 });
  }
  return joinRanges(ranges);
}

/** A row group with its indexes, each read when it is first asked for. */
class RowGroupScan {
  readonly rowCount: number;
  readonly #file: ParquetFile;
  readonly #rowGroup: RowGroupMetadata;
  readonly #arena: Arena;
  readonly #locations = new Map<LeafNode, readonly PageLocation[] | undefined>();

  constructor(file: ParquetFile, rowGroup: RowGroupMetadata, arena: Arena) {
    this.#file = file;
    this.#rowGroup = rowGroup;
    this.#arena = arena;
    this.rowCount = rowGroup.rowCount;
  }

  mayHold(leaf: LeafNode | undefined, set: ValueSet): boolean {
    if (leaf === undefined || leaf.repetition > 0) return true;
    const chunk = this.#chunk(leaf);
    if (chunk.isEncrypted || chunk.filePath !== undefined) return true;
    if (!this.#bloomMayHold(leaf, chunk, set)) return false;
    if (usefulDictionaryBytes(this.#file, leaf, chunk) === 0) return true;
    return dictionaryMayHold(this.#arena, this.#file, leaf, chunk, set);
  }

  #bloomMayHold(leaf: LeafNode, chunk: ColumnChunkMetadata, set: ValueSet): boolean {
    if (chunk.bloomFilterOffset === undefined) return true;
    const values = pointsOf(set, MAX_BLOOM_VALUES)?.map((value) => bloomBytes(leaf, value));
    if (values === undefined || values.includes(undefined)) return true;
    const filter = openBloomFilter(this.#file, leaf, chunk);
    return filter === undefined || values.some((bytes) => filter.mayHold(bytes as Uint8Array));
  }

  /** The pages of a leaf with what is known of them; undefined where the file does not say. */
  indexedPages(leaf: LeafNode | undefined): IndexedPages | undefined {
    if (leaf === undefined || leaf.repetition > 0) return undefined;
    const pages = this.#pages(leaf);
    if (pages === undefined) return undefined;
    const bounds = readPageBounds(this.#file, leaf, this.#chunk(leaf), pages.length);
    if (bounds === undefined) return undefined;
    const order = boundOrder(this.#file.metadata, leaf);
    return { pages, stats: bounds.map((each, i) => pageStats(leaf, each, pageRows(pages[i] as PageLocation), order)) };
  }

  /** Reads columns, of the pages alone that hold any of the rows where that is less. Ends what was read before. */
  read(columns: readonly SchemaNode[], rows: RowRanges): readonly ReadVector[] {
    if (columns.length === 0) return [];
    const arena = this.#arena;
    const isAll = countRows(rows) === this.rowCount;
    const selected = new Map<LeafNode, readonly PageLocation[]>();
    const leavesOfColumns = columns.map((node) => leavesOf([node]));
    const shared = sharedLeaves(leavesOfColumns);
    const rowsOf = leavesOfColumns.map((leaves) =>
      isAll || leaves.some((leaf) => shared.has(leaf)) ? undefined : this.#select(leaves, rows, selected),
    );
    arena.restart(scratchBytes(this.#file, this.#rowGroup, columns));
    const vectors = readColumns(arena, this.#file, this.#rowGroup, columns, (leaf, chunk) =>
      this.#ranges(leaf, chunk, selected.get(leaf)),
    );
    return columns.map((node, i) => {
      const covered = rowsOf[i] ?? allRows(this.rowCount);
      const vector = vectors[i] as Vector;
      const expected = countRows(covered);
      if (vector.length !== expected) {
        const where = { path: this.#file.source.path, place: `column ${node.name}` };
        throw damaged(where, 0, `${expected} rows`, vector.length);
      }
      return { vector, rows: covered };
    });
  }

  /**
   * Adds the pages of a column that hold any of the rows, and gives their rows; undefined where the column is read whole,
   * as those are that have lists, or a leaf that is in another column, too.
   */
  #select(
    leaves: readonly LeafNode[],
    rows: RowRanges,
    selected: Map<LeafNode, readonly PageLocation[]>,
  ): RowRanges | undefined {
    if (leaves.some((leaf) => leaf.repetition > 0)) return undefined;
    const pages: (readonly PageLocation[])[] = [];
    for (const leaf of leaves) {
      const own = this.#pages(leaf);
      if (own === undefined) return undefined;
      pages.push(own);
    }
    const some = selectPages(pages, rows, this.rowCount);
    leaves.forEach((leaf, k) => {
      const own = some?.pages[k];
      if (own !== undefined) selected.set(leaf, own);
    });
    return some?.rows;
  }

  #ranges(
    leaf: LeafNode,
    chunk: ColumnChunkMetadata,
    pages: readonly PageLocation[] | undefined,
  ): readonly ByteRange[] | undefined {
    const first = this.#locations.get(leaf)?.[0];
    if (pages === undefined || first === undefined) return undefined;
    const dictionary = dictionaryRange(this.#file, chunk, placeOf(this.#file, leaf), first.offset);
    return [dictionary, ...bytesOfPages(pages)];
  }

  #pages(leaf: LeafNode): readonly PageLocation[] | undefined {
    if (!this.#locations.has(leaf)) {
      const chunk = this.#chunk(leaf);
      this.#locations.set(leaf, readPageLocations(this.#file, leaf, chunk, this.rowCount));
    }
    return this.#locations.get(leaf);
  }

  #chunk(leaf: LeafNode): ColumnChunkMetadata {
    return this.#rowGroup.columns[leaf.index] as ColumnChunkMetadata;
  }
}

/** Those of more than one column: of a condition on a struct, and on a field of it. */
function sharedLeaves(columns: readonly (readonly LeafNode[])[]): ReadonlySet<LeafNode> {
  const seen = new Set<LeafNode>();
  const shared = new Set<LeafNode>();
  for (const leaf of columns.flat()) (seen.has(leaf) ? shared : seen).add(leaf);
  return shared;
}

function pageRows({ start, end }: PageLocation): number {
  return end - start;
}
