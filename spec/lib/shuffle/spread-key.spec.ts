import { describe, expect, it } from 'vitest';
import { hashKey } from '../../../lib/base/hash.ts';
import { spreadKey } from '../../../lib/shuffle/spread-key.ts';

describe('spreadKey', () => {
  it('is the same for keys that are one', () => {
    const same = [
      [0, -0],
      [Number.NaN, Number.parseFloat('x')],
      [
        [1, { a: 1, b: 2 }],
        [1, { b: 2, a: 1 }],
      ],
      [new Date(7), new Date(7)],
      [12345678901234567890n, 12345678901234567890n],
    ];
    for (const [a, b] of same) expect(spreadKey(a, 3)).toBe(spreadKey(b, 3));
  });

  it.each([
    ['integers of one residue', (i: number) => i * 4096],
    ['doubles', (i: number) => i / 3],
    ['texts', (i: number) => `key ${i}`],
    ['bigints', (i: number) => BigInt(i) << 70n],
    ['arrays', (i: number) => [i, 'x']],
    ['dates', (i: number) => new Date(i)],
  ])('spreads %s, otherwise for each seed', (_, make) => {
    const counts = new Array<number>(8).fill(0);
    let moved = 0;
    for (let i = 0; i < 8000; i++) {
      const at = spreadKey(make(i), 1) % 8;
      counts[at] = (counts[at] as number) + 1;
      if (spreadKey(make(i), 2) % 8 !== at) moved++;
    }
    for (const count of counts) expect(count).toBeGreaterThan(800);
    expect(moved).toBeGreaterThan(6000);
  });

  it('parts texts of one hash', () => {
    const texts = Array.from({ length: 256 }, (_, i) =>
      Array.from({ length: 8 }, (_, bit) => (((i >> bit) & 1) === 0 ? 'Aa' : 'BB')).join(''),
    );
    expect(new Set(texts.map(hashKey)).size).toBe(1);
    expect(new Set(texts.map((text) => spreadKey(text, 9))).size).toBeGreaterThan(250);
  });

  it('tells values of other kinds apart, and refuses what cannot be a key', () => {
    expect(new Set([null, undefined, true, false, 0, 1, 1n, '1'].map((key) => spreadKey(key, 5))).size).toBe(8);
    expect(() => spreadKey(() => 1, 1)).toThrow(/VALUE_NOT_SERIALIZABLE/);
  });
});
