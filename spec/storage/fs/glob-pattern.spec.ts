import { describe, expect, it } from 'vitest';
import { expandBraces, hasWildcard, isHiddenName, NamePattern } from '../../../storage/fs/glob-pattern.ts';

describe('NamePattern', () => {
  const YES: readonly (readonly [string, string])[] = [
    ['', ''],
    ['*', 'abc'],
    ['*', ''],
    ['a*', 'a'],
    ['a*c', 'abbbc'],
    ['*a*b*', 'xaxxbx'],
    ['??', '😀é'],
    ['[a-c]x', 'bx'],
    ['[!a-c]x', 'dx'],
    ['[^a-c]x', 'dx'],
    ['[]]', ']'],
    ['[!]]', 'a'],
    ['[a-]', '-'],
    ['[\\]-a]', '^'],
    ['[😀-😂]', '😁'],
    ['[a', '[a'],
    ['a\\*b', 'a*b'],
    ['a\\', 'a\\'],
    ['.*', '.x'],
    ['_?', '_x'],
    ['a**b', 'axxb'],
    ['{a}', '{a}'],
  ];
  for (const [pattern, name] of YES) {
    it(`${JSON.stringify(pattern)} matches ${JSON.stringify(name)}`, () => {
      expect(new NamePattern(pattern).matches(name)).toBe(true);
    });
  }

  const NO: readonly (readonly [string, string])[] = [
    ['', 'a'],
    ['a', 'A'],
    ['?', ''],
    ['a*c', 'abcd'],
    ['[a-c]', 'd'],
    ['[!a-c]', 'a'],
    ['[c-a]', 'b'],
    ['a\\*b', 'axb'],
    ['*', '.x'],
    ['*', '_x'],
    ['?x', '_x'],
    ['[_]x', '_x'],
  ];
  for (const [pattern, name] of NO) {
    it(`${JSON.stringify(pattern)} does not match ${JSON.stringify(name)}`, () => {
      expect(new NamePattern(pattern).matches(name)).toBe(false);
    });
  }

  it('does not slow down on many stars', () => {
    const pattern = new NamePattern(`${'a*'.repeat(120)}b`);
    expect(pattern.matches('a'.repeat(255))).toBe(false);
    expect(pattern.matches(`${'a'.repeat(254)}b`)).toBe(true);
  });

  it('tells the one name of a pattern without wildcards', () => {
    expect(new NamePattern('a\\*b').literal).toBe('a*b');
    expect(new NamePattern('a*b').literal).toBeUndefined();
  });
});

describe('expandBraces', () => {
  const CASES: readonly (readonly [string, readonly string[]])[] = [
    ['a', ['a']],
    ['{a,b}', ['a', 'b']],
    ['x{1,2{a,b}}y', ['x1y', 'x2ay', 'x2by']],
    ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
    ['{a,}', ['', 'a']],
    ['{a}', ['{a}']],
    ['{{a,b}}', ['{a}', '{b}']],
    ['{a,b', ['{a,b']],
    ['{a{b,c}', ['{ab', '{ac']],
    ['\\{a,b}', ['\\{a,b}']],
    ['{a\\,b,c}', ['a\\,b', 'c']],
    ['a}b', ['a}b']],
  ];
  for (const [pattern, expected] of CASES) {
    it(`writes ${pattern} out`, () => expect([...expandBraces(pattern)].sort()).toEqual(expected));
  }

  it('stops at ten thousand alternatives', () => {
    expect(expandBraces('{a,b}'.repeat(13))).toHaveLength(8192);
    expect(() => expandBraces('{a,b}'.repeat(40))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    expect(expandBraces('{'.repeat(2000))).toHaveLength(1);
  });
});

it('tells hidden names and wildcards', () => {
  expect(['_SUCCESS', '.crc', 'part-0', 'a_b', ''].map(isHiddenName)).toEqual([true, true, false, false, false]);
  expect(['a', 'a*', 'a?', '[', '{', '\\'].map(hasWildcard)).toEqual([false, true, true, true, true, true]);
});
