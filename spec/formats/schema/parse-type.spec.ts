import { describe, expect, it } from 'vitest';
import { formatField, formatType } from '../../../formats/schema/data-type.ts';
import { parseField, parseType } from '../../../formats/schema/parse-type.ts';

describe('a type as text', () => {
  it.each([
    'null',
    'boolean',
    'int8',
    'uint64',
    'float16',
    'decimal(38,10)',
    'string',
    'binary',
    'binary(16)',
    'uuid',
    'date',
    'time(micros)',
    'timestamp(nanos)',
    'timestamp(millis, zone)',
    'list<int32 not null>',
    'map<string, list<date>>',
    'struct<a: int32, b c: struct<d: decimal(9,2) not null>>',
  ])('%s is what it prints as', (text) => {
    expect(formatType(parseType(text))).toBe(text);
  });

  it('has short names', () => {
    expect(['double', 'float', 'bigint', 'timestamp'].map((text) => formatType(parseType(text)))).toEqual([
      ...['float64', 'float32', 'int64', 'timestamp(millis, zone)'],
    ]);
  });

  it('says of a column whether it may be missing', () => {
    expect(formatField(parseField('a', ' list< string >  not null '))).toBe('a: list<string> not null');
    expect(parseField('__proto__', 'date')).toEqual({ name: '__proto__', type: { kind: 'date' }, nullable: true });
  });

  it.each(['', 'int', 'toString', 'decimal', 'decimal(77,0)', 'decimal(2,3)', 'time', 'time(days)', 'list<', 'list<>'])(
    'is refused where it is none: %j',
    (text) => {
      expect(() => parseType(text)).toThrow(expect.objectContaining({ code: 'TYPE_UNKNOWN' }));
    },
  );

  it.each([
    'struct<>',
    'struct<a>',
    'map<string>',
    'int32 x',
    'binary(0)',
    'timestamp(millis, x)',
    'list<'.repeat(500),
  ])('is refused where it does not end as it should: %j', (text) => {
    expect(() => parseType(text)).toThrow(expect.objectContaining({ code: 'TYPE_UNKNOWN' }));
  });
});
