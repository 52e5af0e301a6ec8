import { describe, expect, it } from 'vitest';
import { propertiesRead } from '../../../lib/closure/properties-read.ts';

/** The function that a text is, as users write it: nothing between the text and `toString`. */
const read = (text: string): string[] | undefined => {
  const fn = new Function(`return (${text})`)() as object;
  const found = propertiesRead(fn);
  return found === undefined ? undefined : [...found];
};

describe('propertiesRead', () => {
  it.each([
    ['(r) => r.a', ['a']],
    ['r => r.a + r.b * r.a', ['a', 'b']],
    ["r => r['a'] + r[0]", ['a', '0']],
    ['r => r?.a?.b', ['a']],
    ['r => ({ r: r.a, b: x.r })', ['a']],
    ['r => r.items.map((x) => x.y + r.z)', ['items', 'z']],
    ['r => r.items.map((r) => r.x)', undefined],
    ['r => { const { a, b } = r.s; return a in b ? r.c : r.d; }', ['s', 'c', 'd']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: text of a function
    ['function (r) { if (r.a) return `${r.b}`; for (const x of r.c) x.d = 1; return [r.e]; }', ['a', 'b', 'c', 'e']],
    ['r => { r.s.x = 1; r.s.n++; delete r.s.y; return other[r.a]++; }', ['s', 'a']],
    ['({ a, b: c, d: { e } = {}, f = g.h }) => a + c + e + f', ['a', 'b', 'd', 'f']],
    ["({ 'a b': c, 1: d }) => c + d", ['a b', '1']],
    ['() => 1', []],
    ['(r, i) => r.a + i', ['a']],
    ['() => class { r = 1; static r() {} get a() { return this.r; } }', []],
    ['r => class { [r.a] = r.b; r() {} }', ['a', 'b']],
  ])('of %s are %j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    'r => r',
    'r => [r]',
    'r => ({ r })',
    'r => ({ ...r })',
    'r => f(r)',
    'r => r[x]',
    'r => r[`a`]',
    "r => 'a' in r",
    'r => { const s = r; return s.a; }',
    'r => { const { a } = r; return a; }',
    'r => { r.a = 1; return r.b; }',
    'r => { r.a += 1; return r.b; }',
    'r => { r.a++; return r.b; }',
    'r => { delete r.a; return r.b; }',
    'r => { delete r?.a; return r.b; }',
    'r => { [r.a] = [1]; return r.b; }',
    'r => { ({ x: r.a } = y); return r.b; }',
    'r => { for (r.a of [1]) x; return r.b; }',
    'r => { for (r.a in x) y; return r.b; }',
    '(r = {}) => r.a',
    '({ a, ...rest }) => a',
    '({ [x]: a }) => a',
    '([a]) => a',
    '(...all) => all[0].a',
    'function (r) { return arguments[0].b + r.a; }',
    'function f(r) { return f.caller + r.a; }',
    "r => eval('r.b') + r.a",
    'r => \\u0072.b + r.a',
    'async (r) => r.a',
    'function* (r) { yield r.a; }',
    'class { constructor(r) { this.a = r.a; } }',
    'Math.abs',
  ])('of %s cannot be known', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('cannot be known of functions that only look like another one', () => {
    const f = (r: { a: number }): number => r.a;
    expect(propertiesRead(f)).toEqual(new Set(['a']));
    expect(propertiesRead(f.bind(undefined))).toBeUndefined();
    expect(propertiesRead(new Proxy(f, {}))).toBeUndefined();
  });

  it('cannot be known of texts nested too deeply to be walked', () => {
    expect(read(`r => ${'['.repeat(100)}r.a${']'.repeat(100)}`)).toEqual(['a']);
    expect(read(`r => r.a${' + r.a'.repeat(20_000)}`)).toBeUndefined();
  });
});
