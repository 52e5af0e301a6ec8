import { describe, expect, it } from 'vitest';
import { leafType } from '../../../formats/parquet/leaf-type.ts';
import type { SchemaElement } from '../../../formats/parquet/metadata.ts';
import { formatType } from '../../../formats/schema/data-type.ts';

const element = (more: Partial<SchemaElement>): SchemaElement => ({
  ...{
    name: 'a',
    type: 'INT32',
    typeLength: undefined,
    repetition: 'REQUIRED',
    childCount: 0,
    convertedType: undefined,
  },
  ...{ scale: undefined, precision: undefined, fieldId: undefined, logicalType: undefined },
  ...more,
});
const where = { path: 'a.parquet', place: 'the schema' };
const type = (more: Partial<SchemaElement>) => formatType(leafType(element(more), where));
const time = (kind: 'TIME' | 'TIMESTAMP', unit: 'millis' | 'micros' | 'nanos', isAdjustedToUtc = false) =>
  ({ kind, unit, isAdjustedToUtc }) as const;
const decimal = (precision: number, scale: number) => ({ kind: 'DECIMAL', precision, scale }) as const;
const integer = (bitWidth: number, isSigned: boolean) => ({ kind: 'INTEGER', bitWidth, isSigned }) as const;

describe('the type of a leaf', () => {
  it.each<[Partial<SchemaElement>, string]>([
    [{ type: 'BOOLEAN' }, 'boolean'],
    [{ type: 'INT32' }, 'int32'],
    [{ type: 'INT64' }, 'int64'],
    [{ type: 'INT96' }, 'timestamp(micros, zone)'],
    [{ type: 'FLOAT' }, 'float32'],
    [{ type: 'DOUBLE' }, 'float64'],
    [{ type: 'BYTE_ARRAY' }, 'binary'],
    [{ type: 'FIXED_LEN_BYTE_ARRAY', typeLength: 12 }, 'binary(12)'],
    [{ type: 'INT32', logicalType: integer(8, true) }, 'int8'],
    [{ type: 'INT32', logicalType: integer(32, false) }, 'uint32'],
    [{ type: 'INT64', logicalType: integer(64, false) }, 'uint64'],
    [{ type: 'INT32', logicalType: { kind: 'DATE' } }, 'date'],
    [{ type: 'INT32', logicalType: time('TIME', 'millis') }, 'time(millis)'],
    [{ type: 'INT64', logicalType: time('TIME', 'nanos') }, 'time(nanos)'],
    [{ type: 'INT64', logicalType: time('TIMESTAMP', 'nanos') }, 'timestamp(nanos)'],
    [{ type: 'INT64', logicalType: time('TIMESTAMP', 'millis', true) }, 'timestamp(millis, zone)'],
    [{ type: 'INT32', logicalType: decimal(9, 2) }, 'decimal(9,2)'],
    [{ type: 'INT64', logicalType: decimal(18, 18) }, 'decimal(18,18)'],
    [{ type: 'BYTE_ARRAY', logicalType: decimal(76, 0) }, 'decimal(76,0)'],
    [{ type: 'FIXED_LEN_BYTE_ARRAY', typeLength: 16, logicalType: decimal(38, 10) }, 'decimal(38,10)'],
    [{ type: 'BYTE_ARRAY', logicalType: { kind: 'STRING' } }, 'string'],
    [{ type: 'BYTE_ARRAY', logicalType: { kind: 'ENUM' } }, 'string'],
    [{ type: 'BYTE_ARRAY', logicalType: { kind: 'JSON' } }, 'string'],
    [{ type: 'BYTE_ARRAY', logicalType: { kind: 'BSON' } }, 'binary'],
    [{ type: 'BYTE_ARRAY', logicalType: { kind: 'GEOMETRY' } }, 'binary'],
    [{ type: 'FIXED_LEN_BYTE_ARRAY', typeLength: 16, logicalType: { kind: 'UUID' } }, 'uuid'],
    [{ type: 'FIXED_LEN_BYTE_ARRAY', typeLength: 2, logicalType: { kind: 'FLOAT16' } }, 'float16'],
    [{ type: 'INT32', logicalType: { kind: 'NULL' } }, 'null'],
  ])('%#: %o', (more, text) => {
    expect(type(more)).toBe(text);
  });

  it.each<[SchemaElement['convertedType'], SchemaElement['type'], string]>([
    ['UTF8', 'BYTE_ARRAY', 'string'],
    ['ENUM', 'BYTE_ARRAY', 'string'],
    ['JSON', 'BYTE_ARRAY', 'string'],
    ['BSON', 'BYTE_ARRAY', 'binary'],
    ['DATE', 'INT32', 'date'],
    ['TIME_MILLIS', 'INT32', 'time(millis)'],
    ['TIME_MICROS', 'INT64', 'time(micros)'],
    ['TIMESTAMP_MILLIS', 'INT64', 'timestamp(millis, zone)'],
    ['TIMESTAMP_MICROS', 'INT64', 'timestamp(micros, zone)'],
    ['UINT_8', 'INT32', 'uint8'],
    ['UINT_16', 'INT32', 'uint16'],
    ['UINT_32', 'INT32', 'uint32'],
    ['UINT_64', 'INT64', 'uint64'],
    ['INT_8', 'INT32', 'int8'],
    ['INT_16', 'INT32', 'int16'],
    ['INT_32', 'INT32', 'int32'],
    ['INT_64', 'INT64', 'int64'],
  ])('follows the converted type %s where there is no logical one', (convertedType, physical, text) => {
    expect(type({ type: physical, convertedType })).toBe(text);
  });

  it('is the physical one where the annotation does not go with it, or is not known', () => {
    expect(type({ type: 'INT64', logicalType: { kind: 'DATE' } })).toBe('int64');
    expect(type({ type: 'INT32', logicalType: time('TIMESTAMP', 'millis') })).toBe('int32');
    expect(type({ type: 'INT32', logicalType: integer(64, true) })).toBe('int32');
    expect(type({ type: 'DOUBLE', logicalType: decimal(9, 2) })).toBe('float64');
    expect(type({ type: 'FIXED_LEN_BYTE_ARRAY', typeLength: 4, logicalType: { kind: 'UUID' } })).toBe('binary(4)');
    expect(type({ type: 'INT32', logicalType: { kind: 'UNKNOWN_LOGICAL', fieldId: 99 }, convertedType: 'DATE' })).toBe(
      'date',
    );
  });

  it('refuses decimals that cannot be, and byte arrays of no length', () => {
    const corrupt = expect.objectContaining({ code: 'PARQUET_CORRUPT' });
    for (const [precision, scale] of [
      [10, 0],
      [0, 0],
      [5, 6],
      [5, -1],
    ] as const) {
      expect(() => type({ type: 'INT32', logicalType: decimal(precision, scale) })).toThrow(corrupt);
    }
    expect(() => type({ type: 'FIXED_LEN_BYTE_ARRAY', typeLength: 2, convertedType: 'DECIMAL', precision: 5 })).toThrow(
      corrupt,
    );
    expect(() => type({ type: 'FIXED_LEN_BYTE_ARRAY' })).toThrow(corrupt);
    expect(() => type({ type: 'BYTE_ARRAY', logicalType: decimal(77, 0) })).toThrow(
      expect.objectContaining({ code: 'PARQUET_UNSUPPORTED' }),
    );
  });
});
