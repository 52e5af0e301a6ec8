import { describe, expect, it } from 'vitest';
import { decompressSnappy } from '../../../formats/parquet/snappy.ts';
import { memoryOf } from '../../support/kernel-memory.ts';
import { snappyLiterals } from '../../support/parquet-bytes.ts';
import { varint } from '../../support/thrift-bytes.ts';

function decompress(bytes: readonly number[] | Uint8Array, room: number): string | number {
  const memory = memoryOf(bytes, room);
  const end = decompressSnappy(memory, memory.at, memory.at + bytes.length, memory.out, memory.out + room);
  return end < 0 ? end : Buffer.from(memory.bytes.subarray(memory.out, end)).toString('latin1');
}

const literal = (text: string) => [(text.length - 1) << 2, ...Buffer.from(text)];
const copy1 = (length: number, distance: number) => [((distance >> 8) << 5) | ((length - 4) << 2) | 1, distance & 255];
const copy2 = (length: number, distance: number) => [((length - 1) << 2) | 2, distance & 255, distance >> 8];
const copy4 = (length: number, distance: number) => [
  ((length - 1) << 2) | 3,
  distance & 255,
  (distance >> 8) & 255,
  0,
  0,
];

describe('Snappy', () => {
  it('copies literals of any length, whatever their length is written in', () => {
    for (const length of [1, 59, 60, 61, 64, 65, 256, 300, 70_000]) {
      const text = 'abcdefghijklm'.repeat(6000).slice(0, length);
      expect(decompress(snappyLiterals(Buffer.from(text)), length)).toBe(text);
      const bytes = [...Buffer.from(text)];
      const n = length - 1;
      const long = [...varint(length), 62 << 2, n & 255, (n >> 8) & 255, n >> 16, ...bytes];
      expect(decompress(long, length)).toBe(text);
    }
  });

  it('copies what came before, near and far, onto itself too', () => {
    expect(decompress([8, ...literal('abcd'), ...copy1(4, 4)], 8)).toBe('abcdabcd');
    expect(decompress([11, ...literal('ab'), ...copy1(9, 2)], 11)).toBe('abababababa');
    expect(decompress([7, ...literal('abc'), ...copy1(4, 1)], 7)).toBe('abccccc');
    expect(decompress([69, ...literal('abcde'), ...copy2(64, 5)], 69)).toBe('abcde'.repeat(14).slice(0, 69));
    expect(decompress([9, ...literal('abcd'), ...copy4(5, 3)], 9)).toBe('abcdbcdbc');
    const far = 'x'.repeat(40) + 'abcdefgh'.repeat(50);
    expect(
      decompress(
        [...varint(far.length + 10), ...snappyLiterals(Buffer.from(far)).subarray(2), ...copy2(10, 400)],
        far.length + 10,
      ),
    ).toBe(far + far.slice(-400, -390));
  });

  it('refuses copies from before the beginning, of nothing, and what goes too far', () => {
    expect(decompress([8, ...literal('abcd'), ...copy1(4, 5)], 8)).toBe(-1);
    expect(decompress([8, ...literal('abcd'), ...copy1(4, 0)], 8)).toBe(-1);
    expect(decompress([8, ...literal('abcd'), ...copy1(4, 4)], 7)).toBe(-1);
    expect(decompress([4, ...literal('abcd')], 3)).toBe(-1);
  });

  it('refuses bytes that end too early', () => {
    const whole = [...varint(16), ...literal('abcd'), ...copy2(4, 4), ...copy4(4, 4), ...copy1(4, 4)];
    expect(decompress(whole, 16)).toBe('abcd'.repeat(4));
    for (let length = 2; length < whole.length; length++) {
      const found = decompress(whole.slice(0, length), 16);
      expect(typeof found === 'number' ? 0 : found.length, `${length}`).toBeLessThan(16);
    }
    expect(decompress([200, 1, 63 << 2, 255, 255, 255, 255], 200)).toBe(-1);
  });
});
