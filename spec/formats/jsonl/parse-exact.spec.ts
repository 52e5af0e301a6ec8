import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOT_JSON, parseExact } from '../../../formats/jsonl/parse-exact.ts';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

describe('parseExact', () => {
  it('keeps integers that no number holds', () => {
    expect(
      parseExact('[9007199254740993, -12345678901234567890, 9007199254740991, 1e20, 12345678901234568.0]'),
    ).toEqual([9007199254740993n, -12345678901234567890n, 9007199254740991, 1e20, 12345678901234568]);
  });

  it('gives what JSON.parse gives for everything else', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(3), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        // Digits that a number rounds are the point of it.
        fc.pre(!/\d{16}/.test(text));
        expect(parseExact(text)).toEqual(parse(text));
      }),
      { seed: 1 },
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const signs = fc.constantFrom(...'{}[]:,"\\ \n-+.eE019tfnul'.split(''), '\\u0041', '"a"', 'true', 'null', '\u0001');
    fc.assert(
      fc.property(fc.string({ unit: signs, maxLength: 8 }), (text) => {
        expect(parseExact(text)).toEqual(parse(text));
      }),
      { seed: 2, numRuns: 3000 },
    );
    for (const text of [
      '',
      '01',
      '1.',
      '.5',
      '+1',
      '"a',
      '"\n"',
      '[1,]',
      '{"a":1,}',
      '{a:1}',
      'nul',
      '1 2',
      '\ufeff1',
    ]) {
      expect(parseExact(text), text).toBe(NOT_JSON);
    }
  });

  it('makes own properties of all names', () => {
    const value = parseExact('{"__proto__":{"x":1}}') as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});
