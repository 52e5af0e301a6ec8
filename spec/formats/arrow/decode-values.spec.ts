import { describe, expect, it } from 'vitest';
import { alignedBytes, booleans, codes, floats, integers, lanes } from '../../../formats/arrow/decode-values.ts';
import { PLACE } from '../../support/arrow-columns.ts';

const slots = (length: number) => ({ length, validity: undefined, where: PLACE });

describe('values of one length', () => {
  it('share the buffer where it lies as arrays do, and are moved where it does not', () => {
    const bytes = new Uint8Array(24);
    expect(alignedBytes(bytes.subarray(8), 16, 8, PLACE).buffer).toBe(bytes.buffer);
    expect(alignedBytes(bytes.subarray(4), 16, 8, PLACE).buffer).not.toBe(bytes.buffer);
    expect(() => alignedBytes(bytes, 25, 8, PLACE)).toThrow(/ARROW_CORRUPT/);
    const odd = new Uint8Array(Buffer.concat([Buffer.of(0), Buffer.from(BigInt64Array.of(-7n).buffer)])).subarray(1);
    expect([...lanes(odd, slots(1)).lanes]).toEqual([-7, -1]);
  });

  it('are wider where vectors have no narrower ones', () => {
    expect([...booleans(Uint8Array.of(0b10), slots(2)).values]).toEqual([0, 1]);
    expect(integers(Uint8Array.of(255), 8, true, slots(1)).values).toEqual(Int32Array.of(-1));
    expect(integers(Uint8Array.of(255, 255), 16, false, slots(1)).values).toEqual(Int32Array.of(65_535));
    expect(integers(Uint8Array.of(255, 255, 255, 255), 32, false, slots(1)).values).toEqual(
      Uint32Array.of(2 ** 32 - 1),
    );
    expect(floats(Uint8Array.of(0, 0x3c), 16, slots(1)).values).toEqual(Float32Array.of(1));
  });

  it('are codes of what is there', () => {
    expect(() => codes(Uint8Array.of(3), 8, true, 3, slots(1))).toThrow(/ARROW_CORRUPT/);
    expect(codes(Uint8Array.of(255), 8, false, 256, slots(1))).toEqual(Int32Array.of(255));
    expect(codes(Uint8Array.of(9), 8, true, 3, { ...slots(1), validity: Uint8Array.of(0) })).toEqual(Int32Array.of(0));
  });
});
