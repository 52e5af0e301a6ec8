/**
 * Reads the page index of a column chunk: where its pages lie and which rows they hold (OffsetIndex), and what values
 * they have (ColumnIndex). Either may be damaged, or lie: whatever is taken from it is checked against the row group
 * and the file first.
 */
import { CairnError } from '../../lib/base/errors.ts';
import type { RandomAccess } from '../bytes/random-access.ts';
import { chunkRange, placeOf } from './chunk-pages.ts';
import { damaged, type FilePlace } from './damage.ts';
import type { ColumnChunkMetadata } from './metadata.ts';
import { type ParquetFile, readExactly } from './parquet-file.ts';
import type { RowRange, RowRanges } from './row-ranges.ts';
import { joinRanges } from './row-ranges.ts';
import type { LeafNode } from './schema-tree.ts';
import { ThriftReader } from './thrift-reader.ts';

/** A data page: its bytes with the header, and its rows. */
export interface PageLocation extends RowRange {
  readonly offset: number;
  readonly length: number;
}

/** What a page says of its values; `min` and `max` are bounds as in `Statistics`, empty for pages of nulls. */
export interface PageBounds {
  /** False where nothing is known of the page: writers without statistics give indexes with bounds of no meaning. */
  readonly isKnown: boolean;
  readonly isNull: boolean;
  readonly min: Uint8Array;
  readonly max: Uint8Array;
  /** Undefined where the file does not say. */
  readonly nullCount: number | undefined;
}

/** Bytes of one index: those of a million pages are smaller. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;

/**
 * The pages of a chunk, in order; undefined where the file has no index of them. `rowCount` is that of the row group.
 * Raises `PARQUET_CORRUPT` for pages that are not in the chunk, or not in order.
 */
export function readPageLocations(
  file: ParquetFile,
  leaf: LeafNode,
  chunk: ColumnChunkMetadata,
  rowCount: number,
): readonly PageLocation[] | undefined {
  const { offsetIndexOffset: offset, offsetIndexBytes: length } = chunk;
  if (offset === undefined || length === undefined || length === 0) return undefined;
  const where = { ...placeOf(file, leaf), place: `the offset index of ${leaf.path.join('.')}` };
  const r = new ThriftReader(readIndex(file.source, file.sizeBytes, offset, length, where), where, offset);
  let pages: { offset: number; length: number; start: number }[] = [];
  r.beginStruct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) pages = r.list(() => readLocation(r));
    else r.skip();
  }
  const range = chunkRange(file, chunk, where);
  let end = chunk.dataPageOffset;
  return pages.map((page, i) => {
    const next = pages[i + 1]?.start ?? rowCount;
    const isInOrder = page.offset >= end && page.offset + page.length <= range.offset + range.length && page.length > 0;
    const areRowsSound = (i === 0 ? page.start === 0 : true) && next >= page.start && next <= rowCount;
    if (!isInOrder || !areRowsSound) {
      throw damaged(where, offset, 'pages of the chunk in order', `page ${i} at ${page.offset}, row ${page.start}`);
    }
    end = page.offset + page.length;
    return { offset: page.offset, length: page.length, start: page.start, end: next };
  });
}

function readLocation(r: ThriftReader): { offset: number; length: number; start: number } {
  const page = { offset: 0, length: 0, start: 0 };
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) page.offset = r.count('an offset of a page');
    else if (id === 2) page.length = r.count('a size of a page');
    else if (id === 3) page.start = r.count('a row');
    else r.skip();
  }
  return page;
}

/**
 * What the pages of a chunk hold, in order; undefined where the file does not say. `pageCount` is how many there are.
 * Raises `PARQUET_CORRUPT`.
 */
export function readPageBounds(
  file: ParquetFile,
  leaf: LeafNode,
  chunk: ColumnChunkMetadata,
  pageCount: number,
): readonly PageBounds[] | undefined {
  const { columnIndexOffset: offset, columnIndexBytes: length } = chunk;
  if (offset === undefined || length === undefined || length === 0) return undefined;
  const where = { ...placeOf(file, leaf), place: `the column index of ${leaf.path.join('.')}` };
  const r = new ThriftReader(readIndex(file.source, file.sizeBytes, offset, length, where), where, offset);
  let isNull: readonly boolean[] = [];
  let mins: readonly Uint8Array[] = [];
  let maxs: readonly Uint8Array[] = [];
  let nullCounts: readonly number[] | undefined;
  r.beginStruct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) isNull = r.booleans();
    else if (id === 2) mins = r.list(() => r.binary());
    else if (id === 3) maxs = r.list(() => r.binary());
    else if (id === 5) nullCounts = r.list(() => r.int());
    else r.skip();
  }
  for (const list of [isNull, mins, maxs, nullCounts ?? isNull]) {
    if (list.length !== pageCount) throw damaged(where, offset, `${pageCount} pages`, list.length);
  }
  return isNull.map((each, i) => {
    const nullCount = nullCounts?.[i];
    return {
      // parquet-mr counts -1 nulls, and calls the page one of nulls, where it had no statistics to go by.
      isKnown: nullCount === undefined || nullCount >= 0,
      isNull: each,
      min: mins[i] as Uint8Array,
      max: maxs[i] as Uint8Array,
      nullCount,
    };
  });
}

function readIndex(
  source: RandomAccess,
  sizeBytes: number,
  offset: number,
  length: number,
  where: FilePlace,
): Uint8Array {
  if (offset + length > sizeBytes) throw damaged(where, offset, `an index before ${sizeBytes}`, `${length} bytes`);
  if (length > MAX_INDEX_BYTES) {
    throw new CairnError('LIMIT_EXCEEDED', {
      what: `${where.place} of ${where.path}`,
      found: `${length} bytes`,
      limit: `${MAX_INDEX_BYTES} bytes`,
      remedy: 'write the file with larger pages',
    });
  }
  const bytes = new Uint8Array(length);
  readExactly(source, bytes, offset, where);
  return bytes;
}

/** The pages that hold any of the rows. Both in order. */
export function pagesWithRows(pages: readonly PageLocation[], rows: RowRanges): readonly PageLocation[] {
  let at = 0;
  return pages.filter(({ start, end }) => {
    while (at < rows.length && (rows[at] as RowRange).end <= start) at++;
    const range = rows[at];
    return range !== undefined && range.start < end && start < end;
  });
}

/** The rows of pages. */
export function rowsOfPages(pages: readonly PageLocation[]): RowRanges {
  return joinRanges(pages.filter(({ start, end }) => start < end));
}
