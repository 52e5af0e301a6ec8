import { describe, expect, it } from 'vitest';
import { zeroMaker } from '../../../lib/api/zero-value.ts';

describe('zeroMaker', () => {
  it.each([0, 'a', null, undefined, true, 5n])('gives primitives as they are: %s', (zero) => {
    expect(zeroMaker('fold', zero)()).toBe(zero);
  });

  it('copies plain data afresh each time, as it was when given', () => {
    const zero = {
      list: [1],
      map: new Map([['a', [2]]]),
      set: new Set([3]),
      at: new Date(4),
      bytes: new Uint8Array([5]),
    };
    const make = zeroMaker('fold', zero);
    const expected = structuredClone(zero);
    zero.list.push(99);
    const first = make();
    first.list.push(7);
    first.map.get('a')?.push(7);
    first.bytes[0] = 7;
    expect(make()).toEqual(expected);
    expect(make().list).not.toBe(make().list);
  });

  it('keeps a key __proto__ a key', () => {
    const zero = JSON.parse('{"__proto__": 1}') as object;
    const made = zeroMaker('fold', zero)();
    expect(Object.keys(made)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  });

  it('calls a function for each one', () => {
    let made = 0;
    const make = zeroMaker('fold', () => ++made);
    expect([make(), make()]).toEqual([1, 2]);
  });

  it('refuses instances of classes, which a copy would strip, and endless data', () => {
    class Counter {}
    expect(() => zeroMaker('fold', new Counter())).toThrow(
      /a function that makes the value, found an instance of Counter/,
    );
    expect(() => zeroMaker('fold', [[new Counter()]])).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    const endless: unknown[] = [];
    endless.push(endless);
    expect(() => zeroMaker('fold', endless)).toThrow(/levels deep/);
  });
});
