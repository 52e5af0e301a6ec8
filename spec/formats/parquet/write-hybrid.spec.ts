import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCodes } from '../../../formats/parquet/rle.ts';
import { GrowingBytes } from '../../../formats/parquet/write-buffers.ts';
import { appendVarint, bitWidth, encodeHybrid } from '../../../formats/parquet/write-hybrid.ts';
import { memoryOf } from '../../support/kernel-memory.ts';

function encoded(values: readonly number[], width: number): Uint8Array {
  const out = new GrowingBytes();
  encodeHybrid(out, Int32Array.from([-1, ...values, -1]), 1, values.length + 1, width);
  return out.values.slice(0, out.length);
}

function decoded(bytes: Uint8Array, width: number, count: number): readonly number[] {
  const memory = memoryOf(bytes, count * 4 + 64);
  const end = decodeCodes(memory, memory.at, memory.at + bytes.length, width, count, memory.out, 2 ** 31 - 1);
  expect(end).toBe(memory.at + bytes.length);
  return [...memory.words.subarray(memory.out / 4, memory.out / 4 + count)];
}

describe('the hybrid of runs and groups', () => {
  it('is read back, whatever the width and however values repeat', () => {
    const anyValues = fc.integer({ min: 0, max: 30 }).chain((width) => {
      const value = fc.integer({ min: 0, max: 2 ** width - 1 });
      const run = fc.tuple(value, fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 60 })));
      return fc.record({ width: fc.constant(width), runs: fc.array(run, { minLength: 1, maxLength: 30 }) });
    });
    fc.assert(
      fc.property(anyValues, ({ width, runs }) => {
        const values = runs.flatMap(([value, times]) => Array<number>(times).fill(value));
        expect(decoded(encoded(values, width), width, values.length)).toEqual(values);
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  it('takes runs for what is long, groups for what is not', () => {
    expect([...encoded(Array<number>(100).fill(3), 2)]).toEqual([200, 1, 3]);
    expect([...encoded([1, 2, 3], 2)]).toEqual([3, 0b111001, 0]);
    // A run begins where a group ends: the first five of its values are still packed.
    expect([...encoded([1, 2, 3, ...Array<number>(40).fill(0)], 2)]).toEqual([3, 0b111001, 0, 70, 0]);
    expect([...encoded([0, 0, 0], 0)]).toEqual([6]);
  });

  it('has as many bits as the largest value needs', () => {
    expect([0, 1, 2, 3, 4, 255, 256, 2 ** 31 - 1].map(bitWidth)).toEqual([0, 1, 2, 2, 3, 8, 9, 31]);
  });

  it('writes numbers in groups of seven bits', () => {
    const out = new GrowingBytes();
    appendVarint(out, 2 ** 53 - 1);
    expect([...out.values.subarray(0, out.length)]).toEqual([255, 255, 255, 255, 255, 255, 255, 15]);
  });
});
