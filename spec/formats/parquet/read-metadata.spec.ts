import { describe, expect, it } from 'vitest';
import type { FileMetadata } from '../../../formats/parquet/metadata.ts';
import { readFileMetadata } from '../../../formats/parquet/read-metadata.ts';
import { binary, bool, int, list, long, struct, type ThriftValue } from '../../support/thrift-bytes.ts';

function read(fields: Readonly<Record<number, ThriftValue | undefined>>): FileMetadata {
  return readFileMetadata(Uint8Array.from(struct(fields).bytes), 'a.parquet', 100);
}

const ROOT = struct({ 4: binary('root'), 5: int(1) });
const LEAF = struct({ 1: int(1), 3: int(1), 4: binary('a') });
const CHUNK = {
  1: int(1),
  2: list([int(0), int(3), int(77)]),
  3: list([binary('a')]),
  4: int(6),
  5: long(3),
  6: long(9),
  7: long(8),
  9: long(4),
};
const group = (chunk: Readonly<Record<number, ThriftValue>>, more: Readonly<Record<number, ThriftValue>> = {}) =>
  list([struct({ 1: list([struct({ 3: struct({ ...CHUNK, ...chunk }), ...more })]), 2: long(10), 3: long(3) })]);
const FILE = { 1: int(2), 2: list([ROOT, LEAF]), 3: long(3), 4: group({}) };

const logicalOf = (value: Readonly<Record<number, ThriftValue>>) =>
  read({ ...FILE, 2: list([ROOT, struct({ 1: int(1), 4: binary('a'), 10: struct(value) })]) }).schema[1]?.logicalType;

