import { describe, expect, it } from 'vitest';
import { isSelfContained } from '../../../lib/closure/self-contained.ts';

const outer = { n: 1 };

describe('isSelfContained', () => {
  it.each([
    (x: number) => x + 1,
    (x: number) => Math.max(x, Number.NaN),
    async (x: number) => await Promise.resolve(x),
    (xs: readonly number[]) => xs.map((x) => x * 2),
    ({ a = 1 }: { a?: number }) => a,
  ])('holds for %s', (fn) => {
    expect(isSelfContained(fn)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a captured value', () => outer.n],
    ['an unknown name', new Function('return () => elsewhere')()],
    ['an assigned global', new Function('return () => { console = 1 }')()],
    [
      'this',
      function (this: unknown) {
        return () => this;
      }.call(outer),
    ],
    ['eval', new Function('return (x) => eval(x)')()],
    ['properties', Object.assign(() => 1, { cache: new WeakMap() })],
    ['a class', class {}],
    ['a method', { f() {} }.f],
    ['native code', Math.max],
    ['a bound function', (() => 1).bind(null)],
    ['a proxy', new Proxy(() => 1, {})],
    ['no function', 1],
  ])('is not said of %s', (_, fn) => {
    expect(isSelfContained(fn)).toBe(false);
  });
});
