import { describe, expect, it } from 'vitest';
import { KeyMap } from '../../../lib/api/key-map.ts';

describe('KeyMap', () => {
  it('finds keys by content, in order of first appearance', () => {
    const map = new KeyMap<unknown, number>();
    map.set([1, 'a'], 1);
    map.set('x', 2);
    map.set([1, 'a'], 3);
    map.merge({ b: 1 }, 4, (a, b) => a + b);
    map.merge({ b: 1 }, 5, (a, b) => a + b);
    expect(map.entries()).toEqual([
      [[1, 'a'], 3],
      ['x', 2],
      [{ b: 1 }, 9],
    ]);
    expect(map.get([1, 'a'])).toBe(3);
    expect(map.get([1, 'b'])).toBeUndefined();
  });

  it('keeps look-alikes apart: 1, "1", 1n, null, undefined, and a string that looks like an array', () => {
    const map = new KeyMap<unknown, number>();
    const keys = [1, '1', 1n, null, undefined, Number.NaN, true, [1], '\u0000[1,d1', '\u0000'];
    for (const key of [...keys, ...keys]) map.merge(key, 1, (a, b) => a + b);
    expect(map.entries()).toEqual(keys.map((key) => [key, 2]));
  });
});
