import { describe, expect, it } from 'vitest';
import { ownProperty } from '../../../formats/schema/nested-builder.ts';
import { parseType } from '../../../formats/schema/parse-type.ts';
import { vectorBuilder } from '../../../formats/schema/vector-builder.ts';
import { vectorValues } from '../../support/vector-values.ts';

const built = (type: string, ...values: readonly unknown[]) => {
  const builder = vectorBuilder(parseType(type), 'c', 'Parquet');
  for (const value of values) builder.add(value);
  const first = vectorValues(builder.take());
  for (const value of values) builder.add(value);
  expect(vectorValues(builder.take())).toEqual(first);
  return first;
};

describe('vectors of nested values', () => {
  it('hold lists of lists', () => {
    expect(built('list<list<int32>>', [[1], [], null], null, [], [[2, null]])).toEqual([
      [[1], [], null],
      null,
      [],
      [[2, null]],
    ]);
    const sparse: unknown[] = [1];
    sparse[2] = 3;
    expect(built('list<int32>', sparse)).toEqual([[1, null, 3]]);
  });

  it('hold maps, from Maps and from objects', () => {
    expect(built('map<string, int32>', new Map([['a', 1]]), { b: 2, c: null }, null, {})).toEqual([
      [['a', 1]],
      [
        ['b', 2],
        ['c', null],
      ],
      null,
      [],
    ]);
    expect(built('map<int64, string>', new Map([[5, 'x']]))).toEqual([[[5n, 'x']]]);
  });

  it('hold structs: own properties alone, whatever their names', () => {
    const row: unknown = JSON.parse('{"__proto__": 1, "constructor": 2}');
    const type = 'struct<__proto__: int32, constructor: int32, toString: int32>';
    expect(built(type, row, {}, null)).toEqual([
      [
        ['__proto__', 1],
        ['constructor', 2],
        ['toString', null],
      ],
      [
        ['__proto__', null],
        ['constructor', null],
        ['toString', null],
      ],
      null,
    ]);
    expect(ownProperty({}, 'toString')).toBeUndefined();
  });

  it.each([
    ['list<int32>', {}, "'c'"],
    ['list<int32>', ['x'], "'c.element'"],
    ['map<string, int32>', [], "'c'"],
    ['map<int32, int32>', { a: 1 }, "'c'"],
    ['map<string, int32>', new Map([[null, 1]]), "'c'"],
    ['map<string, int32>', { a: 'x' }, "'c.value'"],
    ['struct<a: int32>', [], "'c'"],
    ['struct<a: struct<b: int32>>', { a: { b: 'x' } }, "'c.a.b'"],
  ])('refuse for %s what is none, and say where', (type, value, place) => {
    expect(() => built(type, value)).toThrow(new RegExp(`ROW_NOT_WRITABLE.*column ${place}`));
  });
});
