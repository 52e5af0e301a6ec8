import { describe, expect, test } from 'vitest';
import { estimateRows, estimateSize } from '../../../storage/memory/size-estimate.ts';

describe('size estimates', () => {
  test('follow the layout of small values', () => {
    expect(estimateSize(1)).toBe(0);
    expect(estimateSize(true)).toBe(0);
    expect(estimateSize(undefined)).toBe(0);
    expect(estimateSize(null)).toBe(0);
    expect(estimateSize(-0)).toBe(16);
    expect(estimateSize(0.5)).toBe(16);
    expect(estimateSize(2 ** 40)).toBe(16);
    expect(estimateSize('')).toBe(16);
    expect(estimateSize('12345678')).toBe(24);
    expect(estimateSize('1234567日')).toBe(32);
    expect(estimateSize(1n)).toBe(24);
    expect(estimateSize(1n << 200n)).toBe(48);
    expect(estimateSize({})).toBe(24);
    expect(estimateSize({ a: 1, b: 'x' })).toBe(24 + 16 + 24);
    expect(estimateSize([])).toBe(48);
    expect(estimateSize([1, 2, 3])).toBe(48 + 24);
    expect(estimateSize(new Date(0))).toBe(96);
    expect(estimateSize(() => 1)).toBe(64);
    expect(estimateSize(Symbol('a'))).toBe(0);
  });

  test('count a buffer once, however many views show it', () => {
    const buffer = new ArrayBuffer(1000);
    const views = [new Uint8Array(buffer), new Uint8Array(buffer, 8), new Float64Array(buffer, 0, 3)];
    expect(estimateSize(views)).toBe(48 + 24 + 3 * 96 + 1000);
  });

  test('count what appears twice once, cycles included', () => {
    const shared = { text: 'x'.repeat(80) };
    expect(estimateSize([shared, shared])).toBe(48 + 16 + 32 + 96);
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(estimateSize(cycle)).toBe(32);
  });

  test('sample large arrays, and come close', () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => ({ id: i, name: `name ${i % 10}`.padEnd(16) }));
    const exact = 48 + 8 * rows.length + rows.length * (24 + 16 + 32);
    expect(estimateSize(rows) / exact).toBeCloseTo(1, 1);
    expect(estimateRows(rows) / exact).toBeCloseTo(1, 1);
    expect(estimateRows(rows, 500, 1500) / (exact / 100)).toBeCloseTo(1, 1);
    expect(estimateSize(rows)).toBe(estimateSize(rows));
  });

  test('sample maps and sets by their first entries', () => {
    const map = new Map(Array.from({ length: 50_000 }, (_, i) => [`key ${i}`.padEnd(16), i]));
    expect(estimateSize(map) / (80 + 40 * 50_000 + 32 * 50_000)).toBeCloseTo(1, 1);
    const set = new Set(map.keys());
    expect(estimateSize(set) / (80 + 32 * 50_000 + 32 * 50_000)).toBeCloseTo(1, 1);
    expect(estimateSize(new Map())).toBe(80);
  });

  test('end soon and in order of size on deep, wide and endless values', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(estimateSize(deep)).toBeLessThan(100 * 64);
    const wide = Array.from({ length: 40 }, () =>
      Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => 0.5)),
    );
    // 3.6 million numbers of which some ten thousand are looked at.
    expect(estimateSize(wide)).toBeGreaterThan(40 * 300 * 300 * 8);
    expect(estimateSize(wide)).toBeLessThan(40 * 300 * 300 * 32);
    const dictionary: Record<string, number> = {};
    for (let i = 0; i < 5000; i++) dictionary[`key ${i}`] = i;
    expect(estimateSize(dictionary)).toBe(24 + 24 * 5000);
  });

  test('run no user code', () => {
    let ran = 0;
    const touch = () => {
      ran++;
      return 1;
    };
    class Sly extends Map<string, number> {
      override entries(): MapIterator<[string, number]> {
        touch();
        return super.entries();
      }
    }
    const trap = new Proxy({}, { ownKeys: () => [String(touch())], get: touch, has: () => touch() > 0 });
    const getter = Object.defineProperty({}, 'a', { enumerable: true, get: touch });
    estimateSize([trap, getter, new Sly([['a', 1]]), Object.create(Map.prototype), Object.create(null)]);
    expect(ran).toBe(0);
  });
});
