import { describe, expect, it } from 'vitest';
import { Arena } from '../../../formats/parquet/arena.ts';

describe('an arena', () => {
  it('gives regions at multiples of 16 that do not overlap, with room between them', () => {
    const arena = new Arena();
    arena.restart();
    const regions = [1, 100, 0, 17].map((size) => ({ size, at: arena.keep(size) }));
    let end = 0;
    for (const { size, at } of regions) {
      expect(at % 16).toBe(0);
      expect(at).toBeGreaterThanOrEqual(end);
      end = at + size + 64;
    }
    expect(arena.capacity).toBeGreaterThanOrEqual(end);
  });

  it('keeps what it holds, and where, when it grows', () => {
    const arena = new Arena();
    arena.restart();
    const at = arena.keep(4);
    arena.words[at >> 2] = 42;
    const before = arena.bytes;
    arena.keep(10_000_000);
    expect(arena.bytes).not.toBe(before);
    expect(arena.words[at >> 2]).toBe(42);
    expect(arena.view.getInt32(at, true)).toBe(42);
  });

  it('uses scratch again, and takes it from what is kept where there is too little', () => {
    const arena = new Arena();
    arena.restart(1000);
    const first = arena.scratch(100);
    const mark = arena.scratchMark;
    const second = arena.scratch(100);
    expect([arena.isKept(first), arena.isKept(second)]).toEqual([false, false]);
    arena.releaseScratch(mark);
    expect(arena.scratch(100)).toBe(second);
    arena.releaseScratch();
    expect(arena.scratch(100)).toBe(first);
    const large = arena.scratch(10_000_000);
    expect(arena.isKept(large)).toBe(true);
    expect(arena.keep(1)).toBeGreaterThan(large);
  });

  it('sets no more scratch aside than is reasonable, whatever it is told', () => {
    const arena = new Arena();
    arena.restart(2 ** 40);
    expect(arena.capacity).toBeLessThan(100 * 1024 * 1024);
    arena.restart(-5);
    expect(arena.isKept(arena.scratch(1000))).toBe(false);
  });

  it('starts again in the same memory', () => {
    const arena = new Arena();
    arena.restart();
    const at = arena.keep(1_000_000);
    const { capacity } = arena;
    arena.restart();
    expect(arena.keep(1_000_000)).toBe(at);
    expect(arena.capacity).toBe(capacity);
  });

  it('refuses to grow beyond what positions can say', () => {
    const arena = new Arena();
    arena.restart();
    expect(() => arena.keep(2 ** 31)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('says so where there is no memory to grow into, and passes other failures on', () => {
    const failing = (error: unknown) => ({
      buffer: () => new ArrayBuffer(64),
      grow: () => {
        throw error;
      },
      kernels: () => new Arena().kernels,
    });
    const full = new RangeError('Array buffer allocation failed');
    expect(() => new Arena(failing(full)).restart()).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', cause: full }),
    );
    expect(() => new Arena(failing(new TypeError('bug'))).restart()).toThrow(TypeError);
  });
});
