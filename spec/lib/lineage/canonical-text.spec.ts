import { describe, expect, it } from 'vitest';
import { canonicalText, digestOfData, type PlainData } from '../../../lib/lineage/canonical-text.ts';

describe('canonicalText', () => {
  it('tells apart what is not the same', () => {
    const values: readonly PlainData[] = [
      0,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      1e21,
      '0',
      '',
      'a","b',
      ['a', 'b'],
      ['a","b'],
      [],
      [[]],
      [undefined],
      {},
      { a: undefined },
      { a: null },
      { a: 'b,c' },
      { a: 'b', c: 1 },
      { ['__proto__']: 1 },
      '\ud800',
      '\udc00',
      null,
      undefined,
      true,
      'true',
    ];
    expect(new Set(values.map(canonicalText)).size).toBe(values.length);
    expect(new Set(values.map(digestOfData)).size).toBe(values.length);
  });

  it('does not look at the order of properties', () => {
    expect(canonicalText({ b: 1, a: { d: [2], c: 3 } })).toBe(canonicalText({ a: { c: 3, d: [2] }, b: 1 }));
  });

  it('refuses what is no data: a forgotten function would make two datasets one', () => {
    expect(() => canonicalText(((x: number) => x) as unknown as PlainData)).toThrow(/no parameter of a fingerprint/);
    expect(() => canonicalText(new Map() as unknown as PlainData)).toThrow(/no parameter of a fingerprint/);
    expect(() => canonicalText(1n as unknown as PlainData)).toThrow(/no parameter of a fingerprint/);
  });
});
