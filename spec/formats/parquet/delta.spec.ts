import { describe, expect, it } from 'vitest';
import { decodeDelta32, decodeDelta64 } from '../../../formats/parquet/delta.ts';
import { memoryOf } from '../../support/kernel-memory.ts';
import { deltaPacked } from '../../support/parquet-bytes.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { varint } from '../../support/thrift-bytes.ts';

function delta32(bytes: ArrayLike<number>, count: number): readonly number[] | number {
  const memory = memoryOf(bytes, count * 4);
  const end = decodeDelta32(memory, memory.at, memory.at + bytes.length, count, memory.out);
  if (end >= 0) expect(end).toBe(memory.at + bytes.length);
  return end < 0 ? end : [...memory.words.subarray(memory.out >> 2, (memory.out >> 2) + count)];
}

function delta64(bytes: ArrayLike<number>, count: number): readonly bigint[] | number {
  const memory = memoryOf(bytes, count * 8);
  const end = decodeDelta64(memory, memory.at, memory.at + bytes.length, count, memory.out);
  if (end >= 0) expect(end).toBe(memory.at + bytes.length);
  return end < 0 ? end : [...new BigInt64Array(memory.bytes.buffer as ArrayBuffer, memory.out, count)];
}

describe('DELTA_BINARY_PACKED', () => {
  it.each([0, 1, 2, 8, 16, 31, 32])('gives int32 whose deltas have %i bits', (width) => {
    const random = seededRandom(width);
    const values = [7];
    for (let i = 1; i < 500; i++) values.push(((values[i - 1] as number) + Math.floor(random() * 2 ** width) - 3) | 0);
    expect(delta32(deltaPacked(values, 32), values.length)).toEqual(values);
  });

  it.each([0, 1, 31, 32, 33, 40, 63, 64])('gives int64 whose deltas have %i bits', (width) => {
    const random = seededRandom(width);
    const next = () =>
      BigInt.asUintN(width, (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32)));
    const values = [-5n];
    for (let i = 1; i < 300; i++) values.push(BigInt.asIntN(64, (values[i - 1] as bigint) + next() - 9n));
    expect(delta64(deltaPacked(values, 64), values.length)).toEqual(values);
  });

  it('gives extremes, where deltas go around', () => {
    const ints = [2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1, 0, -1, -(2 ** 31)];
    expect(delta32(deltaPacked(ints, 32), ints.length)).toEqual(ints);
    const longs = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n - 1n, 0n, -1n, 2n ** 32n, -(2n ** 32n)];
    expect(delta64(deltaPacked(longs, 64), longs.length)).toEqual(longs);
  });

  it.each([0, 1, 2, 32, 33, 128, 129, 130, 257])('gives %i values', (count) => {
    const values = Array.from({ length: count }, (_, i) => i * i);
    expect(delta32(deltaPacked(values, 32), count)).toEqual(values);
    expect(delta64(deltaPacked(values, 64), count)).toEqual(values.map(BigInt));
  });

  it('gives int32 whose deltas were taken in 64 bits, as they are of unsigned ones', () => {
    const values = [0, 2 ** 32 - 1, 0, 3_000_000_000, 5];
    expect(delta32(deltaPacked(values, 64), values.length)).toEqual(values.map((value) => value | 0));
  });

  it('refuses another count, blocks that cannot be, and widths that are too large', () => {
    const bytes = deltaPacked([1, 2, 3], 32);
    expect(delta32(bytes, 2)).toBe(-1);
    expect(delta64(bytes, 4)).toBe(-1);
    for (const head of [
      [128, 1, 0],
      [128, 1, 3],
      [31, 1],
      [0, 1],
      [...varint(2 ** 40), 4],
    ]) {
      expect(delta32([...head, 2, 0, 0, 1, 0], 2)).toBe(-1);
      expect(delta64([...head, 2, 0, 0, 1, 0], 2)).toBe(-1);
    }
    const wide = [...varint(32), 1, 2, 0, 0];
    expect(delta32([...wide, 65, ...Array(400).fill(0)], 2)).toBe(-1);
    expect(delta64([...wide, 65, ...Array(400).fill(0)], 2)).toBe(-1);
  });

  it('refuses bytes that end before the last value', () => {
    const values = Array.from({ length: 64 }, (_, i) => i ** 3);
    const bytes = deltaPacked(values, 32);
    for (let length = 0; length < bytes.length - 60; length += 7) {
      expect(delta32(bytes.subarray(0, length), 64)).toBe(-1);
      expect(delta64(bytes.subarray(0, length), 64)).toBe(-1);
    }
  });
});
