import { describe, expect, it } from 'vitest';
import { formatField } from '../../../formats/schema/data-type.ts';
import { fieldPairs, isScalarType, problemWithFields, schemaOf } from '../../../formats/text/text-type.ts';

describe('types by short names', () => {
  it('are types of columns', () => {
    const fields = fieldPairs({ a: 'int64', b: { list: { struct: { c: 'bigint', d: 'date' } } }, e: 'timestamp' });
    expect(schemaOf(fields).fields.map(formatField)).toEqual([
      'a: int64',
      'b: list<struct<c: int64, d: date>>',
      'e: timestamp(millis, zone)',
    ]);
    expect(
      fieldPairs([
        ['2', 'string'],
        ['1', 'double'],
      ]),
    ).toEqual([
      ['2', 'string'],
      ['1', 'double'],
    ]);
  });

  it('are known by name', () => {
    expect(['int32', 'toString', 5].map(isScalarType)).toEqual([true, false, false]);
  });

  it.each([
    [{ a: 'int32', __proto__x: 'string' }, undefined],
    [[['a', 'int32']], undefined],
    [{ a: { list: 'int32' } }, 'no type'],
    [{}, 'no field'],
    [5, 'no object and no array'],
    [[['a', 'int32', 1]], 'a field that is no pair'],
    [
      [
        ['a', 'int32'],
        ['a', 'string'],
      ],
      "two fields 'a'",
    ],
    [{ a: 'integer' }, "the type 'integer' for 'a'"],
    [{ 7: 'int32' }, "the field '7', which objects put first"],
  ])('say what is wrong with %j', (fields, problem) => {
    const found = problemWithFields(fields, false);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });

  it('nest for JSON, and not without end', () => {
    expect(problemWithFields({ a: { list: { struct: { b: 'int32' } } } }, true)).toBeUndefined();
    expect(problemWithFields({ a: { struct: { b: 'x' } } }, true)).toBe("the type 'x' for 'b' for 'a'");
    let deep: unknown = 'int32';
    for (let i = 0; i < 200; i++) deep = { struct: { a: deep } };
    expect(problemWithFields({ a: deep }, true)).toMatch(/nested over 100 deep/);
  });
});
