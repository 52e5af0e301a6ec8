import { tableFromIPC } from 'apache-arrow';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ArrowCodec } from '../../../formats/arrow/arrow-writer.ts';
import { initCompression } from '../../../formats/bytes/compression.ts';
import { type DataType, field, formatType, type Schema } from '../../../formats/schema/data-type.ts';
import { TYPE_SAMPLES } from '../../support/parquet-samples.ts';
import { readArrow } from '../../support/read-arrow.ts';
import { dictionaryVector } from '../../support/vectors.ts';
import { writeArrowRows, writeArrowVector } from '../../support/write-arrow.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const STRING: DataType = { kind: 'string' };
const CODECS: readonly ArrowCodec[] = ['none', 'zstd'];

const NESTED: Schema = {
  fields: [
    field('l', { kind: 'list', element: field('element', INT) }),
    field('s', { kind: 'struct', fields: [field('a', INT, false), field('b', STRING)] }),
    field('m', { kind: 'map', key: field('key', STRING, false), value: field('value', INT) }),
    field('n', { kind: 'null' }),
    field('__proto__', {
      kind: 'list',
      element: field('element', { kind: 'list', element: field('element', STRING) }),
    }),
  ],
};
const ROWS = [
  { l: [1, null, 3], s: { a: 1, b: 'x' }, m: new Map([['k', 1]]), n: null },
  { l: null, s: null, m: null, n: null, ['__proto__']: [['a', null], [], null] },
  { l: [], s: { a: 2, b: null }, m: new Map(), n: null, ['__proto__']: [] },
];

describe('ArrowWriter', () => {
  beforeAll(initCompression);

  describe.each(CODECS)('with the codec %s', (codec) => {
    it.each(TYPE_SAMPLES.map((each) => [formatType(each.type), each] as const))('keeps %s', (_, { type, samples }) => {
      const given = samples.flatMap(([value]) => [{ x: value }, { x: null }]);
      // Small decimals are in 128 bits here, too.
      const isSmall = type.kind === 'decimal' && type.precision <= 9;
      const plain = samples.flatMap(([, value]) => [isSmall ? BigInt(value as number) : value, null]);
      const bytes = writeArrowRows({ fields: [field('x', type)] }, [given, given.slice(0, 1)], { codec });
      const found = readArrow(bytes).get('x');
      expect(found?.values).toEqual([...plain, plain[0]]);
      expect(found?.type).toEqual(type);
    });

    it('keeps lists, maps and structs', () => {
      const found = readArrow(writeArrowRows(NESTED, [ROWS, ROWS], { codec }));
      const twice = (values: unknown[]) => [...values, ...values];
      expect([...found.values()].map(({ values }) => values)).toEqual([
        twice([[1, null, 3], null, []]),
        twice([
          [
            ['a', 1],
            ['b', 'x'],
          ],
          null,
          [
            ['a', 2],
            ['b', null],
          ],
        ]),
        twice([[['k', 1]], null, []]),
        twice([null, null, null]),
        twice([null, [['a', null], [], null], []]),
      ]);
      expect([...found].map(([name, { type }]) => field(name, type))).toEqual(NESTED.fields);
    });
  });

  it('writes what the package reads', () => {
    const table = tableFromIPC(writeArrowRows(NESTED, [ROWS]));
    expect(table.numRows).toBe(3);
    expect(table.schema.fields.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'l: List<Int32>',
      's: Struct<{a:Int32, b:Utf8}>',
      'm: Map<{key:Utf8, value:Int32}>',
      'n: Null',
      '__proto__: List<List<Utf8>>',
    ]);
    const row = table.get(0);
    expect([...(row?.l ?? [])]).toEqual([1, null, 3]);
    expect(row?.s.toJSON()).toEqual({ a: 1, b: 'x' });
    expect([...(row?.m ?? [])]).toEqual([['k', 1]]);
    expect(table.get(1)?.s).toBeNull();
  });

  it('writes texts plain that it is given with a dictionary', () => {
    const bytes = writeArrowVector(dictionaryVector(STRING, ['a', null, 'long enough to be a text', 'a']));
    expect([...(tableFromIPC(bytes).getChild('x') ?? [])]).toEqual(['a', null, 'long enough to be a text', 'a']);
  });

  it('writes a file without rows that says its schema', () => {
    const bytes = writeArrowRows(NESTED, [[]]);
    expect([...readArrow(bytes).values()].every(({ values }) => values.length === 0)).toBe(true);
    expect(tableFromIPC(bytes).schema.fields).toHaveLength(5);
  });

  it('refuses missing values where a schema says that there are none', () => {
    const fields = [field('s', { kind: 'struct', fields: [field('a', INT, false)] })];
    expect(() => writeArrowRows({ fields }, [[{ s: {} }, { s: null }]])).toThrow(/NULL_NOT_ALLOWED.*'s\.a'/s);
    expect(() => writeArrowRows({ fields }, [[{ s: { a: 1 } }, { s: null }]])).not.toThrow();
  });
});
