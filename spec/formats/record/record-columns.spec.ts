import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { materializeRows } from '../../../formats/record/materialize-rows.ts';
import { EXACT_RECORDS, type RecordMapping, recordColumns } from '../../../formats/record/record-columns.ts';
import { decodeFrames } from '../../../formats/record/record-reader.ts';
import { encodeFrame } from '../../../formats/record/record-writer.ts';
import type { ColumnBatch } from '../../../formats/schema/batch.ts';
import { type DataType, type Field, field } from '../../../formats/schema/data-type.ts';
import type { Int64Vector, TableBatch, Vector } from '../../../formats/schema/vector.ts';
import {
  booleanVector,
  bytesVector,
  dictionaryVector,
  int64Vector,
  numberVector,
  wideVector,
} from '../../support/vectors.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const LONG: DataType = { kind: 'int', bits: 64, signed: true };
const ULONG: DataType = { kind: 'int', bits: 64, signed: false };
const TEXT: DataType = { kind: 'string' };
const all = { validity: undefined, nullCount: 0 };
/** Of three values the second one is missing. */
const some = { validity: Uint8Array.of(0b101), nullCount: 1 };

const number = (
  type: DataType,
  values: Int32Array | Uint32Array | Float32Array | Float64Array,
  more = all as typeof some | typeof all,
): Vector => ({
  ...{ layout: 'number', type, length: values.length, values },
  ...more,
});
const longs = (type: DataType, values: readonly bigint[], more = all as typeof some | typeof all): Int64Vector => ({
  ...{ layout: 'int64', type, length: values.length, lanes: new Int32Array(BigInt64Array.from(values).buffer) },
  ...more,
});
function texts(
  type: DataType,
  values: readonly string[],
  more = all as typeof some | typeof all,
): Vector & { layout: 'bytes' } {
  const bytes = Buffer.from(values.join(''));
  const lengths = Int32Array.from(values, (value) => Buffer.byteLength(value));
  const starts = Int32Array.from(lengths, (_, i) => lengths.subarray(0, i).reduce((a, b) => a + b, 0));
  return { layout: 'bytes', type, length: values.length, bytes, starts, lengths, ...more };
}

/** Fills all arrays that something is made of. */
function overwrite(value: unknown): void {
  if (ArrayBuffer.isView(value)) new Uint8Array(value.buffer).fill(0xee);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(overwrite);
}

const batchOf = (vectors: Readonly<Record<string, Vector>>): TableBatch => ({
  fields: Object.entries(vectors).map(([name, { type }]) => field(name, type)),
  rowCount: Object.values(vectors)[0]?.length ?? 0,
  vectors: Object.values(vectors),
});
const recordsOf = (batch: TableBatch, mapping: Partial<RecordMapping> = {}) =>
  materializeRows(recordColumns(batch, { ...EXACT_RECORDS, ...mapping }));
/** The values of one column. */
const valuesOf = (vector: Vector, mapping: Partial<RecordMapping> = {}) =>
  recordsOf(batchOf({ a: vector }), mapping).map((record) => (record as { a: unknown }).a);

