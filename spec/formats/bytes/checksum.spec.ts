import { describe, expect, it } from 'vitest';
import { checksum } from '../../../formats/bytes/checksum.ts';

describe('the checksum', () => {
  it('is CRC-32 (IEEE), unsigned', () => {
    expect(checksum(Buffer.from('123456789'))).toBe(0xcbf43926);
    expect(checksum(new Uint8Array(0))).toBe(0);
    expect(checksum(new Uint8Array(0), 7)).toBe(7);
  });

  it('goes on from an earlier one, so that parts and whole agree', () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);
    for (const cut of [0, 1, 500, 1000]) {
      expect(checksum(bytes.subarray(cut), checksum(bytes.subarray(0, cut)))).toBe(checksum(bytes));
    }
  });
});
