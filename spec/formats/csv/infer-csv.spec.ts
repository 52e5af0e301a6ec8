import { describe, expect, it } from 'vitest';
import { type CsvChoices, shapeOf } from '../../support/read-csv.ts';

/** The type of one column of these values, in this order and in the other one. */
function typeOf(values: readonly string[], choices: CsvChoices = {}): unknown {
  const [own, other] = [values, values.toReversed()].map(
    (each) => shapeOf(`a,b\n${each.map((value) => `${value},x\n`).join('')}`, choices).fields[0]?.[1],
  );
  expect(other).toBe(own);
  return own;
}

describe('inferCsv', () => {
  it.each([
    [['1', '-2', ''], 'int32'],
    [['2147483647', '2147483648'], 'int64'],
    [['1', '9007199254740993'], 'bigint'],
    [['1', '9223372036854775808'], 'string'],
    [['1', '2.5'], 'double'],
    [['9007199254740993', '2.5'], 'string'],
    [['9007199254740994', '2.5', '100000000000000000000'], 'double'],
    [['9007199254740994', '9007199254740993'], 'bigint'],
    [['1e3', 'NaN', '-Infinity', '-0'], 'double'],
    [['1e3', '1e400'], 'string'],
    [['007', '12'], 'string'],
    [['+12'], 'string'],
    [['0'], 'int32'],
    [['0.5'], 'double'],
    [['true', 'FALSE'], 'boolean'],
    [['true', '1'], 'string'],
    [['2024-01-31', '2024-02-29'], 'date'],
    [['2024-01-31', '2023-02-29'], 'string'],
    [['2024-01-31', '2024-01-31 10:00:00'], 'timestamp'],
    [['2024-01-31T10:00:00Z', '2024-01-31T10:00:00+01:00'], 'timestamp'],
    [['2024-01-31T10:00:00Z', '2024-01-31T10:00:00'], 'string'],
    [['2024-01-31T10:00:00.123456'], 'string'],
    [['', ''], 'string'],
    [['"1"', '"2"'], 'int32'],
    [['"1""2"', '3'], 'string'],
  ])('finds that %j are of type %s', (values, type) => {
    expect(typeOf(values)).toBe(type);
  });

  it('takes null values for none, and follows patterns', () => {
    expect(typeOf(['1', 'NA'], { nullValues: ['', 'NA'] })).toBe('int32');
    expect(typeOf(['31.01.2024'], { dateFormat: 'dd.MM.yyyy' })).toBe('date');
    expect(typeOf(['20240131'], { dateFormat: 'yyyyMMdd' })).toBe('date');
    expect(typeOf(['31.01.2024 10:00'], { timestampFormat: 'dd.MM.yyyy HH:mm' })).toBe('timestamp');
  });

  it('reads as many records as it is told, of all files', () => {
    expect(shapeOf(['a\n1\n', 'a\nx\n']).fields).toEqual([['a', 'string']]);
    expect(shapeOf(['a\n1\n', 'a\nx\n'], { sampleRows: 1 }).fields).toEqual([['a', 'int32']]);
    expect(shapeOf('a\n1\n', { sampleRows: 0 }).fields).toEqual([['a', 'string']]);
  });

  it('takes the number of columns from the first line there is', () => {
    expect(shapeOf(['', 'a,b\n'])).toEqual({
      fields: [
        ['a', 'string'],
        ['b', 'string'],
      ],
      header: ['a', 'b'],
    });
    expect(shapeOf(['', '1,x\n2,y,z\n'], { header: false }).fields).toEqual([
      ['_c0', 'int32'],
      ['_c1', 'string'],
    ]);
    expect(shapeOf([])).toEqual({ fields: [], header: undefined });
  });
});
