import { describe, expect, it } from 'vitest';
import { mergeSchemas } from '../../../formats/scan/merge-schemas.ts';
import { type DataType, type Field, field, formatField } from '../../../formats/schema/data-type.ts';

const int = (bits: 8 | 16 | 32 | 64, signed = true): DataType => ({ kind: 'int', bits, signed });
const float = (bits: 16 | 32 | 64): DataType => ({ kind: 'float', bits });
const decimal = (precision: number, scale: number): DataType => ({ kind: 'decimal', precision, scale });
const struct = (...fields: Field[]): DataType => ({ kind: 'struct', fields });

const merge = (...schemas: readonly (readonly Field[])[]) =>
  mergeSchemas(schemas.map((fields, i) => ({ source: `part-${i}`, schema: { fields } }))).fields.map(formatField);
const mergeTypes = (a: DataType, b: DataType) => merge([field('x', a)], [field('x', b)])[0];

describe('mergeSchemas', () => {
  it('has all columns of all files, and what one of them lacks may be missing', () => {
    expect(
      merge([field('a', int(32), false)], [field('b', { kind: 'string' }, false), field('a', int(32), false)]),
    ).toEqual(['a: int32 not null', 'b: string']);
    expect(merge([field('a', int(32), false)], [])).toEqual(['a: int32']);
    expect(merge()).toEqual([]);
  });

  it('widens either way round, and loses nothing', () => {
    const pairs: readonly (readonly [DataType, DataType, string])[] = [
      [int(8), int(64), 'int64'],
      [int(32, false), int(32), 'int64'],
      [int(8, false), int(32), 'int32'],
      [int(16), float(64), 'float64'],
      [float(32), float(64), 'float64'],
      [float(16), float(32), 'float32'],
      [decimal(9, 2), decimal(20, 2), 'decimal(20,2)'],
      [{ kind: 'null' }, { kind: 'date' }, 'date'],
      [{ kind: 'binary', byteLength: 2 }, { kind: 'binary', byteLength: 3 }, 'binary'],
    ];
    for (const [a, b, expected] of pairs) {
      expect(mergeTypes(a, b)).toBe(`x: ${expected}`);
      expect(mergeTypes(b, a)).toBe(`x: ${expected}`);
    }
  });

  it('merges what is nested', () => {
    const list = (element: DataType): DataType => ({ kind: 'list', element: field('element', element) });
    const map = (value: DataType): DataType => ({
      kind: 'map',
      key: field('key', { kind: 'string' }, false),
      value: field('value', value),
    });
    expect(mergeTypes(struct(field('a', int(8))), struct(field('b', int(8)), field('a', int(16))))).toBe(
      'x: struct<a: int16, b: int8>',
    );
    expect(mergeTypes(list(int(8)), list(int(64)))).toBe('x: list<int64>');
    expect(mergeTypes(map(float(32)), map(float(64)))).toBe('x: map<string, float64>');
  });

  it('takes the first of columns of one name', () => {
    const twice = [field('a', int(8)), field('a', { kind: 'string' })];
    expect(merge(twice)).toEqual(['a: int8']);
    expect(merge([field('a', int(16))], twice)).toEqual(['a: int16']);
  });

  it('names column, types and files where no type holds both', () => {
    const text: DataType = { kind: 'string' };
    expect(() => mergeTypes(int(64), float(64))).toThrow(
      /SCHEMAS_DIFFER: .*'x' is int64 in part-0, and float64 in part-1/,
    );
    for (const [a, b] of [
      [int(32), text],
      [decimal(9, 2), decimal(9, 3)],
      [int(64, false), int(64)],
      [
        { kind: 'timestamp', unit: 'millis', withZone: true },
        { kind: 'timestamp', unit: 'micros', withZone: true },
      ],
    ] as const) {
      expect(() => mergeTypes(a, b)).toThrow(/SCHEMAS_DIFFER/);
    }
    expect(() => mergeTypes(struct(field('a', int(8))), struct(field('a', text)))).toThrow(/'x\.a'/);
  });

  it('takes any name for a name', () => {
    expect(merge([field('__proto__', int(8)), field('constructor', int(8))], [field('__proto__', int(32))])).toEqual([
      '__proto__: int32',
      'constructor: int8',
    ]);
  });
});
