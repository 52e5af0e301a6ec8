import { describe, expect, it } from 'vitest';
import { FRESH_ARRAYS } from '../../../formats/record/column-arrays.ts';
import { emitBuilder, generateBuilder } from '../../../formats/record/generate-builder.ts';
import { inferShape } from '../../../formats/record/infer-columns.ts';
import { expectGolden } from '../../support/golden.ts';

const rows = [
  {
    id: 1,
    v: 0.5,
    s: 'x',
    ok: true,
    at: new Date(0),
    big: 1n,
    pair: [1, null],
    any: null,
    odd: 1,
    l: [{ q: 1 }],
    u: null,
  },
  { id: 2, v: 1, s: null, ok: null, at: null, big: null, pair: null, any: null, odd: 'x', l: [], u: undefined },
];

describe('generated builders', () => {
  it('have the source of the golden', () => {
    expectGolden('formats/record/builder.js.txt', emitBuilder(inferShape(rows, 0, 2)).toString());
  });

  it('give the number of the first record that does not fit', () => {
    const build = generateBuilder(inferShape([{ a: 1 }], 0, 1), 'spec');
    expect(build([{ a: 1 }, { a: 1 }, { a: 'x' }], 1, 3, FRESH_ARRAYS)).toBe(1);
    expect(build([{ a: 1 }, { b: 1 }], 0, 2, FRESH_ARRAYS)).toBe(1);
    expect(build([{ a: 1, b: 2 }], 0, 1, FRESH_ARRAYS)).toBe(0);
    expect(build([{}], 0, 1, FRESH_ARRAYS)).toBe(0);
    expect(build([null], 0, 1, FRESH_ARRAYS)).toBe(0);
    expect(build([{ a: 1 }], 0, 1, FRESH_ARRAYS)).toMatchObject({ kind: 'object' });
  });

  it('take any key as text, never as code', () => {
    const names = ['a"];throw 1;//', "'", '\u2028', '\\', 'constructor', '0', '', '$', '\ud800'];
    const record = Object.fromEntries(names.map((name, i) => [name, i]));
    const shape = inferShape([record], 0, 1);
    expect(generateBuilder(shape, 'spec')([record, record], 0, 2, FRESH_ARRAYS)).toMatchObject({
      kind: 'object',
      names: Object.keys(record),
    });
  });
});