describe('columns of files as records', () => {
  it('are objects with a property for each column', () => {
    const batch = batchOf({ id: number(INT, Int32Array.of(1, 2, 3), some), name: texts(TEXT, ['x', '', 'zz'], some) });
    expect(recordsOf(batch)).toEqual([
      { id: 1, name: 'x' },
      { id: null, name: null },
      { id: 3, name: 'zz' },
    ]);
    expect(recordsOf({ fields: [], rowCount: 2, vectors: [] })).toEqual([{}, {}]);
  });

  it('are numbers, booleans and nulls', () => {
    expect(valuesOf(number(INT, Int32Array.of(1, 7, -3), some))).toEqual([1, null, -3]);
    expect(valuesOf(number({ kind: 'int', bits: 32, signed: false }, Uint32Array.of(2 ** 32 - 1)))).toEqual([
      2 ** 32 - 1,
    ]);
    expect(valuesOf(number({ kind: 'float', bits: 32 }, Float32Array.of(1.5, -0)))).toEqual([1.5, -0]);
    expect(valuesOf(number({ kind: 'float', bits: 64 }, Float64Array.of(0.1, Number.NaN)))).toEqual([0.1, Number.NaN]);
    expect(
      valuesOf({ layout: 'boolean', type: { kind: 'boolean' }, length: 3, values: Uint8Array.of(1, 0, 0), ...some }),
    ).toEqual([true, null, false]);
    expect(
      valuesOf({ layout: 'null', type: { kind: 'null' }, length: 2, validity: Uint8Array.of(0), nullCount: 2 }),
    ).toEqual([null, null]);
    expect(valuesOf(longs({ kind: 'time', unit: 'nanos' }, [86_399_999_999_999n]))).toEqual([86_399_999_999_999]);
  });

  it('have 64-bit integers as bigints, or as numbers that are exact', () => {
    const safe = longs(LONG, [2n ** 53n - 1n, 5n, 1n - 2n ** 53n], some);
    expect(valuesOf(safe)).toEqual([2n ** 53n - 1n, null, 1n - 2n ** 53n]);
    expect(valuesOf(safe, { int64: 'number' })).toEqual([2 ** 53 - 1, null, 1 - 2 ** 53]);
    expect(valuesOf(safe, { int64: new Set(['a']) })).toEqual([2 ** 53 - 1, null, 1 - 2 ** 53]);
    expect(valuesOf(safe, { int64: new Set(['b']) })[0]).toBe(2n ** 53n - 1n);
    expect(valuesOf(longs(ULONG, [2n ** 64n - 1n, 0n, 1n], some))).toEqual([2n ** 64n - 1n, null, 1n]);
    expect(valuesOf(longs(ULONG, [7n, 0n, 1n], some))).toEqual([7n, null, 1n]);
    expect(valuesOf(longs(ULONG, [2n ** 53n - 1n]), { int64: 'number' })).toEqual([2 ** 53 - 1]);
  });

  it.each<[DataType, bigint]>([
    [LONG, 2n ** 53n],
    [LONG, -(2n ** 53n)],
    [LONG, 2n ** 63n - 1n],
    [LONG, -(2n ** 63n)],
    [ULONG, 2n ** 53n],
    [ULONG, 2n ** 64n - 1n],
  ])('of type %o refuse %d as a number, unless it is missing', (type, value) => {
    const error = expect.objectContaining({
      code: 'VALUE_NOT_EXACT',
      params: expect.objectContaining({ column: 'a', value }),
    });
    expect(() => valuesOf(longs(type, [value]), { int64: 'number' })).toThrow(error);
    expect(valuesOf(longs(type, [1n, value, 3n], some), { int64: 'number' })).toEqual([1, null, 3]);
  });

  it('own their memory: a reader may use that of the vectors again', () => {
    const decimal: DataType = { kind: 'decimal', precision: 18, scale: 2 };
    const uuid: DataType = { kind: 'uuid' };
    const make = () =>
      batchOf({
        ints: numberVector(INT, [1, null, 3]),
        doubles: numberVector({ kind: 'float', bits: 64 }, [0.5, null, -0]),
        booleans: booleanVector([true, null, true]),
        longs: int64Vector(LONG, [2n ** 60n, null, 3n]),
        decimals: int64Vector(decimal, [1250n, null, 7n]),
        wides: wideVector({ ...decimal, precision: 38 }, [10n ** 30n, null, 7n]),
        texts: bytesVector(TEXT, ['a long text, not cut from another', null, 'c']),
        codes: dictionaryVector(TEXT, ['x', null, 'x']),
        uuids: bytesVector(uuid, [new Uint8Array(16).fill(1), null, new Uint8Array(16).fill(2)]),
        binary: dictionaryVector({ kind: 'binary', byteLength: undefined }, [Uint8Array.of(1), null, Uint8Array.of(2)]),
        lists: {
          ...{ layout: 'list', type: { kind: 'list', element: field('element', TEXT) }, length: 3 },
          ...{ offsets: Int32Array.of(0, 2, 2, 3), element: bytesVector(TEXT, ['a', null, 'c']), ...all },
        },
      });
    for (const decimals of ['string', 'bigint', 'number'] as const) {
      const mapping = { ...EXACT_RECORDS, decimal: decimals };
      const batch = make();
      const columns = recordColumns(batch, mapping);
      overwrite(batch.vectors);
      expect(materializeRows(columns)).toEqual(materializeRows(recordColumns(make(), mapping)));
    }
  });

  it('have lists as arrays, maps as maps, structs as objects', () => {
    const element = number(INT, Int32Array.of(1, 2, 3));
    const list: Vector = {
      layout: 'list',
      type: { kind: 'list', element: field('element', INT) },
      length: 3,
      offsets: Int32Array.of(0, 2, 2, 3),
      element,
      ...some,
    };
    expect(valuesOf(list)).toEqual([[1, 2], null, [3]]);
    const keys = texts(TEXT, ['x', 'y', 'x']);
    const type: DataType = { kind: 'map', key: field('key', TEXT, false), value: field('value', LONG) };
    const map: Vector = {
      layout: 'map',
      type,
      length: 3,
      offsets: Int32Array.of(0, 1, 1, 3),
      keys,
      values: longs(LONG, [7n, 8n, 9n]),
      ...some,
    };
    expect(valuesOf(map, { int64: new Set(['a.value']) })).toEqual([
      new Map([['x', 7]]),
      null,
      new Map([
        ['y', 8],
        ['x', 9],
      ]),
    ]);
    const fields: readonly Field[] = [field('constructor', INT), field('l', list.type)];
    const struct: Vector = {
      layout: 'struct',
      type: { kind: 'struct', fields },
      length: 3,
      fields: [number(INT, Int32Array.of(4, 0, 5), some), list],
      ...some,
    };
    expect(valuesOf(struct)).toEqual([{ constructor: 4, l: [1, 2] }, null, { constructor: 5, l: [3] }]);
    const inner = longs(LONG, [1n, 2n, 3n]);
    const nested: Vector = {
      layout: 'struct',
      type: { kind: 'struct', fields: [field('x', LONG)] },
      length: 3,
      fields: [inner],
      ...all,
    };
    expect(valuesOf(nested, { int64: new Set(['a.x']) })).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }]);
  });

  it('have properties of any name, and the first of several columns of one name', () => {
    const vectors = [number(INT, Int32Array.of(1)), number(INT, Int32Array.of(2)), number(INT, Int32Array.of(3))];
    const named = (names: readonly string[]): TableBatch => ({
      fields: names.map((name) => field(name, INT)),
      rowCount: 1,
      vectors,
    });
    const [record] = recordsOf(named(['__proto__', 'constructor', 'toString'])) as [object];
    expect(Object.entries(record)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
      ['toString', 3],
    ]);
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(recordsOf(named(['a', 'b', 'a']))).toEqual([{ a: 1, b: 2 }]);
    const struct: Vector = {
      layout: 'struct',
      type: { kind: 'struct', fields: [field('__proto__', INT)] },
      length: 3,
      fields: [number(INT, Int32Array.of(4, 0, 5))],
      ...some,
    };
    expect(valuesOf(struct).map((each) => each && Object.entries(each as object))).toEqual([
      [['__proto__', 4]],
      null,
      [['__proto__', 5]],
    ]);
  });

  it('go through a frame as any records do', () => {
    const batch = batchOf({
      a: number(INT, Int32Array.of(1, 2, 3), some),
      b: longs(LONG, [1n, 2n, 3n]),
      c: texts(TEXT, ['ä', '', 'c'.repeat(40)]),
    });
    const columns = recordColumns(batch);
    using out = new ByteWriter();
    encodeFrame(columns, out, { codec: 'none' });
    const [read] = [...decodeFrames(out.take(), { path: 'a', offset: 0 })] as [ColumnBatch];
    expect(materializeRows(read)).toEqual(materializeRows(columns));
  });
});
