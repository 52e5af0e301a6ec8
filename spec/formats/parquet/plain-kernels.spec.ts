import { describe, expect, it } from 'vitest';
import type { KernelMemory, Kernels } from '../../../formats/parquet/kernels.ts';
import { plainKernels } from '../../../formats/parquet/plain-kernels.ts';
import { memoryOf } from '../../support/kernel-memory.ts';
import { byteArrays, int32s, int64s } from '../../support/parquet-bytes.ts';

interface Bench {
  readonly memory: KernelMemory & { readonly at: number; readonly out: number };
  readonly kernels: Kernels;
}

function bench(bytes: ArrayLike<number>, room = 4096): Bench {
  const memory = memoryOf(bytes, room);
  return { memory, kernels: plainKernels(memory) };
}

const words = ({ memory }: Bench, at: number, count: number) => [...memory.words.subarray(at >> 2, (at >> 2) + count)];

describe('the kernels in JavaScript', () => {
  it('find byte arrays by the lengths before them', () => {
    const b = bench(byteArrays('abc', '', 'de'));
    const { at, out } = b.memory;
    expect(b.kernels.byteArrays(at, at + 17, 3, out, out + 64)).toBe(at + 17);
    expect(words(b, out, 3)).toEqual([at + 4, at + 11, at + 15]);
    expect(words(b, out + 64, 3)).toEqual([3, 0, 2]);
    expect(b.kernels.byteArrays(at, at + 16, 3, out, out + 64)).toBe(-1);
    expect(b.kernels.byteArrays(at, at + 12, 3, out, out + 64)).toBe(-1);
    expect(bench([255, 255, 255, 255]).kernels.byteArrays(at, at + 4, 1, out, out + 64)).toBe(-1);
  });

  it('lay byte arrays end to end', () => {
    const b = bench([]);
    const { out } = b.memory;
    b.memory.words.set([2, 0, 3], (out + 64) >> 2);
    expect(b.kernels.endToEnd(100, 105, 3, out, out + 64)).toBe(105);
    expect(words(b, out, 3)).toEqual([100, 102, 102]);
    expect(b.kernels.endToEnd(100, 104, 3, out, out + 64)).toBe(-1);
    b.memory.words[(out + 64) >> 2] = -1;
    expect(b.kernels.endToEnd(100, 104, 3, out, out + 64)).toBe(-1);
  });

  it('join byte arrays with the beginnings of those before', () => {
    const b = bench(Buffer.from('axisleax'));
    const { at, out } = b.memory;
    const [prefixes, lengths, starts, text] = [out, out + 64, out + 128, out + 192];
    const join = (end = text + 100, to = at + 8) =>
      b.kernels.joinPrefixes(at, to, 3, prefixes, starts, lengths, text, end);
    const set = (p: readonly number[], l: readonly number[]) => {
      b.memory.words.set(p, prefixes >> 2);
      b.memory.words.set(l, lengths >> 2);
    };
    set([0, 2, 1], [4, 2, 2]);
    expect(join()).toBe(text + 11);
    expect(Buffer.from(b.memory.bytes.subarray(text, text + 11)).toString()).toBe('axisaxleaax');
    expect(words(b, lengths, 3)).toEqual([4, 4, 3]);
    expect(words(b, starts, 3)).toEqual([text, text + 4, text + 8]);
    for (const [p, l] of [
      [
        [1, 0, 0],
        [1, 1, 1],
      ],
      [
        [0, 5, 0],
        [4, 1, 1],
      ],
      [
        [0, -1, 0],
        [4, 1, 1],
      ],
      [
        [0, 0, 0],
        [4, -1, 1],
      ],
      [
        [0, 0, 0],
        [4, 4, 1],
      ],
    ] as const) {
      set(p, l);
      expect(join()).toBe(-1);
    }
    set([0, 2, 1], [4, 2, 2]);
    expect(join(text + 10)).toBe(-1);
  });

  it('look values up in a dictionary', () => {
    const b = bench([]);
    const { out } = b.memory;
    b.memory.words.set([2, 0, 2, 1], out >> 2);
    b.memory.words.set([10, 11, 12, 13, 14, 15], (out + 64) >> 2);
    b.kernels.gather32(out, 4, out + 64, out + 128);
    expect(words(b, out + 128, 4)).toEqual([12, 10, 12, 11]);
    b.kernels.gather64(out, 4, out + 64, out + 128);
    expect(words(b, out + 128, 8)).toEqual([14, 15, 10, 11, 14, 15, 12, 13]);
  });

  it('join the streams of bytes of values', () => {
    const b = bench([1, 2, 3, 11, 12, 13]);
    b.kernels.byteStreams(b.memory.at, 3, 2, b.memory.out);
    expect([...b.memory.bytes.subarray(b.memory.out, b.memory.out + 6)]).toEqual([1, 11, 2, 12, 3, 13]);
  });

  it('unpack booleans', () => {
    const b = bench([0b1101, 1]);
    b.kernels.bits(b.memory.at, 9, b.memory.out);
    expect([...b.memory.bytes.subarray(b.memory.out, b.memory.out + 9)]).toEqual([1, 0, 1, 1, 0, 0, 0, 0, 1]);
  });

  it.each([
    [1, Uint8Array.of(1, 2, 3), [0, 1, 0, 0, 2, 3]],
    [4, int32s(1, 2, 3), [0, 1, 0, 0, 2, 3]],
    [8, int64s(1n, -2n, 3n), [0, 0, 1, 0, 0, 0, 0, 0, -2, -1, 3, 0]],
  ] as const)('spread values of %i bytes to their slots', (width, values, expected) => {
    const b = bench([0b110010]);
    const { at, out } = b.memory;
    b.memory.bytes.set(values, out);
    b.kernels.spread(out, width, 6, 3, at);
    const found = width === 1 ? [...b.memory.bytes.subarray(out, out + 6)] : words(b, out, expected.length);
    expect(found).toEqual(expected);
  });
});
