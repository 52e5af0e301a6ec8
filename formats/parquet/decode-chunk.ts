/**
 * Decodes the pages of a column chunk into levels and values: present values end to end, not yet in their slots and
 * not yet what their logical type makes of them (`leaf-vector.ts`).
 */
import type { Arena } from './arena.ts';
import type { ChunkPages, Page } from './chunk-pages.ts';
import { damaged, type FilePlace } from './damage.ts';
import { decompressPage } from './decompress-page.ts';
import { LevelDecoder } from './level-decoder.ts';
import type { ColumnChunkMetadata } from './metadata.ts';
import type { LeafNode } from './schema-tree.ts';
import { type LeafStorage, ValueDecoder } from './value-decoder.ts';

/** A decoded chunk, as positions in the arena. */
export interface LeafValues {
  readonly leaf: LeafNode;
  /** Entries, and those of them that hold a value. */
  readonly entryCount: number;
  readonly presentCount: number;
  /**
   * A bit an entry, set where a value is there, for leaves with a single definition level and no lists around them;
   * 0 where all are there.
   */
  readonly bitmap: number;
  /** A byte an entry, for other leaves that have levels; 0 for those that have none. */
  readonly definitions: number;
  readonly repetitions: number;
  /** The present values, with room for as many as there are entries. */
  readonly storage: LeafStorage;
}

/** Raises `PARQUET_CORRUPT`, `PARQUET_UNSUPPORTED`, `LIMIT_EXCEEDED`. */
export function decodeChunk(
  arena: Arena,
  chunk: ColumnChunkMetadata,
  leaf: LeafNode,
  where: FilePlace,
  pages: ChunkPages,
): LeafValues {
  const { entryCount } = pages;
  const levels = new LevelDecoder(arena, leaf, where, entryCount);
  const values = new ValueDecoder(arena, leaf, where, entryCount);
  if (pages.dictionary !== undefined) readDictionary(arena, chunk, where, pages.dictionary, values);
  for (const page of pages.data) {
    const mark = arena.scratchMark;
    const { isKept, pad } = placement(chunk, page, levels, values, entryCount);
    readDataPage(arena, chunk, where, page, levels, values, isKept, pad);
    arena.releaseScratch(mark);
  }
  return {
    leaf,
    entryCount,
    presentCount: values.count,
    bitmap: levels.bitmap,
    definitions: levels.definitions,
    repetitions: levels.repetitions,
    storage: values.finish(),
  };
}

function readDictionary(
  arena: Arena,
  chunk: ColumnChunkMetadata,
  where: FilePlace,
  page: Page,
  values: ValueDecoder,
): void {
  const { header, offset } = page;
  const raw = header.uncompressedBytes;
  if (header.encoding !== 'PLAIN' && header.encoding !== 'PLAIN_DICTIONARY') {
    throw damaged(where, offset, 'a dictionary of plain values', `one in ${header.encoding ?? 'another encoding'}`);
  }
  // Also where nothing is to be decompressed: dictionaries are looked up by words, and these begin anywhere.
  const at = arena.keep(raw);
  decompressPage(arena, chunk.codec, header.bodyAt, header.compressedBytes, at, raw, where, offset);
  values.setDictionary(at, at + raw, header.valueCount, offset);
}

/** Where a page is decompressed to: to stay if values are views of it, at such a place that they are aligned. */
function placement(
  chunk: ColumnChunkMetadata,
  page: Page,
  levels: LevelDecoder,
  values: ValueDecoder,
  entryCount: number,
): { readonly isKept: boolean; readonly pad: number } {
  const { header } = page;
  if (chunk.codec === 'UNCOMPRESSED') return { isKept: false, pad: 0 };
  if (values.refersToPages(header.encoding)) return { isKept: true, pad: 0 };
  if (header.encoding !== 'PLAIN' || header.valueCount !== entryCount) return { isKept: false, pad: 0 };
  const before = header.kind === 'data' ? levels.likelyBytes(entryCount) : 0;
  return { isKept: true, pad: (8 - (before & 7)) & 7 };
}

function readDataPage(
  arena: Arena,
  chunk: ColumnChunkMetadata,
  where: FilePlace,
  page: Page,
  levels: LevelDecoder,
  values: ValueDecoder,
  isKept: boolean,
  pad: number,
): void {
  const { header, offset } = page;
  const { bodyAt, compressedBytes, valueCount } = header;
  const isVersion2 = header.kind === 'data2';
  // Of version 2, levels stand in front and are never compressed.
  const levelBytes = header.repetitionBytes + header.definitionBytes;
  const raw = header.uncompressedBytes - levelBytes;
  const size = compressedBytes - levelBytes;
  let at = bodyAt + levelBytes;
  let end = bodyAt + compressedBytes;
  if (chunk.codec !== 'UNCOMPRESSED' && (!isVersion2 || header.isCompressed)) {
    const from = at;
    at = (isKept ? arena.keep(raw + pad) : arena.scratch(raw + pad)) + pad;
    end = at + raw;
    // Pages without values may have nothing that a codec would take for compressed bytes.
    if (raw > 0) decompressPage(arena, chunk.codec, from, size, at, raw, where, offset);
  } else if (chunk.codec !== 'UNCOMPRESSED' && isKept) {
    const from = at;
    at = arena.keep(size);
    arena.bytes.copyWithin(at, from, end);
    end = at + size;
  }
  let present: number;
  if (isVersion2) present = levels.readVersion2(header, bodyAt, offset);
  else {
    present = levels.readVersion1(header, at, end, offset);
    at = levels.end;
  }
  values.read(header.encoding, at, end, present, valueCount, offset);
}
