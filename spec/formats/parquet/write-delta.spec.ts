import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDelta32, decodeDelta64 } from '../../../formats/parquet/delta.ts';
import { GrowingBytes } from '../../../formats/parquet/write-buffers.ts';
import { encodeDelta32, encodeDelta64, estimateDelta } from '../../../formats/parquet/write-delta.ts';
import { memoryOf } from '../../support/kernel-memory.ts';

function trip32(values: readonly number[]): readonly number[] {
  const out = new GrowingBytes();
  encodeDelta32(out, Int32Array.from([9, ...values]), 1, values.length + 1);
  const memory = memoryOf(out.values.subarray(0, out.length), values.length * 4 + 1024);
  expect(decodeDelta32(memory, memory.at, memory.at + out.length, values.length, memory.out)).toBe(
    memory.at + out.length,
  );
  return [...memory.words.subarray(memory.out / 4, memory.out / 4 + values.length)];
}

function trip64(values: readonly bigint[]): readonly bigint[] {
  const out = new GrowingBytes();
  const lanes = new Int32Array(BigInt64Array.from([9n, ...values]).buffer);
  encodeDelta64(out, lanes, 1, values.length + 1);
  const memory = memoryOf(out.values.subarray(0, out.length), values.length * 8 + 2048);
  expect(decodeDelta64(memory, memory.at, memory.at + out.length, values.length, memory.out)).toBe(
    memory.at + out.length,
  );
  return [...new BigInt64Array(memory.bytes.buffer, memory.out, values.length)];
}

const long = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -5n, max: 5n }),
  fc.bigInt({ min: -(2n ** 51n), max: 2n ** 51n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 51n, -(2n ** 51n)),
);

describe('deltas', () => {
  it('of int32 are read back, around the ends of the range, too', () => {
    const value = fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 400, size: 'max' }), (values) => {
        expect(trip32(values)).toEqual(values);
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it('of int64 are read back, in doubles where they are exact and as bigints where they are not', () => {
    fc.assert(
      fc.property(fc.array(long, { minLength: 1, maxLength: 400, size: 'max' }), (values) => {
        expect(trip64(values)).toEqual(values);
      }),
      { numRuns: 100, seed: 2 },
    );
    for (const step of [1n, 2n ** 33n, 2n ** 40n + 3n]) {
      const values = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? step * BigInt(i) : -step * BigInt(i % 7)));
      expect(trip64(values)).toEqual(values);
    }
  });

  it('take next to nothing where values go up evenly', () => {
    const out = new GrowingBytes();
    encodeDelta32(
      out,
      Int32Array.from({ length: 10_001 }, (_, i) => 3 * i),
      0,
      10_001,
    );
    expect(out.length).toBeLessThan(500);
  });

  it('are estimated well enough to tell whether they pay', () => {
    const even = Int32Array.from({ length: 10_000 }, (_, i) => 3 * i);
    const wild = Int32Array.from({ length: 10_000 }, (_, i) => Math.imul(i, 0x9e3779b1));
    expect(estimateDelta(even, 10_000, 1)).toBeLessThan(1500);
    expect(estimateDelta(wild, 10_000, 1)).toBeGreaterThan(35_000);
    expect(estimateDelta(even, 1, 1)).toBe(8);
    const lanes = new Int32Array(BigInt64Array.from({ length: 1000 }, (_, i) => BigInt(i) * 7n).buffer);
    expect(estimateDelta(lanes, 1000, 2)).toBeLessThan(200);
  });
});
