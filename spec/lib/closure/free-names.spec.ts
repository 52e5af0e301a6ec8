import { describe, expect, it } from 'vitest';
import { findOuterUses, type OuterUses } from '../../../lib/closure/free-names.ts';
import { parseFunction } from '../../../lib/closure/parse-function.ts';

function usesOf(text: string): OuterUses {
  const parsed = parseFunction(text);
  if (!('node' in parsed)) throw new SyntaxError(parsed.reason);
  return findOuterUses(parsed);
}
const namesOf = (text: string) => [...usesOf(text).names.keys()].join(' ');

describe('findOuterUses', () => {
  it.each([
    ['(x) => x + a + b', 'a b'],
    ['({ a = d, ...r }, [b = e]) => [a, r, b]', 'd e'],
    ['(x) => { const z = x; { let q = w; } return q + z }', 'w q'],
    ['function f(n) { return f(n - 1) + g }', 'g'],
    ['() => { for (const i of xs) { var v = i } return v }', 'xs'],
    ['() => { try { a() } catch ({ message }) { return message + b } }', 'a b'],
    ['() => { outer: for (;;) continue outer }', ''],
    ['() => { class A extends B { m() { return A + c } } return new A() }', 'B c'],
    ['() => ({ a, b: c, [d]: e, f() { return g } })', 'a c d e g'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    ['() => `${a}${`${b}`}`', 'a b'],
    ['(x) => { switch (x) { case a: let y = 1; default: return y + b } }', 'a b'],
    ['() => { { function inner() {} } return inner }', 'inner'],
    ['() => typeof a === "undefined" ? undefined : a', 'a'],
    ['() => { [a.b, c] = d; ({ e: f } = g) }', 'a c d f g'],
    ['class A extends Base { x = y; static { z() } [k]() {} }', 'y z'],
    ['() => a?.b?.[c]', 'a c'],
  ])('takes from %s: %s', (text, names) => {
    expect(namesOf(text)).toBe(names);
  });

  it('tells the use of some properties from that of the whole', () => {
    const { names } = usesOf(
      '() => [ns.a.b, ns.a["c"].e, ns.d(), ns.d.f, ns.g.h.i(), ns.g[x].j, whole, whole.x, written.y = 1]',
    );
    expect([...(names.get('ns')?.properties ?? [])]).toEqual([
      [
        'a',
        new Map<string, unknown>([
          ['b', undefined],
          ['c', new Map([['e', undefined]])],
        ]),
      ],
      ['d', undefined],
      ['g', undefined],
    ]);
    expect(names.get('ns')?.whole).toBe(false);
    expect(usesOf('() => ns.g.h.i()').names.get('ns')?.properties).toEqual(
      new Map([['g', new Map([['h', new Map([['i', undefined]])]])]]),
    );
    expect([names.get('whole')?.whole, names.get('written')?.whole]).toEqual([true, true]);
  });

  it.each([
    '() => { n = 1 }',
    '() => n++',
    '() => { [n] = x }',
    '() => { for (n of x); }',
    '() => { ({ a: n = 2 } = x) }',
  ])('sees the assignment in %s', (text) => {
    expect(usesOf(text).names.get('n')?.assigned).toBe(true);
  });

  it.each<[string, Partial<OuterUses>]>([
    ['() => this.x', { usesThis: true }],
    ['function f() { return () => this.x }', { usesThis: false }],
    ['() => { class A { x = this } }', { usesThis: false }],
    ['() => arguments[0]', { usesArguments: true }],
    ['function f() { return () => arguments }', { usesArguments: false }],
    ['m() { return super.m() }', { usesSuper: true }],
    ['class A extends B { m() { return super.m() } }', { usesSuper: false }],
    ['() => ({ m() { return super.m() } })', { usesSuper: false }],
    ['() => eval("x")', { hidesNames: 'eval()' }],
    ['(eval) => eval("x")', { hidesNames: undefined }],
    ['(o) => o.#secret', { privateNames: ['#secret'] }],
    ['() => class { #own; m(o) { return #own in o } }', { privateNames: [] }],
    ['() => import.meta.url', { importMetas: [{ start: 6, end: 17 }] }],
    ['() => import("a")', { dynamicImports: [{ start: 6, end: 12 }] }],
  ])('sees what %s needs of its place', (text, wanted) => {
    expect(usesOf(text)).toMatchObject(wanted);
  });

  it('knows keys that are evaluated with the class alone', () => {
    expect(usesOf('class A { [key] = 1 }').names.get('key')?.definitionOnly).toBe(true);
    expect(usesOf('class A { [key] = 1; m() { return key } }').names.get('key')?.definitionOnly).toBe(false);
  });
});
