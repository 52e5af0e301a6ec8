import { describe, expect, it } from 'vitest';
import {
  type CodecName,
  compress,
  decompress,
  initCompression,
  zstdContentSize,
} from '../../../formats/bytes/compression.ts';

const SIZES = [0, 1, 100, 255, 256, 65_791, 65_792, 70_000, 3_000_000];
const CODECS: readonly CodecName[] = ['none', 'deflate', 'zstd'];

function text(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => 97 + ((i * i) % 11));
}

describe('compression', () => {
  it('is made ready once, however often that is asked for', async () => {
    await Promise.all([initCompression(), initCompression()]);
    await initCompression();
    expect(compress('zstd', text(1000)).length).toBeLessThan(1000);
  });

  it.each(CODECS)('gives back what it was given: %s', async (codec) => {
    await initCompression();
    for (const size of SIZES) {
      const packed = compress(codec, text(size));
      expect(Buffer.compare(decompress(codec, packed, size), text(size)), `${size} bytes`).toBe(0);
    }
  });

  it.each(CODECS)('refuses any raw length but the true one: %s', async (codec) => {
    await initCompression();
    const packed = compress(codec, text(5000));
    for (const length of [0, 1, 4999, 5001, 2 ** 30]) {
      expect(() => decompress(codec, packed, length), `${length}`).toThrow('CORRUPT_DATA');
    }
  });

  it.each(['deflate', 'zstd'] as const)('refuses damaged and cut streams: %s', async (codec) => {
    await initCompression();
    const packed = compress(codec, text(5000));
    expect(() => decompress(codec, packed.subarray(0, packed.length - 3), 5000)).toThrow('CORRUPT_DATA');
    expect(() => decompress(codec, new Uint8Array(0), 5000)).toThrow('CORRUPT_DATA');
    expect(() => decompress(codec, text(50), 5000)).toThrow('CORRUPT_DATA');
  });

  it.each(['deflate', 'zstd'] as const)('stops a bomb before it takes memory: %s', async (codec) => {
    await initCompression();
    const bomb = compress(codec, new Uint8Array(64 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decompress(codec, bomb, 1000)).toThrow('CORRUPT_DATA');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  it('reads the content size from zstd frames of every width, and from nothing else', async () => {
    await initCompression();
    for (const size of SIZES) expect(zstdContentSize(compress('zstd', text(size)))).toBe(size);
    expect(zstdContentSize(text(100))).toBeUndefined();
    expect(zstdContentSize(compress('zstd', text(100)).subarray(0, 5))).toBeUndefined();
    // A frame without content size: no flag, not a single segment.
    expect(zstdContentSize(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1, 0, 0))).toBeUndefined();
  });
});
