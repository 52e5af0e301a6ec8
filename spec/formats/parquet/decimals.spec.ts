import { describe, expect, it } from 'vitest';
import { readDecimals } from '../../../formats/parquet/decimals.ts';
import { memoryOf } from '../../support/kernel-memory.ts';

/** Two's complement in `length` bytes, most significant first. */
function bigEndian(value: bigint, length: number): number[] {
  return Array.from({ length }, (_, i) => Number(BigInt.asUintN(8, value >> BigInt(8 * (length - 1 - i)))));
}

function read(bytes: readonly number[], words: 2 | 4 | 8): bigint | string {
  const memory = memoryOf(bytes, 64);
  const { at, out } = memory;
  memory.words.set([at, bytes.length], out >> 2);
  const wrong = readDecimals(memory, out, out + 4, 1, out + 16, words);
  if (wrong >= 0) return `${wrong} bytes`;
  let value = 0n;
  for (let w = words - 1; w >= 0; w--)
    value = (value << 32n) | BigInt((memory.words[(out >> 2) + 4 + w] as number) >>> 0);
  return BigInt.asIntN(words * 32, value);
}

describe('decimals as bytes', () => {
  it.each([2, 4, 8] as const)('become integers of %i words, whatever their length', (words) => {
    const largest = 2n ** BigInt(words * 32 - 1) - 1n;
    for (const value of [
      0n,
      1n,
      -1n,
      127n,
      128n,
      -128n,
      -129n,
      65_535n,
      -(2n ** 31n),
      2n ** 62n,
      largest,
      -largest - 1n,
    ]) {
      for (let length = 1; length <= 40; length++) {
        if (BigInt.asIntN(8 * length, value) !== value) continue;
        expect(read(bigEndian(value, length), words)).toBe(value);
      }
    }
    expect(read([], words)).toBe(0n);
  });

  it('are refused where they do not fit', () => {
    expect(read(bigEndian(2n ** 63n, 9), 2)).toBe('9 bytes');
    expect(read(bigEndian(-(2n ** 63n) - 1n, 9), 2)).toBe('9 bytes');
    expect(read(bigEndian(2n ** 127n, 17), 4)).toBe('17 bytes');
  });
});
