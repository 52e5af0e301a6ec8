import { describe, expect, it } from 'vitest';
import { sealBytes } from '../../../lib/closure/seal-bytes.ts';

describe('sealBytes', () => {
  it('puts the parts one after the other, in memory of their own', () => {
    const head = Uint8Array.of(1, 2);
    const bytes = sealBytes(head, Uint8Array.of(3));
    head[0] = 9;
    expect([...bytes]).toEqual([1, 2, 3]);
    expect(bytes.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('shares what is large', () => {
    expect(sealBytes(new Uint8Array(1), new Uint8Array(100_000)).buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