describe('the metadata of a file', () => {
  it('is what its footer says', () => {
    const pair = struct({ 1: binary('k'), 2: binary('v') });
    const orders = list([struct({ 1: struct({}) }), struct({})]);
    const { schema, rowGroups, ...rest } = read({ ...FILE, 5: list([pair]), 6: binary('me'), 7: orders });
    expect(rest).toEqual({
      version: 2,
      rowCount: 3,
      keyValues: new Map([['k', 'v']]),
      createdBy: 'me',
      columnOrders: ['TYPE_ORDER', 'UNKNOWN_ORDER'],
    });
    expect(schema.map(({ name, type, repetition, childCount }) => ({ name, type, repetition, childCount }))).toEqual([
      { name: 'root', type: undefined, repetition: undefined, childCount: 1 },
      { name: 'a', type: 'INT32', repetition: 'OPTIONAL', childCount: 0 },
    ]);
    expect(rowGroups).toMatchObject([{ rowCount: 3, totalBytes: 10, sortingColumns: [] }]);
    expect(rowGroups[0]?.columns).toMatchObject([
      {
        ...{ type: 'INT32', encodings: ['PLAIN', 'RLE', undefined], path: ['a'], codec: 'ZSTD', numValues: 3 },
        ...{ totalUncompressedBytes: 9, totalCompressedBytes: 8, dataPageOffset: 4, dictionaryPageOffset: undefined },
        ...{ statistics: undefined, isEncrypted: false, filePath: undefined },
      },
    ]);
  });

  it('keeps statistics as bytes, and counts below zero as unknown', () => {
    const statistics = struct({
      1: binary('d'),
      2: binary('c'),
      3: long(-1),
      4: long(2),
      5: binary('b'),
      6: binary('a'),
      7: bool(false),
      8: bool(true),
    });
    const found = read({ ...FILE, 4: group({ 12: statistics }) }).rowGroups[0]?.columns[0]?.statistics;
    const bytes = (text: string) => new Uint8Array(Buffer.from(text));
    expect(found).toEqual({
      ...{ nullCount: undefined, distinctCount: 2, minValue: bytes('a'), maxValue: bytes('b') },
      ...{ isMinExact: true, isMaxExact: false, deprecatedMin: bytes('c'), deprecatedMax: bytes('d') },
    });
  });

  it('finds where indexes and bloom filters are, and which pages there are', () => {
    const encodingStats = list([struct({ 1: int(0), 2: int(8), 3: int(5) })]);
    const chunk = { 11: long(2), 13: encodingStats, 14: long(50), 15: int(60) };
    const found = read({ ...FILE, 4: group(chunk, { 4: long(1), 5: int(2), 6: long(3), 7: int(4) }) }).rowGroups[0]
      ?.columns[0];
    expect(found).toMatchObject({
      ...{
        dictionaryPageOffset: 2,
        bloomFilterOffset: 50,
        bloomFilterBytes: 60,
        offsetIndexOffset: 1,
        offsetIndexBytes: 2,
      },
      ...{ columnIndexOffset: 3, columnIndexBytes: 4 },
      encodingStats: [{ pageType: 0, encoding: 'RLE_DICTIONARY', count: 5 }],
    });
    const old = read({ ...FILE, 4: group({ 14: list([int(1)]) }) }).rowGroups[0]?.columns[0];
    expect(old?.bloomFilterOffset).toBeUndefined();
  });

  it('finds logical types with their parameters', () => {
    expect(logicalOf({ 1: struct({}) })).toEqual({ kind: 'STRING' });
    expect(logicalOf({ 5: struct({ 1: int(2), 2: int(9) }) })).toEqual({ kind: 'DECIMAL', scale: 2, precision: 9 });
    const micros = struct({ 2: struct({}) });
    expect(logicalOf({ 8: struct({ 1: bool(true), 2: micros }) })).toEqual({
      kind: 'TIMESTAMP',
      isAdjustedToUtc: true,
      unit: 'micros',
    });
    expect(logicalOf({ 7: struct({ 1: bool(false), 2: micros }) })).toEqual({
      kind: 'TIME',
      isAdjustedToUtc: false,
      unit: 'micros',
    });
    expect(logicalOf({ 10: struct({ 1: int(8, 3), 2: bool(false) }) })).toMatchObject({
      kind: 'INTEGER',
      isSigned: false,
    });
    expect(logicalOf({ 14: struct({}) })).toEqual({ kind: 'UUID' });
    expect(logicalOf({ 99: struct({}) })).toEqual({ kind: 'UNKNOWN_LOGICAL', fieldId: 99 });
  });

  it('finds sorting columns, and that a column is encrypted', () => {
    const sorting = list([struct({ 1: int(0), 2: bool(true), 3: bool(true) })]);
    const groups = list([struct({ 1: list([struct({ 8: struct({}) })]), 3: long(3), 4: sorting })]);
    const [found] = read({ ...FILE, 4: groups }).rowGroups;
    expect(found?.sortingColumns).toEqual([{ column: 0, descending: true, nullsFirst: true }]);
    expect(found?.columns[0]?.isEncrypted).toBe(true);
  });

  it.each([
    ['no schema', { 2: undefined }],
    ['no number of rows', { 3: undefined }],
    ['no row groups', { 4: undefined }],
    ['a negative number of rows', { 3: long(-1) }],
    ['an element without a name', { 2: list([struct({ 5: int(1) })]) }],
    ['an unknown physical type', { 2: list([struct({ 1: int(50), 4: binary('a') })]) }],
    ['a chunk without a codec', { 4: group({ 4: bool(true) }) }],
    ['an unknown codec', { 4: group({ 4: int(99) }) }],
    ['a time without a unit', { 2: list([struct({ 4: binary('a'), 10: struct({ 7: struct({}) }) })]) }],
  ])('is refused with %s', (_, fields) => {
    expect(() => read({ ...FILE, ...fields })).toThrow(expect.objectContaining({ code: 'PARQUET_CORRUPT' }));
  });

  it('is refused where it is cut, at every byte', () => {
    const whole = Uint8Array.from(struct(FILE).bytes);
    for (let length = 0; length < whole.length; length++) {
      expect(() => readFileMetadata(whole.subarray(0, length), 'a.parquet', 0)).toThrow(
        expect.objectContaining({ code: 'PARQUET_CORRUPT' }),
      );
    }
  });
});
