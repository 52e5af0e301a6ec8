/** Compresses the bodies of pages. One object serves one writer: what it gives lives until the next call. */
import * as zlib from 'node:zlib';
import { unreachable } from '../../lib/base/invariant.ts';
import { compress } from '../bytes/compression.ts';
import type { Codec } from './metadata.ts';
import { GrowingBytes } from './write-buffers.ts';
import { compressLz4 } from './write-lz4.ts';
import { compressSnappy } from './write-snappy.ts';

/** Codecs that files are written with, by the names of options. */
export const PARQUET_CODECS = ['none', 'snappy', 'gzip', 'zstd', 'lz4_raw', 'brotli'] as const;
export type ParquetCodec = (typeof PARQUET_CODECS)[number];

/** As the format calls them. */
export const CODEC_NAMES: { readonly [K in ParquetCodec]: Codec } = {
  none: 'UNCOMPRESSED',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  zstd: 'ZSTD',
  lz4_raw: 'LZ4_RAW',
  brotli: 'BROTLI',
};

/** Beyond these more time is spent than is won by smaller files: gzip's default is 6, brotli's 11. */
const GZIP_LEVEL = 4;
const BROTLI_QUALITY = 4;

export class PageCompressor {
  readonly #codec: ParquetCodec;
  readonly #out = new GrowingBytes();

  constructor(codec: ParquetCodec) {
    this.#codec = codec;
  }

  /** ZSTD needs `initCompression()` to have been awaited in this thread. */
  compress(body: GrowingBytes): Uint8Array {
    const bytes = body.values.subarray(0, body.length);
    const out = this.#out;
    out.clear();
    switch (this.#codec) {
      case 'none':
        return bytes;
      case 'snappy':
        compressSnappy(out, body.values, body.view, 0, body.length);
        return out.values.subarray(0, out.length);
      case 'lz4_raw':
        compressLz4(out, body.values, body.view, 0, body.length);
        return out.values.subarray(0, out.length);
      case 'gzip':
        return zlib.gzipSync(bytes, { level: GZIP_LEVEL });
      case 'zstd':
        return compress('zstd', bytes);
      case 'brotli':
        return zlib.brotliCompressSync(bytes, {
          params: {
            [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
            [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
          },
        });
      default:
        return unreachable(this.#codec);
    }
  }
}
