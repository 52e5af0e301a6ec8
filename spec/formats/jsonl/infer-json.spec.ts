import { describe, expect, it } from 'vitest';
import { isRecord } from '../../../formats/jsonl/infer-json.ts';
import { fieldsOfJson } from '../../support/read-json.ts';

function typeOf(...values: string[]): unknown {
  const [own, other] = [values, values.toReversed()].map(
    (each) => fieldsOfJson(each.map((value) => `{"a":${value}}\n`).join(''))[0]?.[1],
  );
  expect(other).toEqual(own);
  return own;
}

describe('inferJson', () => {
  it.each([
    [['1', 'null', '-2'], 'int32'],
    [['1', '3000000000'], 'int64'],
    [['1', '9007199254740993'], 'bigint'],
    [['1', '18446744073709551616'], 'string'],
    [['1', '1.5'], 'double'],
    [['9007199254740993', '1.5'], 'string'],
    [['9007199254740994', '1.5', '100000000000000000000'], 'double'],
    [['9007199254740994', '1'], 'bigint'],
    [['-0'], 'double'],
    [['1e300'], 'double'],
    [['true', 'false'], 'boolean'],
    [['true', '1'], 'string'],
    [['null'], 'string'],
    [['"x"', '[1]'], 'string'],
    [['[]', '[1]', '[2.5]', '[null]'], { list: 'double' }],
    [['[]'], { list: 'string' }],
    [['[[1],[2]]'], { list: { list: 'int32' } }],
    [['{}'], 'string'],
    [['"2024-01-31"'], 'string'],
  ])('finds that %j are of type %j', (values, type) => {
    expect(typeOf(...values)).toEqual(type);
  });

  it('joins fields in the order in which they are met', () => {
    expect(fieldsOfJson('{"b":{"x":1}}\n{"a":1,"b":{"y":[{"z":true}],"x":2.5}}')).toEqual([
      [
        'b',
        {
          struct: [
            ['x', 'double'],
            ['y', { list: { struct: [['z', 'boolean']] } }],
          ],
        },
      ],
      ['a', 'int32'],
    ]);
  });

  it('reads as many records as it is told, of all files', () => {
    expect(fieldsOfJson(['{"a":1}', '{"a":"x"}'])).toEqual([['a', 'string']]);
    expect(fieldsOfJson(['{"a":1}', '{"a":"x"}'], { sampleRows: 1 })).toEqual([['a', 'int32']]);
    expect(fieldsOfJson([''])).toEqual([]);
  });

  it('passes over what is no record', () => {
    expect(fieldsOfJson('5\n{"a":1}\n{\n[{"b":2}]')).toEqual([
      ['a', 'int32'],
      ['b', 'int32'],
    ]);
    expect([{}, [], null, 1].map(isRecord)).toEqual([true, false, false, false]);
  });

  it('stops where names are data', () => {
    const record = JSON.stringify(Object.fromEntries(Array.from({ length: 20_481 }, (_, i) => [`k${i}`, i])));
    expect(() => fieldsOfJson(record)).toThrow(/LIMIT_EXCEEDED: the number of fields/);
  });
});
