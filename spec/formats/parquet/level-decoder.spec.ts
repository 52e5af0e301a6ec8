import { describe, expect, it } from 'vitest';
import { Arena } from '../../../formats/parquet/arena.ts';
import { LevelDecoder } from '../../../formats/parquet/level-decoder.ts';
import type { PageHeader } from '../../../formats/parquet/page-header.ts';
import type { LeafNode } from '../../../formats/parquet/schema-tree.ts';
import { hybrid, uint32 } from '../../support/parquet-bytes.ts';

const where = { path: 'a.parquet', place: 'column a' };
const leafOf = (definedAt: number, repetition: number) => ({ definedAt, repetition }) as LeafNode;
const headerOf = (valueCount: number, more: Partial<PageHeader> = {}) =>
  ({
    valueCount,
    definitionEncoding: 'RLE',
    repetitionEncoding: 'RLE',
    definitionBytes: 0,
    repetitionBytes: 0,
    ...more,
  }) as PageHeader;
const prefixed = (levels: Uint8Array) => [...uint32(levels.length), ...levels];

function setUp(definedAt: number, repetition: number, total: number) {
  const arena = new Arena();
  arena.restart();
  const decoder = new LevelDecoder(arena, leafOf(definedAt, repetition), where, total);
  const put = (bytes: readonly number[] | Uint8Array) => {
    const at = arena.keep(bytes.length);
    arena.bytes.set(bytes, at);
    return at;
  };
  const bytesAt = (at: number, count: number) => [...arena.bytes.subarray(at, at + count)];
  return { arena, decoder, put, bytesAt };
}

const corrupt = expect.objectContaining({ code: 'PARQUET_CORRUPT' });

describe('levels', () => {
  it('are none where nothing can be missing or repeat', () => {
    const { decoder } = setUp(0, 0, 5);
    expect(decoder.readVersion1(headerOf(5), 100, 120, 0)).toBe(5);
    expect([decoder.end, decoder.bitmap, decoder.definitions, decoder.repetitions]).toEqual([100, 0, 0, 0]);
    expect(decoder.likelyBytes(5)).toBe(0);
  });

  it('of one bit need no bitmap until a value is missing', () => {
    const { decoder, put, bytesAt } = setUp(1, 0, 40);
    const all = prefixed(hybrid(Array(16).fill(1), 1));
    const at = put(all);
    expect(decoder.readVersion1(headerOf(16), at, at + all.length, 0)).toBe(16);
    expect(decoder.end).toBe(at + all.length);
    expect(decoder.bitmap).toBe(0);
    expect(decoder.likelyBytes(16)).toBe(all.length);
    const some = prefixed(hybrid([1, 0, 1, 1, 0, 0, 0, 1], 1));
    const next = put(some);
    expect(decoder.readVersion1(headerOf(8), next, next + some.length, 0)).toBe(4);
    const again = put(all);
    expect(decoder.readVersion1(headerOf(16), again, again + all.length, 0)).toBe(16);
    expect(bytesAt(decoder.bitmap, 5)).toEqual([255, 255, 0b10001101, 255, 255]);
  });

  it('of several bits are bytes, of either version', () => {
    const definitions = hybrid([3, 0, 2, 3], 2);
    const repetitions = hybrid([0, 0, 1, 2], 2);
    const { decoder, put, bytesAt } = setUp(3, 2, 8);
    const first = [...prefixed(repetitions), ...prefixed(definitions)];
    const at = put(first);
    expect(decoder.readVersion1(headerOf(4), at, at + first.length, 0)).toBe(2);
    expect(decoder.end).toBe(at + first.length);
    const second = put([...repetitions, ...definitions]);
    const header = headerOf(4, { repetitionBytes: repetitions.length, definitionBytes: definitions.length });
    expect(decoder.readVersion2(header, second, 0)).toBe(2);
    expect(bytesAt(decoder.definitions, 8)).toEqual([3, 0, 2, 3, 3, 0, 2, 3]);
    expect(bytesAt(decoder.repetitions, 8)).toEqual([0, 0, 1, 2, 0, 0, 1, 2]);
  });

  it('may be in the old bit-packed encoding, highest bit first', () => {
    const { decoder, put, bytesAt } = setUp(3, 0, 5);
    const at = put([0b00_01_10_11, 0b01_000000]);
    expect(decoder.readVersion1(headerOf(5, { definitionEncoding: 'BIT_PACKED' }), at, at + 2, 0)).toBe(1);
    expect(decoder.end).toBe(at + 2);
    expect(bytesAt(decoder.definitions, 5)).toEqual([0, 1, 2, 3, 1]);
    const flat = setUp(1, 0, 9);
    const bits = flat.put([0b10110000, 0b10000000]);
    expect(flat.decoder.readVersion1(headerOf(9, { definitionEncoding: 'BIT_PACKED' }), bits, bits + 2, 0)).toBe(4);
    expect(flat.bytesAt(flat.decoder.bitmap, 2)).toEqual([0b00001101, 1]);
  });

  it('are nothing at all in pages without values', () => {
    const { decoder } = setUp(1, 1, 0);
    expect(decoder.readVersion1(headerOf(0), 100, 100, 0)).toBe(0);
    expect(decoder.readVersion2(headerOf(0), 100, 0)).toBe(0);
  });

  it('may be left out of pages of version 2 in which nothing is missing', () => {
    const { decoder, put, bytesAt } = setUp(1, 0, 24);
    expect(decoder.readVersion2(headerOf(8, { nullCount: 0 }), 100, 0)).toBe(8);
    expect(decoder.bitmap).toBe(0);
    const some = hybrid([0, 1, 1, 1, 1, 1, 1, 1], 1);
    const at = put(some);
    expect(decoder.readVersion2(headerOf(8, { nullCount: 1, definitionBytes: some.length }), at, 0)).toBe(7);
    expect(decoder.readVersion2(headerOf(8, { nullCount: 0 }), at, 0)).toBe(8);
    expect(bytesAt(decoder.bitmap, 3)).toEqual([255, 254, 255]);
    expect(() => decoder.readVersion2(headerOf(8, { nullCount: 1 }), at, 0)).toThrow(corrupt);
  });

  it('are refused where they do not fit their page, are too high, or in other encodings', () => {
    const read = (bytes: readonly number[], max: number, more: Partial<PageHeader> = {}, repetition = 0) => {
      const { decoder, put } = setUp(max, repetition, 8);
      const at = put(bytes);
      return () => decoder.readVersion1(headerOf(8, more), at, at + bytes.length, 0);
    };
    expect(read([1, 0, 0], 1)).toThrow(corrupt);
    expect(read([9, 0, 0, 0, 16, 1], 1)).toThrow(corrupt);
    expect(read([255, 255, 255, 255, 16, 1], 1)).toThrow(corrupt);
    expect(read([2, 0, 0, 0, 4, 1], 1)).toThrow(corrupt);
    expect(read([2, 0, 0, 0, 16, 3], 2)).toThrow(corrupt);
    expect(read([255], 2, { definitionEncoding: 'BIT_PACKED' })).toThrow(corrupt);
    expect(read([255, 255], 2, { definitionEncoding: 'BIT_PACKED' })).toThrow(corrupt);
    expect(read([2, 0, 0, 0, 16, 1], 1, { definitionEncoding: 'PLAIN' })).toThrow(
      expect.objectContaining({ code: 'PARQUET_UNSUPPORTED' }),
    );
    expect(read(prefixed(hybrid([1, 0, 0, 0, 0, 0, 0, 0], 1)) as number[], 1, {}, 1)).toThrow(corrupt);
  });
});
