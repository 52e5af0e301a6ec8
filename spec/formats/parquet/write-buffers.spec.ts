import { describe, expect, it } from 'vitest';
import { copyShort, GrowingBytes, GrowingInts } from '../../../formats/parquet/write-buffers.ts';

describe('growing arrays', () => {
  it('keep what they hold when they grow, and begin anew', () => {
    const ints = new GrowingInts();
    for (let i = 0; i < 5000; i++) ints.push(i);
    expect([ints.length, ints.values[0], ints.values[4999]]).toEqual([5000, 0, 4999]);
    ints.clear();
    expect(ints.length).toBe(0);
    const bytes = new GrowingBytes();
    bytes.values[0] = 7;
    bytes.length = 1;
    bytes.reserve(1 << 20);
    expect([bytes.values[0], bytes.view.getUint8(0)]).toEqual([7, 7]);
    expect(bytes.values.length).toBeGreaterThanOrEqual((1 << 20) + 1 + 16);
  });

  it('refuse to grow beyond what positions can say', () => {
    expect(() => new GrowingInts().reserve(2 ** 30)).toThrow(/LIMIT_EXCEEDED/);
    expect(() => new GrowingBytes().reserve(2 ** 32)).toThrow(/LIMIT_EXCEEDED/);
  });
});

describe('copyShort', () => {
  it('copies any length, up to the very end of its source', () => {
    const source = Uint8Array.from({ length: 200 }, (_, i) => i);
    const view = new DataView(source.buffer);
    const target = new GrowingBytes();
    for (const [from, length] of [
      [0, 0],
      [1, 1],
      [3, 5],
      [0, 64],
      [0, 65],
      [197, 3],
      [196, 4],
      [10, 190],
    ] as const) {
      target.values.fill(0);
      copyShort(target, 8, source, view, from, length);
      expect([...target.values.subarray(8, 8 + length)]).toEqual([...source.subarray(from, from + length)]);
    }
  });
});
