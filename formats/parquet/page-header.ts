import type { FilePlace } from './damage.ts';
import { ENCODINGS, type Encoding } from './metadata.ts';
import { ThriftReader } from './thrift-reader.ts';

/** The header of a page, and where its body lies in the bytes it was read from. */
export interface PageHeader {
  /** Pages of kinds that are not known, index pages among them, are passed over. */
  readonly kind: 'data' | 'data2' | 'dictionary' | 'other';
  /** Size of the body as it will be, levels included, and as it lies. */
  readonly uncompressedBytes: number;
  readonly compressedBytes: number;
  /** CRC-32 of the body as it lies. */
  readonly crc: number | undefined;
  /** Entries, missing ones included. */
  readonly valueCount: number;
  readonly encoding: Encoding | undefined;
  readonly definitionEncoding: Encoding | undefined;
  readonly repetitionEncoding: Encoding | undefined;
  /** Of version 2: bytes of levels in front of the values, which are never compressed; whether the values are. */
  readonly definitionBytes: number;
  readonly repetitionBytes: number;
  readonly isCompressed: boolean;
  readonly nullCount: number;
  /** Where the body begins. */
  readonly bodyAt: number;
}

const KINDS = ['data', 'other', 'dictionary', 'data2'] as const;

/**
 * Reads the header at `at` of `bytes`, whose byte 0 lies at `origin` in the file. Statistics are passed over. Raises
 * `PARQUET_CORRUPT`, also where the body does not fit before `end`.
 */
export function readPageHeader(
  bytes: Uint8Array,
  at: number,
  end: number,
  where: FilePlace,
  origin: number,
): PageHeader {
  const r = new ThriftReader(bytes, where, origin, at, end);
  const page: { -readonly [K in keyof PageHeader]: PageHeader[K] } = {
    kind: 'other',
    uncompressedBytes: -1,
    compressedBytes: -1,
    crc: undefined,
    valueCount: -1,
    encoding: undefined,
    definitionEncoding: 'RLE',
    repetitionEncoding: 'RLE',
    definitionBytes: 0,
    repetitionBytes: 0,
    isCompressed: true,
    nullCount: 0,
    bodyAt: 0,
  };
  r.beginStruct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) page.kind = KINDS[r.int()] ?? 'other';
    else if (id === 2) page.uncompressedBytes = r.count('a size of a page');
    else if (id === 3) page.compressedBytes = r.count('a size of a page');
    else if (id === 4) page.crc = r.int() >>> 0;
    else if (id === 5 || id === 7 || id === 8) readBody(r, id, page);
    else r.skip();
  }
  page.bodyAt = r.offset;
  if (page.compressedBytes < 0 || page.uncompressedBytes < 0) throw r.corrupt('sizes of a page', 'none', at);
  if (page.compressedBytes > end - page.bodyAt) {
    throw r.corrupt(`a page of at most ${end - page.bodyAt} bytes`, page.compressedBytes, at);
  }
  if (page.kind === 'other') return page;
  if (page.valueCount < 0) throw r.corrupt('a number of values', 'none', at);
  const levelBytes = page.definitionBytes + page.repetitionBytes;
  if (levelBytes > page.compressedBytes || levelBytes > page.uncompressedBytes) {
    throw r.corrupt('levels within their page', `${levelBytes} bytes`, at);
  }
  return page;
}

/** Fields of DataPageHeader (5), DictionaryPageHeader (7) and DataPageHeaderV2 (8). */
function readBody(r: ThriftReader, kind: 5 | 7 | 8, page: { -readonly [K in keyof PageHeader]: PageHeader[K] }): void {
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) page.valueCount = r.count('a number of values');
    else if (kind === 8) {
      if (id === 2) page.nullCount = r.count('a number of nulls');
      else if (id === 4) page.encoding = ENCODINGS[r.int()];
      else if (id === 5) page.definitionBytes = r.count('a length of levels');
      else if (id === 6) page.repetitionBytes = r.count('a length of levels');
      else if (id === 7) page.isCompressed = r.boolean();
      else r.skip();
    } else if (id === 2) page.encoding = ENCODINGS[r.int()];
    else if (kind === 5 && id === 3) page.definitionEncoding = ENCODINGS[r.int()];
    else if (kind === 5 && id === 4) page.repetitionEncoding = ENCODINGS[r.int()];
    else r.skip();
  }
}
