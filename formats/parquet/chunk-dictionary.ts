/**
 * The values of a column chunk by its dictionary alone: where every data page is coded, the chunk holds nothing that its
 * dictionary does not.
 */

import { selectRows } from '../scan/select-rows.ts';
import type { ValueSet } from '../scan/value-set.ts';
import type { Vector } from '../schema/vector.ts';
import type { Arena } from './arena.ts';
import { dictionaryRange, findPages, placeOf } from './chunk-pages.ts';
import { damaged, type FilePlace } from './damage.ts';
import { decompressPage } from './decompress-page.ts';
import type { ColumnChunkMetadata, Encoding } from './metadata.ts';
import { type ParquetFile, readExactly } from './parquet-file.ts';
import type { LeafNode } from './schema-tree.ts';

/** Dictionaries are asked where they are at most this part of their chunk: otherwise reading it all costs little more. */
const LARGEST_PART = 1 / 4;
const DATA_PAGE = 0;
const DATA_PAGE_2 = 3;

/** Bytes from the dictionary to the first data page; 0 where the dictionary does not tell all, or is not worth reading. */
export function usefulDictionaryBytes(file: ParquetFile, leaf: LeafNode, chunk: ColumnChunkMetadata): number {
  const { dictionaryPageOffset: offset } = chunk;
  if (offset === undefined || offset <= 0 || offset >= chunk.dataPageOffset || !isAllCoded(chunk)) return 0;
  if (!canBeCompared(leaf)) return 0;
  const { length } = dictionaryRange(file, chunk, placeOf(file, leaf), chunk.dataPageOffset);
  return length <= chunk.totalCompressedBytes * LARGEST_PART ? length : 0;
}

/** Whether all data pages are known to be coded. */
export function isAllCoded({ encodingStats, encodings }: ColumnChunkMetadata): boolean {
  if (encodingStats !== undefined) {
    const data = encodingStats.filter(({ pageType }) => pageType === DATA_PAGE || pageType === DATA_PAGE_2);
    return data.length > 0 && data.every(({ encoding, count }) => count === 0 || isCoded(encoding));
  }
  // Old writers name PLAIN_DICTIONARY for pages of both kinds, and PLAIN only where they gave the dictionary up.
  return encodings.includes('PLAIN_DICTIONARY') && encodings.every((each) => isCoded(each) || isForLevels(each));
}

function isCoded(encoding: Encoding | undefined): boolean {
  return encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY';
}

function isForLevels(encoding: Encoding | undefined): boolean {
  return encoding === 'RLE' || encoding === 'BIT_PACKED';
}

/** Whether values lie in dictionaries as they lie in vectors. */
function canBeCompared({ physicalType, type }: LeafNode): boolean {
  switch (physicalType) {
    case 'INT32':
    case 'INT64':
    case 'FLOAT':
    case 'DOUBLE':
      return true;
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return type.kind === 'string' || type.kind === 'binary' || type.kind === 'uuid';
    default:
      return false;
  }
}

/**
 * Whether any value of the dictionary is in the set. Uses the arena, whose vectors are dead afterwards. Call it where
 * `usefulDictionaryBytes` is not 0. Raises `PARQUET_CORRUPT` and what else reading raises.
 */
export function dictionaryMayHold(
  arena: Arena,
  file: ParquetFile,
  leaf: LeafNode,
  chunk: ColumnChunkMetadata,
  set: ValueSet,
): boolean {
  const where = placeOf(file, leaf);
  const range = dictionaryRange(file, chunk, where, chunk.dataPageOffset);
  arena.restart(range.length);
  const at = arena.keep(range.length);
  readExactly(file.source, arena.bytes.subarray(at, at + range.length), range.offset, where);
  const { dictionary } = findPages(arena, file, chunk, where, [{ ...range, at }], undefined);
  if (dictionary === undefined) throw damaged(where, range.offset, 'a dictionary', 'none');
  const { header, offset } = dictionary;
  const raw = arena.keep(header.uncompressedBytes);
  decompressPage(
    arena,
    chunk.codec,
    header.bodyAt,
    header.compressedBytes,
    raw,
    header.uncompressedBytes,
    where,
    offset,
  );
  const vector = plainVector(arena, leaf, raw, header.uncompressedBytes, header.valueCount, where, offset);
  return selectRows({ kind: 'values', column: 0, set }, [vector], vector.length).length > 0;
}

function plainVector(
  arena: Arena,
  leaf: LeafNode,
  at: number,
  sizeBytes: number,
  length: number,
  where: FilePlace,
  offset: number,
): Vector {
  const { type, physicalType, typeLength } = leaf;
  const common = { type, length, validity: undefined, nullCount: 0 };
  const need = (width: number): void => {
    if (length * width > sizeBytes) throw damaged(where, offset, `${length} values`, `${sizeBytes} bytes`);
  };
  const { buffer } = arena.bytes;
  switch (physicalType) {
    case 'INT32': {
      need(4);
      const isUnsigned = type.kind === 'int' && !type.signed;
      const values = isUnsigned ? new Uint32Array(buffer, at, length) : new Int32Array(buffer, at, length);
      return { ...common, layout: 'number', values };
    }
    case 'INT64':
      need(8);
      return { ...common, layout: 'int64', lanes: new Int32Array(buffer, at, 2 * length) };
    case 'FLOAT':
      need(4);
      return { ...common, layout: 'number', values: new Float32Array(buffer, at, length) };
    case 'DOUBLE':
      need(8);
      return { ...common, layout: 'number', values: new Float64Array(buffer, at, length) };
    default: {
      need(physicalType === 'FIXED_LEN_BYTE_ARRAY' ? typeLength : 4);
      const starts = new Int32Array(length);
      const lengths = new Int32Array(length);
      const end = at + sizeBytes;
      for (let i = 0, from = at; i < length; i++) {
        let size = typeLength;
        if (physicalType === 'BYTE_ARRAY') {
          if (end - from < 4) throw damaged(where, offset, `${length} values`, `${i}`);
          size = arena.view.getUint32(from, true);
          from += 4;
        }
        if (size > end - from) throw damaged(where, offset, 'values within their page', size);
        starts[i] = from;
        lengths[i] = size;
        from += size;
      }
      return { ...common, layout: 'bytes', bytes: arena.bytes, starts, lengths };
    }
  }
}
