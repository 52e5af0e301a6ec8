import { describe, expect, it } from 'vitest';
import {
  constantVector,
  type PartitionEntry,
  parsePartitions,
  partitionFields,
  partitionValue,
} from '../../../formats/scan/partition-path.ts';
import { type DataType, field, formatField } from '../../../formats/schema/data-type.ts';
import { vectorValues } from '../../support/vector-values.ts';

const files = (...values: (string | null)[]) =>
  values.map((text, i) => ({ path: `f${i}`, entries: [['k', text] as const] as readonly PartitionEntry[] }));
const inferred = (...values: (string | null)[]) => partitionFields(files(...values)).map(formatField)[0];
const constant = (text: string | null, ...others: string[]) => {
  const [column] = partitionFields(files(text, ...others));
  return vectorValues(constantVector(column ?? field('k', { kind: 'null' }), text, 2));
};

describe('parsePartitions', () => {
  it('reads names and values, escapes and missing values', () => {
    expect(
      parsePartitions(['data', 'year=2001', 'city=S%C3%A3o%20Paulo', 'a%3Db=50%', 'x=__HIVE_DEFAULT_PARTITION__']),
    ).toEqual([
      ['year', '2001'],
      ['city', 'São Paulo'],
      ['a=b', '50%'],
      ['x', null],
    ]);
    expect(parsePartitions(['=1', 'x=', 'y=a=b'])).toEqual([
      ['x', ''],
      ['y', 'a=b'],
    ]);
  });
});

describe('partitionFields', () => {
  it('infers the narrowest type that all values have', () => {
    expect(inferred('1', '-2147483648', null)).toBe('k: int32');
    expect(inferred('1', '2147483648')).toBe('k: int64');
    expect(inferred('1', '0.5')).toBe('k: float64');
    expect(inferred('9223372036854775808')).toBe('k: string');
    expect(inferred('9007199254740993', '0.5')).toBe('k: string');
    expect(inferred('2001-02-28', '2004-02-29')).toBe('k: date');
    expect(inferred('2001-02-29')).toBe('k: string');
    expect(inferred('2001-02-28 01:02:03')).toBe('k: timestamp(micros, zone)');
    expect(inferred('01', 'x')).toBe('k: string');
    expect(inferred(null)).toBe('k: string');
    expect(inferred('')).toBe('k: string');
    expect(partitionFields([])).toEqual([]);
  });

  it('takes texts for numbers only where they are written as numbers print', () => {
    for (const text of ['007', '-0', '+1', '1.50', '1.0', '1e3', '.5', '1E21', '-00', '00']) {
      expect(inferred('7', text), text).toBe('k: string');
    }
    expect(inferred('1.5', '1e+21', '1e-7', '-3')).toBe('k: float64');
    expect(inferred('007', '7')).toBe('k: string');
  });

  it('takes texts for times only where no two are the same one, and none loses anything', () => {
    expect(inferred('2024-02-29', '2024-02-29T12:00:00.000Z')).toBe('k: timestamp(micros, zone)');
    expect(inferred('2024-02-29', '2024-02-29T00:00:00.000Z')).toBe('k: string');
    expect(inferred('2024-02-29 01:02:03', '2024-02-29 01:02:03.0')).toBe('k: string');
    expect(inferred('2024-02-29 01:02:03.1234567')).toBe('k: string');
    expect(inferred('2024-02-29T01:02:03+02:00')).toBe('k: string');
  });

  it('has the types that are given', () => {
    const typed = (type: DataType, ...values: (string | null)[]) =>
      partitionFields(files(...values), [field('k', type)], 'in').map(formatField)[0];
    expect(typed({ kind: 'string' }, '1', null)).toBe('k: string');
    expect(typed({ kind: 'int', bits: 32, signed: true }, '007', '7')).toBe('k: int32');
    expect(typed({ kind: 'float', bits: 64 }, '1.0', 'NaN', '-Infinity', '2')).toBe('k: float64');
    expect(typed({ kind: 'timestamp', unit: 'millis', withZone: true }, '2001-02-03')).toBe(
      'k: timestamp(millis, zone)',
    );
    for (const [type, text] of [
      [{ kind: 'int', bits: 32, signed: true }, '2147483648'],
      [{ kind: 'int', bits: 64, signed: true }, '1.0'],
      [{ kind: 'float', bits: 64 }, '9007199254740993'],
      [{ kind: 'date' }, '2001-02-29'],
      [{ kind: 'timestamp', unit: 'millis', withZone: true }, '2001-02-03 00:00:00.0001'],
    ] as const) {
      expect(() => typed(type, text), text).toThrow(`VALUE_NOT_EXACT: column 'k' has the value "${text}"`);
    }
    const other = [field('kk', { kind: 'string' })];
    expect(() => partitionFields(files('1'), other, 'in')).toThrow(/COLUMN_NOT_FOUND: in has no column 'kk'/);
    expect(partitionFields([], other, 'in')).toEqual([]);
  });

  it('raises PARTITIONS_DIFFER where directories are not named alike', () => {
    const of = (path: string, ...names: string[]) => ({ path, entries: names.map((name) => [name, '1'] as const) });
    expect(() => partitionFields([of('a', 'x'), of('b')])).toThrow(/PARTITIONS_DIFFER: a .* x, and b .* none/);
    expect(() => partitionFields([of('a', 'x', 'y'), of('b', 'y', 'x')])).toThrow(/PARTITIONS_DIFFER/);
    expect(() => partitionFields([of('a', 'x', 'x')])).toThrow(/PARTITIONS_DIFFER/);
  });

  it('takes any name for a name', () => {
    const made = partitionFields([{ path: 'f', entries: parsePartitions(['__proto__=1', 'constructor=x']) }]);
    expect(made.map(formatField)).toEqual(['__proto__: int32', 'constructor: string']);
  });
});

describe('constantVector', () => {
  it('has one value in all rows', () => {
    expect(constant('7')).toEqual([7, 7]);
    expect(constant('9000000000')).toEqual([9_000_000_000n, 9_000_000_000n]);
    expect(constant('0.5')).toEqual([0.5, 0.5]);
    expect(constant('1970-01-03')).toEqual([2, 2]);
    expect(constant('1970-01-01 00:00:01')).toEqual([1_000_000n, 1_000_000n]);
    expect(constant('007')).toEqual(['007', '007']);
    expect(constant('é')).toEqual(['é', 'é']);
    expect(constant(null, '1')).toEqual([null, null]);
  });
});

describe('partitionValue', () => {
  it('is a value as sets order it', () => {
    expect(partitionValue({ kind: 'int', bits: 32, signed: true }, '7')).toBe(7n);
    expect(partitionValue({ kind: 'string' }, 'a')).toEqual(Buffer.from('a'));
    expect(partitionValue({ kind: 'string' }, null)).toBeNull();
  });
});
