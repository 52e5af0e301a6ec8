/**
 * Reads columns of a row group: plans which bytes are needed, reads them in as few calls as it can without any others,
 * decodes leaf after leaf in an arena, and makes vectors at the end.
 */
import type { Vector } from '../schema/vector.ts';
import type { Arena } from './arena.ts';
import { assemble, type PreparedLeaf } from './assemble.ts';
import { type ByteRange, chunkRange, findPages, placeOf, type ReadRange } from './chunk-pages.ts';
import { damaged } from './damage.ts';
import { decodeChunk } from './decode-chunk.ts';
import { prepareLeaf } from './leaf-vector.ts';
import type { ColumnChunkMetadata, RowGroupMetadata } from './metadata.ts';
import { type ParquetFile, readExactly } from './parquet-file.ts';
import type { LeafNode, SchemaNode } from './schema-tree.ts';

/**
 * Which bytes of a leaf's chunk to read: ranges of whole pages in order, the dictionary first where its pages need it;
 * undefined for all. Their entries alone are decoded.
 */
export type PageSelection = (leaf: LeafNode, chunk: ColumnChunkMetadata) => readonly ByteRange[] | undefined;

/** Chunks that lie together are read in one call up to this size; beyond, a call costs nothing beside the copying. */
const COALESCED_BYTES = 1024 * 1024;

/**
 * The vectors of `columns`, in their order. They live in the arena until it is restarted, which is the caller's to do
 * before. Leaves of one column must come out with the same rows, different columns need not.
 *
 * Raises `PARQUET_CORRUPT`, `PARQUET_UNSUPPORTED`, `VALUE_NOT_EXACT`, `LIMIT_EXCEEDED`, and what the source raises.
 */
export function readColumns(
  arena: Arena,
  file: ParquetFile,
  rowGroup: RowGroupMetadata,
  columns: readonly SchemaNode[],
  select: PageSelection = () => undefined,
): readonly Vector[] {
  const leaves = new Map<number, PreparedLeaf>();
  for (const batch of planReads(file, rowGroup, columns, select)) {
    const mark = arena.scratchMark;
    const read = readRanges(arena, file, batch);
    for (const request of batch) leaves.set(request.leaf.index, decodeLeaf(arena, file, request, read));
    arena.releaseScratch(mark);
  }
  const prepared = columns.map((column) =>
    assemble(arena, column, leaves, { path: file.source.path, place: `column ${column.name}` }),
  );
  return prepared.map(({ make }) => make());
}

/** The bytes that reading `columns` reads, in the order of the file. */
export function bytesToRead(
  file: ParquetFile,
  rowGroup: RowGroupMetadata,
  columns: readonly SchemaNode[],
  select: PageSelection = () => undefined,
): number {
  const batches = planReads(file, rowGroup, columns, select);
  return batches.flat().reduce((sum, { ranges }) => sum + totalLength(ranges), 0);
}

/** Scratch that decoding `columns` is likely to need at once. */
export function scratchBytes(file: ParquetFile, rowGroup: RowGroupMetadata, columns: readonly SchemaNode[]): number {
  let most = 0;
  for (const batch of planReads(file, rowGroup, columns, () => undefined)) {
    const read = batch.reduce((sum, { ranges }) => sum + totalLength(ranges), 0);
    const raw = Math.max(...batch.map(({ chunk, leaf }) => chunk.totalUncompressedBytes + leaf.repetition));
    const codes = Math.max(...batch.map(({ chunk }) => 4 * chunk.numValues));
    most = Math.max(most, read + raw + codes);
  }
  return most;
}

/** The leaves of columns, in the order of the schema. */
export function leavesOf(columns: readonly SchemaNode[]): readonly LeafNode[] {
  return columns.flatMap((node) => (node.kind === 'leaf' ? [node] : leavesOf(childrenOf(node))));
}

function childrenOf(node: Exclude<SchemaNode, LeafNode>): readonly SchemaNode[] {
  if (node.kind === 'struct') return node.fields;
  return node.kind === 'list' ? [node.element] : [node.key, node.value];
}

