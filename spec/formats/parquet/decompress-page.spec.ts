import * as zlib from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { compress, initCompression } from '../../../formats/bytes/compression.ts';
import { Arena } from '../../../formats/parquet/arena.ts';
import { decompressPage, isPossibleSize } from '../../../formats/parquet/decompress-page.ts';
import type { Codec } from '../../../formats/parquet/metadata.ts';
import { snappyLiterals } from '../../support/parquet-bytes.ts';

const where = { path: 'a.parquet', place: 'column x' };
const RAW = Buffer.from('the quick brown fox jumps over the lazy dog; '.repeat(20));

/** A block of LZ4 that is all literals. */
function lz4Literals(bytes: Uint8Array): Uint8Array {
  const rest = bytes.length - 15;
  return Uint8Array.from([0xf0, ...Array(Math.floor(rest / 255)).fill(255), rest % 255, ...bytes]);
}

function hadoop(...blocks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    blocks.flatMap((raw) => {
      const block = lz4Literals(raw);
      const lengths = Buffer.alloc(8);
      lengths.writeUInt32BE(raw.length);
      lengths.writeUInt32BE(block.length, 4);
      return [lengths, block];
    }),
  );
}

/** A zstd frame of one raw block that does not say how long it is. */
const ZSTD_WITHOUT_SIZE = (raw: Uint8Array) =>
  Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, ((raw.length & 31) << 3) | 1, raw.length >> 5, 0, ...raw]);

function decompress(codec: Codec, bytes: Uint8Array, rawBytes = RAW.length): string {
  const arena = new Arena();
  arena.restart();
  const from = arena.keep(bytes.length);
  const at = arena.keep(rawBytes);
  arena.bytes.set(bytes, from);
  decompressPage(arena, codec, from, bytes.length, at, rawBytes, where, 100);
  return Buffer.from(arena.bytes.subarray(at, at + rawBytes)).toString();
}

const corrupt = expect.objectContaining({ code: 'PARQUET_CORRUPT', params: expect.objectContaining({ offset: 100 }) });

const CASES: readonly (readonly [string, Codec, () => Uint8Array])[] = [
  ['UNCOMPRESSED', 'UNCOMPRESSED', () => RAW],
  ['SNAPPY', 'SNAPPY', () => snappyLiterals(RAW)],
  ['GZIP', 'GZIP', () => zlib.gzipSync(RAW)],
  [
    'GZIP of two members',
    'GZIP',
    () => Buffer.concat([zlib.gzipSync(RAW.subarray(0, 100)), zlib.gzipSync(RAW.subarray(100))]),
  ],
  ['BROTLI', 'BROTLI', () => zlib.brotliCompressSync(RAW)],
  ['LZ4_RAW', 'LZ4_RAW', () => lz4Literals(RAW)],
  ['LZ4 as Hadoop writes it', 'LZ4', () => hadoop(RAW.subarray(0, 300), RAW.subarray(300))],
  ['LZ4 as a bare block', 'LZ4', () => lz4Literals(RAW)],
  ['ZSTD', 'ZSTD', () => compress('zstd', RAW)],
  ['ZSTD that does not say its size', 'ZSTD', () => ZSTD_WITHOUT_SIZE(RAW)],
  [
    'ZSTD of two frames',
    'ZSTD',
    () => Buffer.concat([compress('zstd', RAW.subarray(0, 100)), compress('zstd', RAW.subarray(100))]),
  ],
];

describe('decompressing a page', () => {
  beforeAll(initCompression);

  it.each(CASES)('gives what was compressed: %s', (_, codec, bytes) => {
    expect(decompress(codec, bytes())).toBe(RAW.toString());
  });

  it.each(CASES)('refuses another length than the page says, and cut bytes: %s', (_, codec, bytes) => {
    expect(() => decompress(codec, bytes(), RAW.length - 1)).toThrow(corrupt);
    expect(() => decompress(codec, bytes(), RAW.length + 1)).toThrow(corrupt);
    expect(() => decompress(codec, bytes().subarray(0, bytes().length >> 1))).toThrow(corrupt);
    expect(() => decompress(codec, new Uint8Array())).toThrow(corrupt);
  });

  it('refuses LZO', () => {
    expect(() => decompress('LZO', RAW)).toThrow(expect.objectContaining({ code: 'PARQUET_UNSUPPORTED' }));
  });

  it('stops at what a page says that it holds, whatever it would become', () => {
    const bomb = zlib.gzipSync(Buffer.alloc(50_000_000));
    expect(() => decompress('GZIP', bomb, 1000)).toThrow(corrupt);
    expect(() => decompress('BROTLI', zlib.brotliCompressSync(Buffer.alloc(50_000_000)), 1000)).toThrow(corrupt);
  });

  it('knows sizes that cannot be', () => {
    expect(isPossibleSize('SNAPPY', 100, 2000)).toBe(true);
    expect(isPossibleSize('SNAPPY', 100, 20_000)).toBe(false);
    expect(isPossibleSize('GZIP', 1000, 1_000_000)).toBe(true);
    expect(isPossibleSize('GZIP', 1000, 2_000_000)).toBe(false);
    expect(isPossibleSize('ZSTD', 1000, 2_000_000_000)).toBe(true);
  });
});
