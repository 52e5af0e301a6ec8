import * as zlib from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { decompress, initCompression } from '../../../formats/bytes/compression.ts';
import { GrowingBytes } from '../../../formats/parquet/write-buffers.ts';
import { PageCompressor } from '../../../formats/parquet/write-compress.ts';

beforeAll(async () => {
  await initCompression();
});

const TEXT = Buffer.from('a page of words, a page of words, a page of words. '.repeat(100));

function body(): GrowingBytes {
  const bytes = new GrowingBytes();
  bytes.reserve(TEXT.length);
  bytes.values.set(TEXT);
  bytes.length = TEXT.length;
  return bytes;
}

describe('PageCompressor', () => {
  it('compresses with what Node has, to what Node reads', () => {
    expect(zlib.gunzipSync(new PageCompressor('gzip').compress(body()))).toEqual(TEXT);
    expect(zlib.brotliDecompressSync(new PageCompressor('brotli').compress(body()))).toEqual(TEXT);
    const zstd = new PageCompressor('zstd').compress(body());
    expect(Buffer.from(decompress('zstd', zstd, TEXT.length))).toEqual(TEXT);
  });

  it('gives the bytes themselves where there is no codec, and makes them fewer where there is one', () => {
    expect(Buffer.from(new PageCompressor('none').compress(body()))).toEqual(TEXT);
    for (const codec of ['snappy', 'lz4_raw'] as const) {
      const compressor = new PageCompressor(codec);
      const first = compressor.compress(body()).slice();
      expect(first.length).toBeLessThan(TEXT.length / 10);
      expect(compressor.compress(body())).toEqual(first);
    }
  });
});
