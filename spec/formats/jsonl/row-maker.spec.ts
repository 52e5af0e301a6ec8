import { afterEach, describe, expect, it } from 'vitest';
import type { RecordState } from '../../../formats/jsonl/json-values.ts';
import { makeRowMaker } from '../../../formats/jsonl/row-maker.ts';
import { setRecordCodegen } from '../../../formats/record/record-codegen.ts';
import type { TextField } from '../../../formats/text/text-type.ts';

const OPTIONS = { dateFormat: undefined, timestampFormat: undefined, isSelection: false };

afterEach(() => setRecordCodegen(true));

describe.each([true, false])('makeRowMaker, with generated code %s', (generated) => {
  function make(
    fields: readonly TextField[],
    json: string,
    refusesUnknown = false,
    isSelection = false,
  ): [row: unknown, bad: string | undefined] {
    setRecordCodegen(generated);
    const state: RecordState = { bad: undefined, refusesUnknown };
    return [makeRowMaker(fields, '', { ...OPTIONS, isSelection })(JSON.parse(json), state), state.bad];
  }

  it('gives the fields of the schema in its order', () => {
    const [row, bad] = make(
      [
        ['a', 'int32'],
        ['b', 'double'],
        ['c', 'boolean'],
      ],
      '{"c":true,"a":1,"x":2}',
    );
    expect(Object.entries(row as object)).toEqual([
      ['a', 1],
      ['b', null],
      ['c', true],
    ]);
    expect(bad).toBeUndefined();
  });

  it('refuses no fields beside those that were asked for, but inside them', () => {
    const fields: readonly TextField[] = [['a', { struct: { b: 'int32' } }]];
    expect(make(fields, '{"x":1,"a":{"b":2}}', true, true)).toEqual([{ a: { b: 2 } }, undefined]);
    expect(make(fields, '{"x":1,"a":{"b":2}}', true)[1]).toMatch(/'x' is no field/);
    expect(make(fields, '{"a":{"b":2,"c":3}}', true, true)[1]).toMatch(/'a\.c' is no field/);
  });

  it('says what is of no use, and where', () => {
    const fields: readonly TextField[] = [['a', { struct: { b: { list: { struct: { c: 'int32' } } } } }]];
    expect(make(fields, '{"a":{"b":[{"c":1},{"c":"x"}]}}')).toEqual([
      { a: { b: [{ c: 1 }, { c: null }] } },
      `'a.b[].c' is int32, found "x"`,
    ]);
    expect(make(fields, '{"a":{"b":5}}')[1]).toBe(`'a.b' is an array, found 5`);
    expect(make(fields, '{"a":[]}')[1]).toBe(`'a' is an object, found an array of 0`);
  });

  it('refuses fields that no schema names, on demand', () => {
    expect(make([['a', 'int32']], '{"a":1,"z":2}', true)[1]).toBe(`'z' is no field of the schema, found 2`);
    expect(make([['a', 'int32']], '{"a":null}', true)[1]).toBeUndefined();
    expect(
      make(
        [
          ['toString', 'string'],
          ['a', 'int32'],
        ],
        '{"a":1}',
        true,
      )[1],
    ).toBeUndefined();
  });

  it('has any names', () => {
    const [row] = make(
      [
        ['__proto__', 'string'],
        ['constructor', 'string'],
        ['a"\n\u2028', 'string'],
      ],
      '{"__proto__":"x"}',
    );
    expect(Object.entries(row as object)).toEqual([
      ['__proto__', 'x'],
      ['constructor', null],
      ['a"\n\u2028', null],
    ]);
  });
});
