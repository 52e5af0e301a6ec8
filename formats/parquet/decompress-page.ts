/**
 * Decompresses pages in an arena. What a page declares bounds what is written; a page of another length is damage.
 * How much it may declare is checked by the caller, before it makes room.
 */
import * as zlib from 'node:zlib';
import { CairnError } from '../../lib/base/errors.ts';
import { decompressZstd } from '../text/zstd-bytes.ts';
import type { Arena } from './arena.ts';
import { damaged, type FilePlace, unsupported } from './damage.ts';
import type { Codec } from './metadata.ts';

/** The most bytes that one compressed byte can stand for, by codec; zstd and brotli have none to speak of. */
const MAX_RATIO: { readonly [K in Codec]?: number } = {
  UNCOMPRESSED: 1,
  SNAPPY: 64,
  GZIP: 1032,
  LZ4: 255,
  LZ4_RAW: 255,
};

/** Whether `rawBytes` can come of `size` compressed bytes at all. */
export function isPossibleSize(codec: Codec, size: number, rawBytes: number): boolean {
  return rawBytes <= (size + 16) * (MAX_RATIO[codec] ?? Number.POSITIVE_INFINITY);
}

/**
 * Decompresses the `size` bytes at `from` to the `rawBytes` bytes at `at`. `offset` is where they lie in the file.
 * ZSTD needs `initCompression()` to have been awaited in this thread, as every use of it does.
 *
 * Raises `PARQUET_CORRUPT`, and `PARQUET_UNSUPPORTED` for LZO.
 */
export function decompressPage(
  arena: Arena,
  codec: Codec,
  from: number,
  size: number,
  at: number,
  rawBytes: number,
  where: FilePlace,
  offset: number,
): void {
  let end: number;
  switch (codec) {
    case 'SNAPPY':
      end = arena.kernels.snappy(from, from + size, at, at + rawBytes);
      break;
    case 'LZ4_RAW':
      end = arena.kernels.lz4(from, from + size, at, at + rawBytes);
      break;
    case 'LZ4':
      end = decompressHadoopLz4(arena, from, from + size, at, at + rawBytes);
      break;
    case 'LZO':
      throw unsupported(where, 'LZO compression');
    case 'UNCOMPRESSED':
      arena.bytes.copyWithin(at, from, from + size);
      end = at + size;
      break;
    default: {
      const raw = decompressElsewhere(codec, arena.bytes.subarray(from, from + size), rawBytes, where, offset);
      end = at + raw.length;
      if (raw.length <= rawBytes) arena.bytes.set(raw, at);
    }
  }
  if (end !== at + rawBytes) {
    throw damaged(where, offset, `${rawBytes} bytes of ${codec}`, end < 0 ? 'others' : `${end - at}`);
  }
}

function decompressElsewhere(
  codec: 'GZIP' | 'BROTLI' | 'ZSTD',
  bytes: Uint8Array,
  rawBytes: number,
  where: FilePlace,
  offset: number,
): Uint8Array {
  // A chunk of the output's size saves zlib from joining pieces; one byte more lets it see the end.
  const options = { maxOutputLength: rawBytes + 1, chunkSize: Math.max(64, rawBytes + 16) };
  try {
    if (codec === 'GZIP') return zlib.gunzipSync(bytes, options);
    if (codec === 'BROTLI') return zlib.brotliDecompressSync(bytes, options);
    return decompressZstd(bytes, rawBytes, where.path);
  } catch (error) {
    const isDamage = CairnError.is(error, 'CORRUPT_DATA') || CairnError.is(error, 'CORRUPT_FILE');
    if (error instanceof CairnError && !isDamage) throw error;
    throw damaged(where, offset, `${rawBytes} bytes of ${codec}`, 'bytes that cannot be decompressed');
  }
}

/**
 * What Hadoop writes as LZ4: blocks behind their two lengths, most significant byte first. Others wrote one bare block
 * under the same name, and there is nothing but the attempt to tell them apart.
 */
function decompressHadoopLz4(arena: Arena, from: number, to: number, at: number, end: number): number {
  const { view, kernels } = arena;
  let read = from;
  let write = at;
  while (read < to) {
    if (read + 8 > to) break;
    const rawBytes = view.getUint32(read);
    const size = view.getUint32(read + 4);
    if (size > to - read - 8 || rawBytes > end - write) break;
    if (kernels.lz4(read + 8, read + 8 + size, write, write + rawBytes) !== write + rawBytes) break;
    read += 8 + size;
    write += rawBytes;
  }
  return read === to && write === end ? write : kernels.lz4(from, to, at, end);
}
