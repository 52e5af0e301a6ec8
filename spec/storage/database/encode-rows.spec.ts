import { describe, expect, it } from 'vitest';
import { parseType } from '../../../formats/schema/parse-type.ts';
import type { DialectName } from '../../../storage/database/database-settings.ts';
import { encodeRows, type TargetColumn } from '../../../storage/database/encode-rows.ts';

function encode(value: unknown, type?: string, dialect: DialectName = 'sqlite', holdsDays = false): unknown {
  const column: TargetColumn = { name: 'c', type: type === undefined ? undefined : parseType(type), holdsDays };
  return encodeRows(dialect, [column], [{ c: value }])[0]?.[0];
}

describe('values of statements', () => {
  it.each([
    ['int32', 5, 5],
    ['int64', 5, 5n],
    ['decimal(9,2)', 1.5, '1.50'],
    ['uuid', '00112233-4455-6677-8899-AABBCCDDEEFF', '00112233-4455-6677-8899-aabbccddeeff'],
    ['date', new Date('2026-01-31'), '2026-01-31'],
    ['timestamp', new Date(1), '1970-01-01 00:00:00.001'],
    ['timestamp(micros)', 1_000_001n, '1970-01-01 00:00:01.000001'],
    ['time(millis)', 1500, '00:00:01.500'],
    ['time(micros)', 86_399_999_999n, '23:59:59.999999'],
    ['string', undefined, null],
  ])('are of their type: %s %s', (type, value, expected) => {
    expect(encode(value, type)).toEqual(expected);
  });

  it.each([
    ['int32', 1.5],
    ['decimal(4,2)', '1.234'],
    ['date', new Date(1)],
    ['float', 0.1],
  ])('are exact: %s %s', (type, value) => {
    expect(() => encode(value, type)).toThrow(/VALUE_NOT_EXACT/);
  });

  it("are given as they are where the type is the database's affair", () => {
    expect([true, 1.5, 5n, 'x', null].map((value) => encode(value))).toEqual([true, 1.5, 5n, 'x', null]);
    expect(encode(new Uint8Array([1]))).toEqual(new Uint8Array([1]));
    expect(encode(new Date('2026-01-31T10:00:00Z'), undefined, 'sqlite', true)).toBe('2026-01-31 10:00:00.000');
    expect(encode(new Date('2026-01-31'), undefined, 'sqlite', true)).toBe('2026-01-31');
    expect(encode(new Date(0), undefined, 'postgres')).toBe('1970-01-01 00:00:00.000+00');
  });

  it.each<[unknown, DialectName]>([
    [Number.NaN, 'sqlite'],
    [Number.NaN, 'mysql'],
    [Number.POSITIVE_INFINITY, 'mysql'],
    [new Date(Number.NaN), 'postgres'],
    [new Date('+012026-01-01'), 'postgres'],
    [{ a: 1 }, 'postgres'],
    [[1], 'sqlite'],
    [Symbol.iterator, 'sqlite'],
  ])('are refused where the database would make something else of them: %s in %s', (value, dialect) => {
    expect(() => encode(value, undefined, dialect)).toThrow(/ROW_NOT_WRITABLE: .*column 'c'/);
  });

  it('know what a database has no integers for, and what it has', () => {
    expect(() => encode(2n ** 63n)).toThrow(/VALUE_NOT_EXACT.*9223372036854775808/s);
    expect(encode(2n ** 63n, undefined, 'postgres')).toBe(2n ** 63n);
    expect(encode(Number.NaN, undefined, 'postgres')).toBeNaN();
    expect(encode(true, 'int8', 'mysql')).toBe(1);
  });

  it('are those of the record itself', () => {
    const column = { name: 'constructor', type: undefined };
    expect(encodeRows('sqlite', [column], [{}, JSON.parse('{"constructor": 1}')])).toEqual([[null], [1]]);
  });
});
