import { describe, expect, it } from 'vitest';
import { bigInts, isValid } from '../../../formats/schema/vector.ts';

describe('a vector', () => {
  it('has the values whose bits are set, lowest bit first', () => {
    const validity = Uint8Array.of(0b0000_0101, 0b1000_0000);
    expect([0, 1, 2, 3, 15].map((i) => isValid(validity, i))).toEqual([true, false, true, false, true]);
    expect(isValid(undefined, 99)).toBe(true);
  });

  it('of 64-bit integers shows them as bigints without a copy', () => {
    const lanes = Int32Array.of(0, 0, 1, 0, -1, -1, 0, -0x80000000);
    const type = { kind: 'int', bits: 64, signed: true } as const;
    const view = bigInts({ layout: 'int64', type, length: 4, lanes, validity: undefined, nullCount: 0 });
    expect([...view]).toEqual([0n, 1n, -1n, -(2n ** 63n)]);
    expect(view.buffer).toBe(lanes.buffer);
  });
});
