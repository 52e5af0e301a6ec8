import { describe, expect, it } from 'vitest';
import { decompressLz4 } from '../../../formats/parquet/lz4.ts';
import { memoryOf } from '../../support/kernel-memory.ts';

function decompress(bytes: readonly number[], room: number): string | number {
  const memory = memoryOf(bytes, room);
  const end = decompressLz4(memory, memory.at, memory.at + bytes.length, memory.out, memory.out + room);
  return end < 0 ? end : Buffer.from(memory.bytes.subarray(memory.out, end)).toString('latin1');
}

/** A sequence: literals, and a copy of `length` from `distance` back unless it is the last. */
function sequence(text: string, length = 0, distance = 0): number[] {
  const more = (n: number) => (n < 15 ? [] : [...Array(Math.floor((n - 15) / 255)).fill(255), (n - 15) % 255]);
  const copied = length === 0 ? 0 : length - 4;
  const token = (Math.min(15, text.length) << 4) | Math.min(15, copied);
  const head = [token, ...more(text.length), ...Buffer.from(text)];
  return length === 0 ? head : [...head, distance & 255, distance >> 8, ...more(copied)];
}

describe('LZ4', () => {
  it('copies literals and what came before, of any length', () => {
    for (const length of [0, 1, 14, 15, 16, 64, 65, 300, 1000]) {
      const text = 'abcdefghijklmnopq'.repeat(60).slice(0, length);
      expect(decompress(sequence(text), length)).toBe(text);
    }
    for (const length of [4, 18, 19, 20, 300]) {
      for (const distance of [1, 2, 3, 4, 5]) {
        const expected = `abcde${'abcde'.slice(-distance).repeat(300).slice(0, length)}xyz`;
        expect(decompress([...sequence('abcde', length, distance), ...sequence('xyz')], expected.length)).toBe(
          expected,
        );
      }
    }
  });

  it('refuses copies from before the beginning, of nothing, and what goes too far', () => {
    expect(decompress([...sequence('abcd', 4, 5), ...sequence('x')], 9)).toBe(-1);
    expect(decompress([...sequence('abcd', 4, 0), ...sequence('x')], 9)).toBe(-1);
    expect(decompress([...sequence('abcd', 4, 4), ...sequence('x')], 7)).toBe(-1);
    expect(decompress(sequence('abcd'), 3)).toBe(-1);
  });

  it('refuses bytes that end too early', () => {
    const whole = [...sequence('a'.repeat(20), 300, 3), ...sequence('z'.repeat(20))];
    expect(decompress(whole, 340)).toHaveLength(340);
    for (let length = 0; length < whole.length; length++) {
      const found = decompress(whole.slice(0, length), 340);
      expect(typeof found === 'number' ? 0 : found.length, `${length}`).toBeLessThan(340);
    }
  });
});
