import { describe, expect, it } from 'vitest';
import { isPlainObject, parsePools } from '../../../lib/config/pools.ts';

describe('parsePools', () => {
  it("fills in Spark's defaults", () => {
    expect(parsePools({})).toEqual(new Map());
    expect(parsePools({ a: {}, b: { mode: 'FAIR', weight: 3, minShare: 2 } })).toEqual(
      new Map([
        ['a', { mode: 'FIFO', weight: 1, minShare: 0 }],
        ['b', { mode: 'FAIR', weight: 3, minShare: 2 }],
      ]),
    );
  });

  it.each([
    null,
    [],
    'a',
    { '': {} },
    { a: null },
    { a: { mode: 'fair' } },
    { a: { weight: 0 } },
    { a: { weight: 1.5 } },
    { a: { minShare: -1 } },
    { a: { minShare: '1' } },
    { a: { weigth: 2 } },
  ])('refuses %o as a whole', (raw) => {
    expect(parsePools(raw)).toBeUndefined();
  });
});

describe('isPlainObject', () => {
  it('is true of literals and of objects without prototype only', () => {
    expect([{}, Object.create(null)].every(isPlainObject)).toBe(true);
    expect([null, [], new Map(), () => 1, 'x', new (class Options {})()].some(isPlainObject)).toBe(false);
  });
});
