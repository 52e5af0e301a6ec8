import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompressLz4 } from '../../../formats/parquet/lz4.ts';
import { GrowingBytes } from '../../../formats/parquet/write-buffers.ts';
import { compressLz4, maxLz4Bytes } from '../../../formats/parquet/write-lz4.ts';
import { compressible } from '../../support/compressible.ts';
import { memoryOf } from '../../support/kernel-memory.ts';

function compressed(bytes: Uint8Array): Uint8Array {
  const out = new GrowingBytes();
  // Not at the start of its array, and not to its end.
  const padded = new Uint8Array(Buffer.concat([Buffer.of(1, 2, 3), bytes, Buffer.of(4)]));
  compressLz4(out, padded, new DataView(padded.buffer), 3, 3 + bytes.length);
  return out.values.slice(0, out.length);
}

function trip(bytes: Uint8Array): Uint8Array {
  const small = compressed(bytes);
  expect(small.length).toBeLessThanOrEqual(maxLz4Bytes(bytes.length));
  const memory = memoryOf(small, bytes.length + 64);
  const end = decompressLz4(memory, memory.at, memory.at + small.length, memory.out, memory.out + bytes.length);
  expect(end).toBe(memory.out + bytes.length);
  return memory.bytes.slice(memory.out, end);
}

describe('compressing to LZ4', () => {
  it('gives what decompresses to the same bytes', () => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        expect(Buffer.compare(trip(bytes), bytes)).toBe(0);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it('finds what repeats', () => {
    const text = Buffer.from('the same words over and over again, '.repeat(10_000));
    expect(Buffer.compare(trip(text), text)).toBe(0);
    expect(compressed(text).length).toBeLessThan(text.length / 15);
    const zeros = new Uint8Array(200_000);
    expect(compressed(zeros).length).toBeLessThan(10_000);
    expect(Buffer.compare(trip(zeros), zeros)).toBe(0);
  });

  it('hardly grows what does not', () => {
    const noise = Uint8Array.from({ length: 100_000 }, (_, i) => Math.imul(i ^ (i >> 7), 0x9e3779b1) >>> 24);
    expect(compressed(noise).length).toBeLessThan(noise.length * 1.01 + 32);
    expect(Buffer.compare(trip(noise), noise)).toBe(0);
  });
});
