import { beforeAll, describe, expect, it } from 'vitest';
import { BatchBody } from '../../../formats/arrow/batch-body.ts';
import type { BatchHeader } from '../../../formats/arrow/metadata.ts';
import { compress, initCompression } from '../../../formats/bytes/compression.ts';
import { bodyOf, PLACE } from '../../support/arrow-columns.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { lz4Frame } from '../../support/lz4-frame.ts';

const HEADER: BatchHeader = { rowCount: 1, nodes: [], buffers: [], compression: undefined, variadicCounts: [] };
const behind = (length: bigint, bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(BigInt64Array.of(length).buffer), bytes]);
const RAW = Buffer.from('abcabcabcabcabcabcabcabcabcabcabcabc'.repeat(9));

function load(body: BatchBody, index: number): Uint8Array {
  body.load([index]);
  return body.buffer(index);
}

describe('BatchBody', () => {
  beforeAll(initCompression);

  it('reads buffers that lie together at once, and no others', () => {
    const source = new ByteArraySource(new Uint8Array(100_000), 'a.arrow');
    const buffers = [
      [0, 10],
      [16, 10],
      [50_000, 8],
      [99_000, 900],
      [40, 8],
    ].map(([offset = 0, length = 0]) => ({ offset, length }));
    const body = new BatchBody(source, 100, 99_900, { ...HEADER, buffers }, PLACE);
    body.load([3, 1, 0]);
    expect(source.reads).toEqual([
      { position: 100, length: 26 },
      { position: 99_100, length: 900 },
    ]);
    body.load([3, 1, 0]);
    expect(source.reads).toHaveLength(2);
    expect(body.buffer(1)).toHaveLength(10);
  });

  it('gives what is compressed as it was', () => {
    const zstd = bodyOf({
      nodes: [],
      buffers: [behind(BigInt(RAW.length), compress('zstd', RAW)), behind(-1n, RAW)],
      compression: 'zstd',
    });
    const lz4 = bodyOf({
      nodes: [],
      buffers: [behind(BigInt(RAW.length), lz4Frame(RAW)), new Uint8Array()],
      compression: 'lz4',
    });
    expect(Buffer.from(load(zstd, 0))).toEqual(RAW);
    expect(Buffer.from(load(zstd, 1))).toEqual(RAW);
    expect(Buffer.from(load(lz4, 0))).toEqual(RAW);
    expect(load(lz4, 1)).toHaveLength(0);
  });

  it('finds damage, and does not make room for what cannot be', () => {
    const bodies = [
      behind(BigInt(RAW.length + 1), lz4Frame(RAW)),
      behind(2n ** 30n, lz4Frame(RAW)),
      behind(-2n, lz4Frame(RAW)),
      lz4Frame(RAW).subarray(0, 4),
      behind(BigInt(RAW.length), RAW),
    ];
    for (const bytes of bodies) {
      const body = bodyOf({ nodes: [], buffers: [bytes], compression: 'lz4' });
      expect(() => load(body, 0)).toThrow(/ARROW_CORRUPT|LIMIT_EXCEEDED/);
    }
    const zstd = bodyOf({ nodes: [], buffers: [behind(9n, Buffer.from('no zstd'))], compression: 'zstd' });
    expect(() => load(zstd, 0)).toThrow(/ARROW_CORRUPT.*9 bytes of ZSTD/s);
    const source = new ByteArraySource(new Uint8Array(100), 'a.arrow');
    const beyond = new BatchBody(
      source,
      0,
      100,
      {
        ...HEADER,
        buffers: [
          { offset: 90, length: 11 },
          { offset: 0, length: 2 ** 32 },
        ],
      },
      PLACE,
    );
    expect(() => beyond.load([0])).toThrow(/ARROW_CORRUPT/);
    expect(() => beyond.load([1])).toThrow(/LIMIT_EXCEEDED/);
    const cut = new BatchBody(source, 50, 100, { ...HEADER, buffers: [{ offset: 0, length: 100 }] }, PLACE);
    expect(() => cut.load([0])).toThrow(/ARROW_CORRUPT.*the end/s);
    expect(() => new BatchBody(source, 0, 100, { ...HEADER, rowCount: 2 ** 40 }, PLACE)).toThrow(/LIMIT_EXCEEDED/);
  });
});
