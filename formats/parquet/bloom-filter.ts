/**
 * Asks the bloom filter of a column chunk: split blocks of 32 bytes, of which a value sets one bit in each of eight
 * words, by its XXH64 (BloomFilter.md of the Parquet format). Of the filter, only the header and the blocks that are
 * asked are read.
 */

import { Xxh64 } from '../bytes/xxh64.ts';
import type { OrderedValue } from '../scan/value-set.ts';
import { placeOf } from './chunk-pages.ts';
import { damaged, type FilePlace } from './damage.ts';
import type { ColumnChunkMetadata } from './metadata.ts';
import { type ParquetFile, readExactly } from './parquet-file.ts';
import type { LeafNode } from './schema-tree.ts';
import { ThriftReader } from './thrift-reader.ts';

/** Odd constants of the format, one for each word of a block. */
export const SALTS = Int32Array.of(
  0x47b6137b,
  0x44974d91,
  0x8824ad5b | 0,
  0xa2b7289d | 0,
  0x705495c7,
  0x2df1424b,
  0x9efc4947 | 0,
  0x5c6bfb31,
);

export const BLOCK_BYTES = 32;
/** Headers take under 20 bytes. */
const HEADER_BYTES = 64;
/** The largest that the format allows. */
const MAX_BYTES = 128 * 1024 * 1024;

export interface BloomFilter {
  /** False where the chunk certainly holds no value with these bytes. */
  mayHold(bytes: Uint8Array): boolean;
}

/**
 * The filter of a chunk; undefined where it has none, or one of a kind that is not known. Raises `PARQUET_CORRUPT` for
 * one that is not in the file.
 */
export function openBloomFilter(
  file: ParquetFile,
  leaf: LeafNode,
  chunk: ColumnChunkMetadata,
): BloomFilter | undefined {
  const { bloomFilterOffset: offset } = chunk;
  if (offset === undefined || offset === 0) return undefined;
  const where = { ...placeOf(file, leaf), place: `the bloom filter of ${leaf.path.join('.')}` };
  if (offset >= file.sizeBytes) throw damaged(where, offset, `a filter before ${file.sizeBytes}`, 'one beyond');
  const head = new Uint8Array(Math.min(HEADER_BYTES, file.sizeBytes - offset));
  readExactly(file.source, head, offset, where);
  const header = readHeader(head, where, offset);
  if (header === undefined) return undefined;
  const start = offset + header.headerBytes;
  const { sizeBytes } = header;
  if (sizeBytes < BLOCK_BYTES || sizeBytes > MAX_BYTES || sizeBytes % BLOCK_BYTES !== 0) {
    throw damaged(where, offset, 'a size of whole blocks, up to 128 MiB', sizeBytes);
  }
  if (start + sizeBytes > file.sizeBytes) throw damaged(where, start, `a filter before ${file.sizeBytes}`, sizeBytes);
  const block = new Uint8Array(BLOCK_BYTES);
  return {
    mayHold(bytes) {
      const hash = new Xxh64();
      hash.update(bytes);
      const digest = hash.digest();
      const index = Number(((digest >> 32n) * BigInt(sizeBytes / BLOCK_BYTES)) >> 32n);
      readExactly(file.source, block, start + index * BLOCK_BYTES, where);
      return isInBlock(block, Number(BigInt.asIntN(32, digest)));
    },
  };
}

function isInBlock(block: Uint8Array, key: number): boolean {
  const view = new DataView(block.buffer, block.byteOffset, BLOCK_BYTES);
  return SALTS.every((salt, i) => (view.getInt32(4 * i, true) & (1 << (Math.imul(key, salt) >>> 27))) !== 0);
}

/** Undefined for another algorithm, hash or compression than those there are today. */
function readHeader(
  bytes: Uint8Array,
  where: FilePlace,
  offset: number,
): { readonly sizeBytes: number; readonly headerBytes: number } | undefined {
  const r = new ThriftReader(bytes, where, offset);
  let sizeBytes = 0;
  let known = 0;
  r.beginStruct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) sizeBytes = r.count('a size');
    else if (id >= 2 && id <= 4) {
      // Each is a union whose first field is the only one that there is so far.
      r.struct();
      for (let each = r.nextField(); each !== 0; each = r.nextField()) {
        if (each === 1) known++;
        r.skip();
      }
    } else r.skip();
  }
  return known === 3 ? { sizeBytes, headerBytes: r.offset } : undefined;
}

/**
 * The bytes that a filter has of a value: those of PLAIN encoding, without the length of byte arrays. Undefined where one
 * value may have been written in several ways, so that a filter proves nothing.
 */
export function bloomBytes({ type, physicalType, typeLength }: LeafNode, value: OrderedValue): Uint8Array | undefined {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  switch (physicalType) {
    case 'INT32':
      if (typeof value !== 'bigint' || BigInt.asIntN(33, value) !== value) return undefined;
      view.setInt32(0, Number(BigInt.asIntN(32, value)), true);
      return bytes.subarray(0, 4);
    case 'INT64':
      if (typeof value !== 'bigint') return undefined;
      view.setBigInt64(0, BigInt.asIntN(64, value), true);
      return bytes;
    case 'FLOAT':
      // 0 and -0 are one value in two forms, NaN in many; a double between two floats is in no filter.
      if (typeof value !== 'number' || value === 0 || Number.isNaN(value) || Math.fround(value) !== value) {
        return undefined;
      }
      view.setFloat32(0, value, true);
      return bytes.subarray(0, 4);
    case 'DOUBLE':
      if (typeof value !== 'number' || value === 0 || Number.isNaN(value)) return undefined;
      view.setFloat64(0, value, true);
      return bytes;
    case 'BYTE_ARRAY':
      return value instanceof Uint8Array && type.kind !== 'decimal' ? value : undefined;
    case 'FIXED_LEN_BYTE_ARRAY':
      return value instanceof Uint8Array && value.length === typeLength ? value : undefined;
    default:
      return undefined;
  }
}
