import { describe, expect, it } from 'vitest';
import { parseFunction } from '../../../lib/closure/parse-function.ts';

describe('parseFunction', () => {
  it.each([
    ['(x) => x + 1', 'expression'],
    ['async function* f() {}', 'expression'],
    ['class A { #a = 1 }', 'class'],
    ['get size() { return 1 }', 'getter'],
    ['set size(value) {}', 'setter'],
    ['async *[Symbol.iterator]() {}', 'method'],
    ['get() { return 1 }', 'method'],
    ['function f(o) { with (o) { return x } }', 'expression'],
    ['function parse() { [native code] }', 'native'],
    ['() => new.target', 'unparsable'],
    ['1 + 1', 'unparsable'],
  ])('reads %s as %s', (text, form) => {
    expect(parseFunction(text).form).toBe(form);
  });

  it('tells where a computed key stands', () => {
    const text = 'async [`a` + 1](x) { return x }';
    const parsed = parseFunction(text);
    const key = 'key' in parsed ? parsed.key : undefined;
    expect(text.slice(key?.start, key?.end)).toBe('[`a` + 1]');
  });

  it('does not take a long function that mentions native code for one', () => {
    expect(parseFunction(`() => { ${'x;'.repeat(300)} return '{ [native code] }' }`).form).toBe('expression');
  });
});