interface LeafRequest {
  readonly leaf: LeafNode;
  readonly chunk: ColumnChunkMetadata;
  readonly ranges: readonly ByteRange[];
  /** Entries there must be; undefined where only some pages are read. */
  readonly entryCount: number | undefined;
}

/** Leaves in batches that are read together. */
function planReads(
  file: ParquetFile,
  rowGroup: RowGroupMetadata,
  columns: readonly SchemaNode[],
  select: PageSelection,
): readonly (readonly LeafRequest[])[] {
  const requests = leavesOf(columns).map((leaf) => requestOf(file, rowGroup, leaf, select));
  requests.sort((a, b) => startOf(a) - startOf(b));
  const batches: LeafRequest[][] = [];
  let bytes = 0;
  for (const request of requests) {
    const size = totalLength(request.ranges);
    const last = batches.at(-1);
    if (last !== undefined && bytes + size <= COALESCED_BYTES) last.push(request);
    else {
      batches.push([request]);
      bytes = 0;
    }
    bytes += size;
  }
  return batches;
}

function requestOf(file: ParquetFile, rowGroup: RowGroupMetadata, leaf: LeafNode, select: PageSelection): LeafRequest {
  const chunk = rowGroup.columns[leaf.index] as ColumnChunkMetadata;
  const where = placeOf(file, leaf);
  const whole = chunkRange(file, chunk, where);
  const selected = select(leaf, chunk);
  if (selected !== undefined) {
    for (const { offset, length } of selected) {
      if (offset + length > file.sizeBytes) throw damaged(where, offset, `bytes before ${file.sizeBytes}`, length);
    }
    return { leaf, chunk, ranges: selected.filter(({ length }) => length > 0), entryCount: undefined };
  }
  if (leaf.repetition === 0 && chunk.numValues !== rowGroup.rowCount) {
    throw damaged(where, whole.offset, `${rowGroup.rowCount} values`, chunk.numValues);
  }
  return { leaf, chunk, ranges: [whole], entryCount: chunk.numValues };
}

function startOf({ ranges }: LeafRequest): number {
  return ranges[0]?.offset ?? 0;
}

function totalLength(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { length }) => sum + length, 0);
}

/** Reads all ranges of a batch; those that follow each other in the file with one call. Gives where each lies. */
function readRanges(arena: Arena, file: ParquetFile, batch: readonly LeafRequest[]): ReadonlyMap<ByteRange, ReadRange> {
  const read = new Map<ByteRange, ReadRange>();
  const total = batch.reduce((sum, { ranges }) => sum + totalLength(ranges), 0);
  // Byte arrays that are not compressed stay where they are read.
  const isKept = batch.some(({ chunk }) => chunk.codec === 'UNCOMPRESSED' && chunk.type.endsWith('BYTE_ARRAY'));
  const start = isKept ? arena.keep(total) : arena.scratch(total);
  let at = start;
  let runAt = start;
  let runOffset = 0;
  const flush = () => {
    if (at === runAt) return;
    const where = { path: file.source.path, place: 'its row groups' };
    readExactly(file.source, arena.bytes.subarray(runAt, at), runOffset, where);
  };
  for (const { ranges } of batch) {
    for (const range of ranges) {
      if (at === runAt || range.offset !== runOffset + (at - runAt)) {
        flush();
        runAt = at;
        runOffset = range.offset;
      }
      read.set(range, { ...range, at });
      at += range.length;
    }
  }
  flush();
  return read;
}

function decodeLeaf(
  arena: Arena,
  file: ParquetFile,
  request: LeafRequest,
  read: ReadonlyMap<ByteRange, ReadRange>,
): PreparedLeaf {
  const { leaf, chunk, ranges, entryCount } = request;
  const where = placeOf(file, leaf);
  const inArena = ranges.map((range) => read.get(range) as ReadRange);
  const mark = arena.scratchMark;
  const pages = findPages(arena, file, chunk, where, inArena, entryCount);
  const values = decodeChunk(arena, chunk, leaf, where, pages);
  const prepared = prepareLeaf(arena, values, where, startOf(request));
  arena.releaseScratch(mark);
  return { values, prepared };
}
