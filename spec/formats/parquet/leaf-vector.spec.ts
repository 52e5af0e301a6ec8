import { describe, expect, it } from 'vitest';
import type { Vector } from '../../../formats/schema/vector.ts';
import {
  byteArrays,
  type ElementSpec,
  hybrid,
  int32s,
  int64s,
  type PageSpec,
  parquetBytes,
} from '../../support/parquet-bytes.ts';
import { readVectors } from '../../support/read-parquet.ts';
import { struct } from '../../support/thrift-bytes.ts';
import { vectorValues } from '../../support/vector-values.ts';

/** A column of four rows of which the third is missing. */
function column(
  of: Partial<ElementSpec>,
  values: Uint8Array,
  more: readonly PageSpec[] = [],
  encoding: PageSpec['encoding'] = 'PLAIN',
): Vector {
  const element: ElementSpec = { name: 'a', repetition: 'OPTIONAL', ...of };
  const page: PageSpec = { count: 4, encoding, values, definitions: hybrid([1, 1, 0, 1], 1) };
  const bytes = parquetBytes([element], [{ rowCount: 4, chunks: [{ pages: [...more, page] }] }]);
  return readVectors(bytes).get('a') as Vector;
}

const describeVector = (vector: Vector) => ({
  layout: vector.layout,
  nullCount: vector.nullCount,
  values: vectorValues(vector),
});

describe('the vector of a leaf', () => {
  it.each<[Partial<ElementSpec>, Uint8Array, Vector['layout'], readonly unknown[]]>([
    [{ type: 'BOOLEAN' }, Uint8Array.of(0b101), 'boolean', [true, false, null, true]],
    [{ type: 'INT32' }, int32s(1, 2, 3), 'number', [1, 2, null, 3]],
    [{ type: 'INT64' }, int64s(1n, -2n, 3n), 'int64', [1n, -2n, null, 3n]],
    [{ type: 'INT64', converted: 'UINT_64' }, int64s(1n, -2n, 3n), 'int64', [1n, 2n ** 64n - 2n, null, 3n]],
    [{ type: 'BYTE_ARRAY', converted: 'UTF8' }, byteArrays('a', 'bc', ''), 'bytes', ['a', 'bc', null, '']],
    [
      { type: 'FIXED_LEN_BYTE_ARRAY', typeLength: 2 },
      Uint8Array.of(1, 2, 3, 4, 5, 6),
      'bytes',
      ['0102', '0304', null, '0506'],
    ],
    [
      { type: 'FIXED_LEN_BYTE_ARRAY', typeLength: 2, logical: struct({ 15: struct({}) }) },
      Uint8Array.of(0, 0x3c, 0, 0xc0, 0, 0x80),
      'number',
      [1, -2, null, -0],
    ],
    [{ type: 'INT32', converted: 'DECIMAL', precision: 9, scale: 2 }, int32s(150, -1, 3), 'number', [150, -1, null, 3]],
    [
      { type: 'BYTE_ARRAY', converted: 'DECIMAL', precision: 18, scale: 2 },
      byteArrays(Uint8Array.of(255), Uint8Array.of(1, 0), Uint8Array.of(0)),
      'int64',
      [-1n, 256n, null, 0n],
    ],
    [
      { type: 'BYTE_ARRAY', converted: 'DECIMAL', precision: 19, scale: 2 },
      byteArrays(Uint8Array.of(255), Uint8Array.of(1, 0), Uint8Array.of(0)),
      'wide',
      [-1n, 256n, null, 0n],
    ],
    [
      { type: 'BYTE_ARRAY', converted: 'DECIMAL', precision: 60, scale: 2 },
      byteArrays(Uint8Array.of(255), Uint8Array.of(1, 0), Uint8Array.of(0)),
      'wide',
      [-1n, 256n, null, 0n],
    ],
  ])('%# has its values in their slots', (of, values, layout, expected) => {
    expect(describeVector(column(of, values))).toEqual({ layout, nullCount: 1, values: expected });
  });

  it('of strings keeps the codes of a dictionary', () => {
    const dictionary: PageSpec = { kind: 'dictionary', count: 2, values: byteArrays('a', 'bb') };
    const codes = Uint8Array.of(1, ...hybrid([1, 0, 1], 1));
    const found = column({ type: 'BYTE_ARRAY', converted: 'UTF8' }, codes, [dictionary], 'RLE_DICTIONARY');
    expect(describeVector(found)).toEqual({ layout: 'dictionary', nullCount: 1, values: ['bb', 'a', null, 'bb'] });
  });

  it('of numbers in bytes is made of a dictionary, too', () => {
    const dictionary: PageSpec = {
      kind: 'dictionary',
      count: 2,
      values: byteArrays(Uint8Array.of(5), Uint8Array.of(251)),
    };
    const codes = Uint8Array.of(1, ...hybrid([1, 0, 1], 1));
    const found = column(
      { type: 'BYTE_ARRAY', converted: 'DECIMAL', precision: 20, scale: 0 },
      codes,
      [dictionary],
      'RLE_DICTIONARY',
    );
    expect(describeVector(found)).toEqual({ layout: 'wide', nullCount: 1, values: [-5n, 5n, null, -5n] });
  });

  it('of timestamps in INT96 has microseconds', () => {
    const instant = Uint8Array.from([...int64s(5000n), ...int32s(2_440_589)]);
    const found = column({ type: 'INT96' }, Uint8Array.from([...instant, ...instant, ...instant]));
    expect(describeVector(found)).toEqual({
      layout: 'int64',
      nullCount: 1,
      values: [86_400_000_005n, 86_400_000_005n, null, 86_400_000_005n],
    });
    expect(found.type).toEqual({ kind: 'timestamp', unit: 'micros', withZone: true });
  });

  it('of nothing but nulls has no values, and refuses some', () => {
    const nothing: ElementSpec = {
      name: 'a',
      type: 'INT32',
      repetition: 'OPTIONAL',
      logical: struct({ 11: struct({}) }),
    };
    const page = { count: 9, values: new Uint8Array(), definitions: hybrid(Array(9).fill(0), 1) };
    const found = readVectors(parquetBytes([nothing], [{ rowCount: 9, chunks: [{ pages: [page] }] }])).get(
      'a',
    ) as Vector;
    expect(describeVector(found)).toEqual({ layout: 'null', nullCount: 9, values: Array(9).fill(null) });
    expect(() => column(nothing, int32s(1, 2, 3))).toThrow(expect.objectContaining({ code: 'PARQUET_CORRUPT' }));
  });

  it('refuses decimals that do not fit their digits', () => {
    const nine = byteArrays(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0), '', '');
    expect(() => column({ type: 'BYTE_ARRAY', converted: 'DECIMAL', precision: 18, scale: 0 }, nine)).toThrow(
      expect.objectContaining({ code: 'PARQUET_CORRUPT' }),
    );
  });
});
