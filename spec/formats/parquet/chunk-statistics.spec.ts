import { describe, expect, it } from 'vitest';
import { boundOrder, chunkStats, pageStats, plainValue } from '../../../formats/parquet/chunk-statistics.ts';
import type {
  ColumnChunkMetadata,
  FileMetadata,
  SchemaElement,
  Statistics,
} from '../../../formats/parquet/metadata.ts';
import type { LeafNode } from '../../../formats/parquet/schema-tree.ts';
import { pointSet, rangeSet, union, type ValueSet } from '../../../formats/scan/value-set.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const UINT: DataType = { kind: 'int', bits: 32, signed: false };
const DOUBLE: DataType = { kind: 'float', bits: 64 };
const TEXT: DataType = { kind: 'string' };

const leafOf = (physicalType: LeafNode['physicalType'], type: DataType, more: Partial<LeafNode> = {}): LeafNode => ({
  ...{ kind: 'leaf', name: 'x', type, nullable: true, repetition: 0, slotAt: 0, definedAt: 1, index: 0 },
  ...{ path: ['x'], physicalType, typeLength: 0, ...more },
});

const metadataOf = (more: Partial<FileMetadata> = {}, element: Partial<SchemaElement> = {}): FileMetadata => ({
  ...{ version: 1, rowCount: 9, rowGroups: [], keyValues: new Map(), createdBy: 'spec', columnOrders: ['TYPE_ORDER'] },
  schema: [
    { name: 'root', type: undefined } as SchemaElement,
    { name: 'x', type: 'INT32', ...element } as SchemaElement,
  ],
  ...more,
});

const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer);
const int32 = (value: number) => bytes(Int32Array.of(value));
const double = (value: number) => bytes(Float64Array.of(value));

function boundsOf(leaf: LeafNode, statistics: Partial<Statistics>, metadata = metadataOf()): ValueSet | undefined {
  return chunkStats(metadata, leaf, { statistics } as ColumnChunkMetadata, 9).values;
}

describe('statistics of chunks', () => {
  it('are bounds that include both ends', () => {
    const leaf = leafOf('INT32', INT);
    expect(boundsOf(leaf, { minValue: int32(-3), maxValue: int32(7) })).toEqual(rangeSet('integer', -3n, 8n));
    const text = { minValue: Buffer.from('a'), maxValue: Buffer.from('b') };
    expect(boundsOf(leafOf('BYTE_ARRAY', TEXT), text)).toEqual(
      rangeSet('bytes', Buffer.from('a'), Uint8Array.of(98, 0)),
    );
  });

  it('leave room for NaN, and mean nothing where they are NaN', () => {
    const leaf = leafOf('DOUBLE', DOUBLE);
    const nan = pointSet('float', [Number.NaN]);
    expect(boundsOf(leaf, { minValue: double(1), maxValue: double(1) })).toEqual(union(pointSet('float', [1]), nan));
    expect(boundsOf(leaf, { minValue: double(Number.NaN), maxValue: double(1) })).toBeUndefined();
    expect(boundsOf(leaf, { minValue: double(0), maxValue: double(Number.NaN) })).toBeUndefined();
  });

  it('mean nothing the wrong way round, of a wrong length, or with one end', () => {
    const leaf = leafOf('INT32', INT);
    expect(boundsOf(leaf, { minValue: int32(7), maxValue: int32(-3) })).toBeUndefined();
    expect(boundsOf(leaf, { minValue: Uint8Array.of(1), maxValue: int32(3) })).toBeUndefined();
    expect(boundsOf(leaf, { maxValue: int32(3) })).toBeUndefined();
    expect(chunkStats(metadataOf(), leaf, { statistics: undefined } as ColumnChunkMetadata, 9)).toEqual({
      ...{ rowCount: 9, nullCount: undefined, values: undefined },
    });
  });

  it('are taken in their deprecated form for signed numbers alone', () => {
    const old = { deprecatedMin: int32(1), deprecatedMax: int32(2) };
    expect(boundsOf(leafOf('INT32', INT), old)).toEqual(rangeSet('integer', 1n, 3n));
    expect(boundsOf(leafOf('INT32', UINT), old)).toBeUndefined();
    const text = { deprecatedMin: Buffer.from('a'), deprecatedMax: Buffer.from('b') };
    expect(boundsOf(leafOf('BYTE_ARRAY', TEXT), text)).toBeUndefined();
  });

  it('need an order of the column but for signed numbers', () => {
    const text = { minValue: Buffer.from('a'), maxValue: Buffer.from('b') };
    const numbers = { minValue: int32(1), maxValue: int32(2) };
    const unsaid = metadataOf({ columnOrders: undefined });
    expect(boundsOf(leafOf('BYTE_ARRAY', TEXT), text, unsaid)).toBeUndefined();
    expect(boundsOf(leafOf('INT32', UINT), numbers, unsaid)).toBeUndefined();
    expect(boundsOf(leafOf('INT32', INT), numbers, unsaid)).toBeDefined();
    expect(boundsOf(leafOf('INT32', INT), numbers, metadataOf({ columnOrders: ['UNKNOWN_ORDER'] }))).toBeUndefined();
  });

  it('are never taken of INT96, intervals, geometries, lists, and strings that parquet.js wrote', () => {
    const timestamp: DataType = { kind: 'timestamp', unit: 'micros', withZone: true };
    expect(boundOrder(metadataOf(), leafOf('INT96', timestamp))).toBe('none');
    const blob: DataType = { kind: 'binary', byteLength: 12 };
    const fixed = leafOf('FIXED_LEN_BYTE_ARRAY', blob, { typeLength: 12 });
    expect(boundOrder(metadataOf({}, { convertedType: 'INTERVAL' }), fixed)).toBe('none');
    expect(boundOrder(metadataOf({}, { logicalType: { kind: 'GEOMETRY' } }), fixed)).toBe('none');
    expect(boundOrder(metadataOf(), fixed)).toBe('type');
    expect(boundOrder(metadataOf(), leafOf('INT32', INT, { repetition: 1 }))).toBe('none');
    expect(boundOrder(metadataOf({ createdBy: 'parquet.js' }), leafOf('BYTE_ARRAY', TEXT))).toBe('none');
    expect(boundOrder(metadataOf({ createdBy: 'parquet.js' }), leafOf('INT32', INT))).toBe('type');
  });

  it('count what is missing, but not more than there is, nor entries of lists', () => {
    const count = (leaf: LeafNode, nullCount: number | undefined) =>
      chunkStats(metadataOf(), leaf, { statistics: { nullCount } } as ColumnChunkMetadata, 9).nullCount;
    expect(count(leafOf('INT32', INT), 3)).toBe(3);
    expect(count(leafOf('INT32', INT), 10)).toBeUndefined();
    expect(count(leafOf('INT32', INT, { definedAt: 0 }), undefined)).toBe(0);
    expect(count(leafOf('INT32', INT, { repetition: 1 }), 3)).toBeUndefined();
  });
});

