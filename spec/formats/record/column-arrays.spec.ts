import { describe, expect, it } from 'vitest';
import { FRESH_ARRAYS, ScratchArrays, takeScratch } from '../../../formats/record/column-arrays.ts';

describe('fresh arrays', () => {
  it('take no more memory than they show', () => {
    const ints = FRESH_ARRAYS.int32(10).fill(7);
    const larger = FRESH_ARRAYS.grow(ints, 20);
    expect([larger.length, larger.buffer.byteLength, [...larger.subarray(8, 11)]]).toEqual([20, 80, [7, 7, 0]]);
    const trimmed = FRESH_ARRAYS.trim(larger, 3);
    expect([...trimmed, trimmed.buffer.byteLength]).toEqual([7, 7, 7, 12]);
    expect(FRESH_ARRAYS.trim(trimmed, 3)).toBe(trimmed);
    expect([...FRESH_ARRAYS.grow(BigInt64Array.of(1n), 2)]).toEqual([1n, 0n]);
    expect([...FRESH_ARRAYS.grow(Float64Array.of(1.5), 2)]).toEqual([1.5, 0]);
    expect([...FRESH_ARRAYS.grow(Uint8Array.of(3), 2)]).toEqual([3, 0]);
  });
});

describe('scratch arrays', () => {
  it('are apart within a build and used again by the next', () => {
    const scratch = new ScratchArrays();
    const ints = scratch.int32(10);
    const doubles = scratch.float64(10);
    const bytes = scratch.uint8(10);
    const longs = scratch.bigInt64(10);
    expect(new Set([ints.buffer, doubles.buffer, bytes.buffer, longs.buffer]).size).toBe(4);
    expect([ints.length, doubles.length, bytes.length, longs.length]).toEqual([10, 10, 10, 10]);
    scratch.restart();
    expect(scratch.uint8(40).buffer).toBe(ints.buffer);
    expect(scratch.bigInt64(11).buffer).not.toBe(doubles.buffer);
  });

  it('grow in place where there is room, and else take what they held along', () => {
    const scratch = new ScratchArrays();
    scratch.uint8(8);
    const small = scratch.int32(2).fill(5);
    const larger = scratch.grow(small, 100);
    expect([...larger.subarray(0, 2)]).toEqual([5, 5]);
    expect(scratch.trim(larger, 2).buffer).toBe(larger.buffer);
    scratch.restart();
    scratch.uint8(8);
    const again = scratch.int32(1);
    expect(again.buffer).toBe(larger.buffer);
    expect(scratch.grow(again, 100).buffer).toBe(larger.buffer);
  });

  it('serve one user at a time, and keep what they have up to a limit', () => {
    const first = takeScratch();
    const second = takeScratch();
    expect(second).not.toBe(first);
    first.uint8(1000);
    first[Symbol.dispose]();
    const third = takeScratch();
    expect(third).toBe(first);
    expect(third.keptBytes).toBeGreaterThanOrEqual(1000);
    third.uint8(17 * 1024 * 1024);
    third[Symbol.dispose]();
    expect(third.keptBytes).toBe(0);
  });
});
