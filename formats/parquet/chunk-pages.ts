/**
 * From a column chunk's metadata to its pages in an arena: which bytes to read, and where pages begin in them. Nothing
 * is decompressed yet; everything that is needed to make room is known and checked afterwards.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { checksum } from '../bytes/checksum.ts';
import type { Arena } from './arena.ts';
import { damaged, type FilePlace, unsupported } from './damage.ts';
import { isPossibleSize } from './decompress-page.ts';
import type { ColumnChunkMetadata } from './metadata.ts';
import { type PageHeader, readPageHeader } from './page-header.ts';
import type { ParquetFile } from './parquet-file.ts';
import type { LeafNode } from './schema-tree.ts';

/** Bytes `offset … offset + length - 1` of a file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** A range that has been read, and where it lies in the arena. */
export interface ReadRange extends ByteRange {
  readonly at: number;
}

/** A page with its body in the arena at `header.bodyAt`. */
export interface Page {
  readonly header: PageHeader;
  /** Where the body begins in the file. */
  readonly offset: number;
}

export interface ChunkPages {
  readonly dictionary: Page | undefined;
  readonly data: readonly Page[];
  /** Entries of the data pages. */
  readonly entryCount: number;
}

/** How errors name a leaf. */
export function placeOf(file: ParquetFile, leaf: LeafNode): FilePlace {
  return { path: file.source.path, place: `column ${leaf.path.join('.')}` };
}

/**
 * The bytes of a whole chunk, dictionary included. Raises `PARQUET_CORRUPT` where they are not in the file,
 * `PARQUET_UNSUPPORTED` where they are in another one, or encrypted.
 */
export function chunkRange(file: ParquetFile, chunk: ColumnChunkMetadata, where: FilePlace): ByteRange {
  if (chunk.isEncrypted) {
    throw unsupported(
      where,
      'encryption',
      'decrypt the file, read other columns, or write it again without encryption',
    );
  }
  if (chunk.filePath !== undefined) throw unsupported(where, `its values in another file, ${chunk.filePath},`);
  const { dictionaryPageOffset: dictionary, dataPageOffset } = chunk;
  // 0 is what some writers give for no dictionary: the magic is there.
  const hasDictionary = dictionary !== undefined && dictionary > 0 && dictionary < dataPageOffset;
  const offset = hasDictionary ? dictionary : dataPageOffset;
  const missing = forgetsDictionaryHeaders(file.metadata.createdBy) ? DICTIONARY_HEADER_BYTES : 0;
  const room = file.sizeBytes - offset - chunk.totalCompressedBytes;
  const range = { offset, length: chunk.totalCompressedBytes + Math.max(0, Math.min(missing, room)) };
  if (range.offset + range.length > file.sizeBytes) {
    throw damaged(where, range.offset, `bytes before ${file.sizeBytes}`, `${range.length} from there`);
  }
  return range;
}

/** The most that a header of a dictionary page took in those days. */
const DICTIONARY_HEADER_BYTES = 100;

/** Writers before parquet-mr 1.2.9 left the header of the dictionary page out of the size of a chunk (PARQUET-816). */
function forgetsDictionaryHeaders(createdBy: string | undefined): boolean {
  if (createdBy === undefined || !createdBy.startsWith('parquet-mr')) return false;
  const [, major = 0, minor = 0, patch = 0] = (/(\d+)\.(\d+)\.(\d+)/.exec(createdBy) ?? []).map(Number);
  return major < 1 || (major === 1 && (minor < 2 || (minor === 2 && patch < 9)));
}

/**
 * The part of a chunk in front of its first data page at `firstPageOffset`: the dictionary, where there is one. For
 * readers of single pages, who know the offset from the offset index.
 */
export function dictionaryRange(
  file: ParquetFile,
  chunk: ColumnChunkMetadata,
  where: FilePlace,
  firstPageOffset: number,
): ByteRange {
  const { offset } = chunkRange(file, chunk, where);
  return { offset, length: Math.max(0, firstPageOffset - offset) };
}

/**
 * Finds the pages in ranges of a chunk, in order. `entryCount` is how many entries the data pages must have together;
 * undefined where only some of the pages were read.
 *
 * Raises `PARQUET_CORRUPT`, also for a page with another checksum than it says, and `LIMIT_EXCEEDED`.
 */
export function findPages(
  arena: Arena,
  file: ParquetFile,
  chunk: ColumnChunkMetadata,
  where: FilePlace,
  ranges: readonly ReadRange[],
  entryCount: number | undefined,
): ChunkPages {
  const data: Page[] = [];
  let dictionary: Page | undefined;
  let found = 0;
  for (const range of ranges) {
    const end = range.at + range.length;
    const origin = range.offset - range.at;
    for (let at = range.at; at < end && (entryCount === undefined || found < entryCount || data.length === 0); ) {
      const header = readPageHeader(arena.bytes, at, end, where, origin);
      const page = { header, offset: header.bodyAt + origin };
      at = header.bodyAt + header.compressedBytes;
      if (header.kind === 'other') continue;
      checkPage(arena, file, chunk, where, page);
      if (header.kind === 'dictionary') {
        if (dictionary !== undefined) throw damaged(where, page.offset, 'one dictionary', 'another');
        dictionary = page;
      } else {
        data.push(page);
        found += header.valueCount;
      }
    }
  }
  if (entryCount !== undefined && found !== entryCount) {
    throw damaged(where, ranges[0]?.offset ?? 0, `${entryCount} values in its pages`, found);
  }
  const bytes = ranges.reduce((sum, { length }) => sum + length, 0);
  const mostValues = Math.max(file.limits.chunkValues, 64 * bytes);
  if (found > mostValues) throw tooMuch(where, 'the number of values of a column chunk', found, mostValues);
  return { dictionary, data, entryCount: found };
}

/** Codecs without a limit of their own can make much of little: pages above the one may be the other times as large. */
const UNSUSPICIOUS_BYTES = 16 * 1024 * 1024;
const MAX_PAGE_RATIO = 4096;

function checkPage(arena: Arena, file: ParquetFile, chunk: ColumnChunkMetadata, where: FilePlace, page: Page): void {
  const { header, offset } = page;
  const { uncompressedBytes, compressedBytes, bodyAt, crc, valueCount } = header;
  const { pageBytes } = file.limits;
  const mostBytes = Math.min(pageBytes, Math.max(UNSUSPICIOUS_BYTES, MAX_PAGE_RATIO * compressedBytes));
  if (uncompressedBytes > mostBytes) throw tooMuch(where, 'the size of a page', uncompressedBytes, mostBytes);
  if (header.isCompressed && !isPossibleSize(chunk.codec, compressedBytes, uncompressedBytes)) {
    throw damaged(where, offset, `what ${compressedBytes} bytes of ${chunk.codec} can hold`, uncompressedBytes);
  }
  const mostValues = Math.max(file.limits.chunkValues, 64 * uncompressedBytes);
  if (valueCount > mostValues) throw tooMuch(where, 'the number of values of a page', valueCount, mostValues);
  if (crc === undefined || !file.verifyChecksums) return;
  const found = checksum(arena.bytes.subarray(bodyAt, bodyAt + compressedBytes));
  if (found !== crc) throw damaged(where, offset, `a page with checksum ${crc}`, found);
}

export function tooMuch(where: FilePlace, what: string, found: number, limit: number): CairnError {
  return new CairnError('LIMIT_EXCEEDED', {
    what: `${what} in ${where.place} of ${where.path}`,
    found,
    limit,
    remedy: 'write the file with smaller pages and row groups',
  });
}
