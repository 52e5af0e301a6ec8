import { describe, expect, it } from 'vitest';
import { readFloat16s, readInt96s } from '../../../formats/parquet/old-numbers.ts';
import { memoryOf } from '../../support/kernel-memory.ts';

function half(bits: number): number {
  const memory = memoryOf([bits & 255, bits >> 8], 64);
  memory.words[memory.out >> 2] = memory.at;
  readFloat16s(memory, memory.out, 1, memory.out + 16);
  return memory.view.getFloat32(memory.out + 16, true);
}

function int96(day: number, nanos: bigint): bigint {
  const bytes = Buffer.alloc(12);
  bytes.writeBigInt64LE(nanos);
  bytes.writeInt32LE(day + 2_440_588, 8);
  const memory = memoryOf(bytes, 64);
  memory.words[memory.out >> 2] = memory.at;
  readInt96s(memory, memory.out, 1, memory.out + 16, 't');
  return memory.view.getBigInt64(memory.out + 16, true);
}

describe('half floats', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
    [0x3555, 0.333251953125],
  ])('%i is %d', (bits, value) => {
    expect(half(bits)).toBe(value);
  });
});

describe('timestamps in INT96', () => {
  const DAY = 86_400_000_000n;

  it('are microseconds, before 1970 and far away too', () => {
    expect(int96(0, 0n)).toBe(0n);
    expect(int96(1, 5000n)).toBe(DAY + 5n);
    expect(int96(-1, 86_399_999_999_000n)).toBe(-1n);
    expect(int96(-719_162, 0n)).toBe(-719_162n * DAY);
    expect(int96(2_932_896, 86_399_999_999_000n)).toBe(2_932_896n * DAY + DAY - 1n);
    expect(int96(105_000_000, 1000n)).toBe(105_000_000n * DAY + 1n);
    // Days and nanoseconds that no calendar has, but some writers.
    expect(int96(0, -1000n)).toBe(-1n);
    expect(int96(-3, 2n ** 62n - (2n ** 62n % 1000n))).toBe(-3n * DAY + 2n ** 62n / 1000n);
  });

  it('are refused with parts of a microsecond, and beyond 64 bits', () => {
    const inexact = expect.objectContaining({ code: 'VALUE_NOT_EXACT' });
    expect(() => int96(0, 1n)).toThrow(inexact);
    expect(() => int96(2_000_000_000 - 2_440_588, 1000n)).toThrow(inexact);
  });
});
