import { describe, expect, it } from 'vitest';
import { decodeCodes, decodeLevelBits, decodeLevels, fillBits } from '../../../formats/parquet/rle.ts';
import { memoryOf } from '../../support/kernel-memory.ts';
import { hybrid, packBits } from '../../support/parquet-bytes.ts';
import { varint } from '../../support/thrift-bytes.ts';

function codes(bytes: ArrayLike<number>, width: number, count: number, limit = 2 ** 31): readonly number[] | number {
  const memory = memoryOf(bytes, count * 4);
  const end = decodeCodes(memory, memory.at, memory.at + bytes.length, width, count, memory.out, limit);
  return end < 0 ? end : [...memory.words.subarray(memory.out >> 2, (memory.out >> 2) + count)];
}

function levels(bytes: ArrayLike<number>, width: number, count: number, max: number): readonly number[] | number {
  const memory = memoryOf(bytes, count);
  const end = decodeLevels(memory, memory.at, memory.at + bytes.length, width, count, memory.out, max);
  return end < 0 ? end : [...memory.bytes.subarray(memory.out, memory.out + count)];
}

function bits(bytes: ArrayLike<number>, count: number, bit: number): { readonly ones: number; readonly text: string } {
  const memory = memoryOf(bytes, 100);
  memory.bytes.fill(0b10101010, memory.out, memory.out + 100);
  const ones = decodeLevelBits(memory, memory.at, memory.at + bytes.length, count, memory.out, bit);
  const text = Array.from(
    { length: bit + count },
    (_, i) => ((memory.bytes[memory.out + (i >> 3)] as number) >> (i & 7)) & 1,
  ).join('');
  return { ones, text };
}

const mixed = (width: number) => [
  ...Array.from({ length: 20 }, (_, i) => i % 2 ** Math.min(width, 30)),
  ...Array(3000).fill(2 ** Math.min(width, 30) - 1),
  ...Array.from({ length: 5003 }, (_, i) => (i * 7) % 2 ** Math.min(width, 30)),
];

describe('the hybrid of runs and groups', () => {
  it.each([1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 31, 32])('gives codes of %i bits', (width) => {
    const values = mixed(width);
    expect(codes(hybrid(values, width), width, values.length)).toEqual(values);
  });

  it.each([1, 2, 3, 5, 8])('gives levels of %i bits', (width) => {
    const values = mixed(width);
    expect(levels(hybrid(values, width), width, values.length, 255)).toEqual(values);
  });

  it('gives levels of one bit as a bitmap that begins anywhere, and counts them', () => {
    const values = [...Array(30).fill(1), 0, 1, 1, 0, 1, ...Array(40).fill(0), 1];
    for (const bit of [0, 1, 7, 8, 13]) {
      const { ones, text } = bits(hybrid(values, 1), values.length, bit);
      expect(ones).toBe(34);
      expect(text).toBe('0101010101010101'.slice(0, bit) + values.join(''));
    }
  });

  it('gives codes of no bits, in runs and groups', () => {
    expect(codes(varint(20), 0, 10)).toEqual(Array(10).fill(0));
    expect(codes(varint(5), 0, 10)).toEqual(Array(10).fill(0));
    expect(levels(varint(20), 0, 10, 0)).toEqual(Array(10).fill(0));
  });

  it('takes the padding of the last group where it is cut off', () => {
    expect(codes([3, ...packBits([1, 2, 3], 4).slice(0, 2)], 4, 3)).toEqual([1, 2, 3]);
    expect(codes([3, ...packBits([1, 2, 3], 4).slice(0, 1)], 4, 3)).toBe(-1);
    expect(levels([3, ...packBits([1, 2, 3], 4).slice(0, 2)], 4, 3, 15)).toEqual([1, 2, 3]);
    expect(bits([5, 255], 8, 0).ones).toBe(8);
    expect(bits([5, 255], 9, 0).ones).toBe(-1);
  });

  it('refuses values over the limit, runs of nothing, and bytes that end too early', () => {
    expect(codes(hybrid([0, 1, 2, 3], 2), 2, 4, 4)).toEqual([0, 1, 2, 3]);
    expect(codes(hybrid([0, 1, 2, 3], 2), 2, 4, 3)).toBe(-1);
    expect(codes([20, 255, 255, 255, 255], 32, 10, 2 ** 31)).toBe(-1);
    expect(levels(hybrid([0, 1, 2, 3], 2), 2, 4, 2)).toBe(-1);
    expect(levels([20, 7], 3, 10, 6)).toBe(-1);
    expect(bits([20, 2], 10, 0).ones).toBe(-1);
    for (const bytes of [[], [20], [0, 1], [0x80], [255, 255, 255, 255, 255, 1], varint(2 ** 33)]) {
      expect(codes(bytes, 9, 10)).toBe(-1);
      expect(levels(bytes, 3, 10, 7)).toBe(-1);
      expect(bits(bytes, 10, 0).ones).toBe(-1);
    }
  });

  it('sets and clears bits of a bitmap without touching others', () => {
    for (const [bit, count] of [
      [0, 8],
      [3, 2],
      [5, 30],
      [7, 1],
      [8, 0],
    ] as const) {
      for (const value of [0, 1]) {
        const bytes = new Uint8Array(10).fill(value === 0 ? 255 : 0);
        fillBits(bytes, 1, bit, count, value);
        const text = [...bytes.subarray(1)]
          .map((byte) => byte.toString(2).padStart(8, '0').split('').reverse().join(''))
          .join('');
        const other = String(1 - value);
        expect(text).toBe(other.repeat(bit) + String(value).repeat(count) + other.repeat(72 - bit - count));
        expect(bytes[0]).toBe(value === 0 ? 255 : 0);
      }
    }
  });
});
