import { describe, expect, it } from 'vitest';
import { parseType } from '../../../formats/schema/parse-type.ts';
import { comparedColumn, hexLiteral, literal, quoteName, quotePath } from '../../../storage/database/sql-dialect.ts';
import { tableColumn } from '../../support/databases.ts';

const text = tableColumn('a"`b', parseType('string'), { order: 'text', native: 'text' });

describe('SQL of dialects', () => {
  it('quotes names, whatever is in them', () => {
    expect(quoteName('sqlite', 'a"b')).toBe('"a""b"');
    expect(quoteName('mysql', 'a`b"')).toBe('`a``b"`');
    expect(quotePath('postgres', ['s', 't; drop'])).toBe('"s"."t; drop"');
    expect(() => quoteName('sqlite', 'a\0')).toThrow(/without NUL/);
  });

  it('compares texts by their bytes, whatever the collation', () => {
    expect(comparedColumn('sqlite', text)).toBe('"a""`b" COLLATE BINARY');
    expect(comparedColumn('postgres', text)).toBe('"a""`b" COLLATE "C"');
    expect(comparedColumn('mysql', text)).toBe('CAST(CONVERT(`a"``b` USING utf8mb4) AS BINARY)');
  });

  it('binds values, or writes them as digits and hexadecimal', () => {
    const values: unknown[] = [];
    expect(literal('sqlite', text, "o'", values)).toBe('?');
    expect(literal('sqlite', tableColumn('f', parseType('boolean'), { order: 'boolean' }), true, values)).toBe('?');
    expect(values).toEqual(["o'", 1n]);
    const own: unknown[] = [];
    expect(literal('postgres', text, "o'", own)).toBe('$1::text');
    expect(literal('postgres', text, new Uint8Array([1]), own)).toBe('$2::text');
    expect(own).toEqual(["o'", Buffer.from([1])]);
    expect(literal('mysql', text, Buffer.from("o'\\"), [])).toBe("X'6f275c'");
    expect(literal('mysql', tableColumn('d', parseType('decimal(9,2)'), { order: 'decimal' }), '-1.50', [])).toBe(
      '-1.50',
    );
    expect(literal('mysql', tableColumn('d', parseType('date'), { order: 'date' }), '2026-01-31', [])).toBe(
      "CAST(_utf8mb4 X'323032362d30312d3331' AS DATE)",
    );
    expect(literal('mysql', tableColumn('f', parseType('double'), { order: 'float' }), 1.5, [])).toBe('1.5e+0');
    expect(hexLiteral('é')).toBe("X'c3a9'");
  });
});
