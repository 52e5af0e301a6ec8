import { describe, expect, it } from 'vitest';
import { buildSchemaTree, fieldOf } from '../../../formats/parquet/schema-tree.ts';
import { decimalBytes, schemaElements } from '../../../formats/parquet/write-schema.ts';
import { type DataType, field, formatField, type Schema } from '../../../formats/schema/data-type.ts';
import { parseField } from '../../../formats/schema/parse-type.ts';

const elementsOf = (...fields: Schema['fields']) => schemaElements({ fields }, 'a.parquet');

describe('the schema of a file', () => {
  it.each([
    ...[
      'null',
      'boolean',
      'int8',
      'uint8',
      'int16',
      'uint16',
      'int32',
      'uint32',
      'int64',
      'uint64',
      'float16',
      'float32',
    ],
    ...[
      'float64',
      'decimal(9,2)',
      'decimal(10,0)',
      'decimal(18,18)',
      'decimal(19,1)',
      'decimal(76,2)',
      'string',
      'binary',
    ],
    ...['binary(7)', 'uuid', 'date', 'time(millis)', 'time(micros)', 'time(nanos)', 'timestamp(millis)'],
    ...['timestamp(micros)', 'timestamp(nanos)', 'timestamp(millis, zone)', 'timestamp(micros, zone)'],
    ...['timestamp(nanos, zone)', 'list<int32>', 'list<list<string not null> not null>', 'map<string, int32 not null>'],
    ...['struct<a: int32, b: list<struct<c: date not null>>>', 'map<int64, map<string, struct<x: float64>>> not null'],
  ])('of a column of %s is read as what it was', (text) => {
    const column = parseField('a', text);
    const tree = buildSchemaTree({ schema: elementsOf(column) }, 'a.parquet');
    expect(tree.columns.map(fieldOf).map(formatField)).toEqual([`a: ${text}`]);
  });

  it('has the annotations of old readers, too, where there are any', () => {
    const converted = (text: string) => elementsOf(parseField('a', text))[1]?.convertedType;
    expect(['string', 'decimal(4,2)', 'int8', 'date', 'timestamp(micros, zone)', 'list<date>'].map(converted)).toEqual([
      ...['UTF8', 'DECIMAL', 'INT_8', 'DATE', 'TIMESTAMP_MICROS', 'LIST'],
    ]);
    expect(['int64', 'timestamp(micros)', 'timestamp(nanos, zone)', 'time(micros)'].map(converted)).toEqual([
      ...[undefined, undefined, undefined, undefined],
    ]);
  });

  it('has decimals in as few bytes as hold their digits', () => {
    for (let precision = 1; precision <= 76; precision++) {
      const bytes = BigInt(decimalBytes(precision));
      const largest = 10n ** BigInt(precision) - 1n;
      expect(largest < 2n ** (8n * bytes - 1n)).toBe(true);
      if (bytes > 1n) expect(largest < 2n ** (8n * (bytes - 1n) - 1n)).toBe(false);
    }
  });

  const INT: DataType = { kind: 'int', bits: 32, signed: true };
  it.each([
    ['no columns', []],
    ['two columns of one name', [field('a', INT), field('a', INT)]],
    ['a struct without fields', [field('a', { kind: 'struct', fields: [] })]],
    ['two fields of one name', [field('a', { kind: 'struct', fields: [field('x', INT), field('x', INT)] })]],
    ['values of no bytes', [field('a', { kind: 'binary', byteLength: 0 })]],
  ] as readonly (readonly [string, Schema['fields']])[])('is refused with %s', (_, fields) => {
    expect(() => elementsOf(...fields)).toThrow(/PARQUET_NOT_WRITABLE/);
  });
});
