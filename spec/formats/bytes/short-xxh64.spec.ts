import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortXxh64 } from '../../../formats/bytes/short-xxh64.ts';
import { Xxh64 } from '../../../formats/bytes/xxh64.ts';

function hashOf(bytes: Uint8Array): bigint {
  const padded = Uint8Array.of(9, ...bytes, 9);
  const out = new Int32Array(3);
  shortXxh64(new DataView(padded.buffer), 1, 1 + bytes.length, out, 1);
  return (BigInt((out[2] as number) >>> 0) << 32n) | BigInt((out[1] as number) >>> 0);
}

describe('the hash of a short value', () => {
  it('is that of the stream of it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 31 }), (bytes) => {
        const stream = new Xxh64();
        stream.update(bytes);
        expect(hashOf(bytes)).toBe(stream.digest());
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('is the published one of no bytes', () => {
    expect(hashOf(new Uint8Array())).toBe(0xef46db3751d8e999n);
  });
});
