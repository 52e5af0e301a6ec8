import { describe, expect, it } from 'vitest';
import { checkColumnTypes } from '../../../lib/api/column-types.ts';

describe('types by column', () => {
  it('are an object or pairs', () => {
    const expected = [
      { field: { name: 'a', type: { kind: 'int', bits: 64, signed: true }, nullable: false }, text: 'bigint not null' },
    ];
    expect(checkColumnTypes('database', { a: 'bigint not null' })).toEqual(expected);
    expect(checkColumnTypes('database', [['a', 'bigint not null']])).toEqual(expected);
  });

  it.each([[{}], [[]], ['a'], [null], [{ a: 1 }], [[['a']]], [[null]]])('are refused: %o', (wrong) => {
    expect(() => checkColumnTypes('database', wrong)).toThrow(
      /INVALID_ARGUMENT: database: schema must be types by column/,
    );
  });

  it('are types that are known', () => {
    expect(() => checkColumnTypes('database', { a: 'number' })).toThrow(/TYPE_UNKNOWN/);
  });
});
