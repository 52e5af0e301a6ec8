import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { fingerprintOf } from '../../../lib/closure/fingerprint.ts';

const digestOf = async (fn: unknown) => fingerprintOf(await capture([fn])).digest;

describe('fingerprintOf', () => {
  it('is the same for the same text and values, wherever they stand', async () => {
    const make = (factor: number) => (x: number) => x * factor;
    expect(await digestOf(make(2))).toBe(await digestOf(make(2)));
    const a = new Function('f', 'return (x) => x * f')(2) as unknown;
    const b = new Function('f', '\n\n\n   return (x) => x * f')(2) as unknown;
    expect(await digestOf(a)).toBe(await digestOf(b));
  });

  it.each<[string, unknown, unknown]>([
    ['a value', 1, 2],
    ['a sign', 0, -0],
    ['a type', 1, 1n],
    ['an order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    [
      'sharing',
      (() => {
        const o = {};
        return [o, o];
      })(),
      [{}, {}],
    ],
    [
      'a class',
      new (class A {
        x = 1;
      })(),
      { x: 1 },
    ],
    ['a hole', Object.assign([], { length: 1 }), [undefined]],
    ['shared bytes', new Uint8Array([1]), new Uint8Array([2])],
  ])('differs with %s', async (_name, a, b) => {
    const make = (value: unknown) => () => value;
    expect(await digestOf(make(a))).not.toBe(await digestOf(make(b)));
  });

  it('is the same however V8 holds a number or a text', async () => {
    const make = (value: unknown) => () => value;
    const doubles = [0.5, 3];
    doubles[0] = 3;
    const cut = 'xéabc€'.slice(2, 5);
    expect(await digestOf(make([doubles[0], cut]))).toBe(await digestOf(make([3, 'abc'])));
  });

  it('names what it says nothing of', async () => {
    const memory = new SharedArrayBuffer(8);
    const { volatile } = fingerprintOf(await capture([() => memory]));
    expect(volatile).toEqual([expect.stringMatching(/captures 'memory' -> SharedArrayBuffer$/)]);
  });
});