describe('statistics of pages', () => {
  it('say what chunks say', () => {
    const page = { isKnown: true, isNull: false, min: int32(1), max: int32(2), nullCount: 1 };
    const leaf = leafOf('INT32', INT);
    expect(pageStats(leaf, page, 5, 'type')).toEqual({
      rowCount: 5,
      nullCount: 1,
      values: rangeSet('integer', 1n, 3n),
    });
    expect(pageStats(leaf, page, 5, 'none').values).toBeUndefined();
    expect(pageStats(leafOf('INT32', UINT), page, 5, 'signed').values).toBeUndefined();
    expect(pageStats(leaf, { ...page, isNull: true, nullCount: 5 }, 5, 'type').nullCount).toBe(5);
    expect(pageStats(leaf, { ...page, isNull: true, nullCount: undefined }, 5, 'type').nullCount).toBe(5);
  });

  it('say nothing where they are none, or contradict themselves', () => {
    const empty = { isKnown: true, isNull: true, min: new Uint8Array(), max: new Uint8Array(), nullCount: 1 };
    const nothing = { rowCount: 5, nullCount: undefined, values: undefined };
    const leaf = leafOf('BYTE_ARRAY', TEXT);
    expect(pageStats(leaf, empty, 5, 'type')).toEqual(nothing);
    expect(pageStats(leaf, { ...empty, isKnown: false, nullCount: -1 }, 5, 'type')).toEqual(nothing);
    expect(pageStats(leaf, { ...empty, isKnown: false, isNull: false, nullCount: -1 }, 5, 'type')).toEqual(nothing);
  });
});

describe('plainValue', () => {
  it('reads each physical type in its logical one', () => {
    expect(plainValue(leafOf('INT32', UINT), int32(-1))).toBe(4294967295n);
    expect(plainValue(leafOf('INT64', { kind: 'int', bits: 64, signed: false }), bytes(BigInt64Array.of(-1n)))).toBe(
      2n ** 64n - 1n,
    );
    expect(plainValue(leafOf('BOOLEAN', { kind: 'boolean' }), Uint8Array.of(1))).toBe(1n);
    expect(plainValue(leafOf('FLOAT', { kind: 'float', bits: 32 }), bytes(Float32Array.of(0.5)))).toBe(0.5);
    const decimal: DataType = { kind: 'decimal', precision: 4, scale: 2 };
    expect(plainValue(leafOf('FIXED_LEN_BYTE_ARRAY', decimal), Uint8Array.of(0xff, 0xfe))).toBe(-2n);
    const half = (bits: number) =>
      plainValue(leafOf('FIXED_LEN_BYTE_ARRAY', { kind: 'float', bits: 16 }), bytes(Uint16Array.of(bits)));
    expect([0x3c00, 0xc000, 0x0001, 0x7c00, 0x7e00, 0x8000].map(half)).toEqual([1, -2, 2 ** -24, Infinity, NaN, -0]);
    expect(plainValue(leafOf('INT96', INT), new Uint8Array(12))).toBeUndefined();
  });
});
