/** What every block compressor of Parquet's must do, with the decompressor that undoes it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { KernelMemory } from '../../formats/parquet/kernels.ts';
import { GrowingBytes } from '../../formats/parquet/write-buffers.ts';
import { compressible } from './compressible.ts';
import { memoryOf } from './kernel-memory.ts';

export interface CompressorOfSpec {
  readonly compress: (out: GrowingBytes, bytes: Uint8Array, view: DataView, from: number, to: number) => void;
  readonly maxBytes: (length: number) => number;
  readonly decompress: (memory: KernelMemory, from: number, to: number, at: number, end: number) => number;
}

/** Declares the tests; to be called within a `describe`. */
export function itCompresses({ compress, maxBytes, decompress }: CompressorOfSpec): void {
  const compressed = (bytes: Uint8Array): Uint8Array => {
    const out = new GrowingBytes();
    // Not at the start of its array, and not to its end.
    const padded = new Uint8Array(Buffer.concat([Buffer.of(1, 2, 3), bytes, Buffer.of(4)]));
    compress(out, padded, new DataView(padded.buffer), 3, 3 + bytes.length);
    return out.values.slice(0, out.length);
  };
  const trip = (bytes: Uint8Array): Uint8Array => {
    const small = compressed(bytes);
    expect(small.length).toBeLessThanOrEqual(maxBytes(bytes.length));
    const memory = memoryOf(small, bytes.length + 64);
    const end = decompress(memory, memory.at, memory.at + small.length, memory.out, memory.out + bytes.length);
    expect(end).toBe(memory.out + bytes.length);
    return memory.bytes.slice(memory.out, end);
  };

  it('gives what decompresses to the same bytes', () => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        expect(Buffer.compare(trip(bytes), bytes)).toBe(0);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it('finds what repeats, in more than one block', () => {
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
}
