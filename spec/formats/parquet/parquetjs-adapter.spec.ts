import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type {
  ColumnChunkMetadata,
  FileMetadata,
  LogicalType,
  SchemaElement,
} from '../../../formats/parquet/metadata.ts';
import { readPageHeader } from '../../../formats/parquet/page-header.ts';
import {
  bloomFilterHeaderBytes,
  columnIndexBytes,
  footerBytes,
  offsetIndexBytes,
  pageHeaderBytes,
} from '../../../formats/parquet/parquetjs-adapter.ts';
import { readFileMetadata } from '../../../formats/parquet/read-metadata.ts';
import { ThriftReader } from '../../../formats/parquet/thrift-reader.ts';

const WHERE = { path: 'a.parquet', place: 'a spec' };

const element = (name: string, more: Partial<SchemaElement>): SchemaElement => ({
  ...{ name, type: undefined, typeLength: undefined, repetition: 'OPTIONAL', childCount: 0, convertedType: undefined },
  ...{ scale: undefined, precision: undefined, fieldId: undefined, logicalType: undefined },
  ...more,
});

const LOGICAL: readonly LogicalType[] = [
  ...(['STRING', 'MAP', 'LIST', 'ENUM', 'DATE', 'NULL', 'JSON', 'BSON', 'UUID', 'FLOAT16'] as const).map((kind) => ({
    kind,
  })),
  { kind: 'DECIMAL', precision: 38, scale: 0 },
  { kind: 'TIME', isAdjustedToUtc: false, unit: 'millis' },
  { kind: 'TIMESTAMP', isAdjustedToUtc: true, unit: 'micros' },
  { kind: 'TIMESTAMP', isAdjustedToUtc: false, unit: 'nanos' },
  { kind: 'INTEGER', bitWidth: 8, isSigned: false },
  { kind: 'INTEGER', bitWidth: 64, isSigned: true },
];

const chunk: ColumnChunkMetadata = {
  type: 'INT64',
  encodings: ['PLAIN', 'RLE', 'RLE_DICTIONARY'],
  path: ['__proto__', 'constructor', ''],
  codec: 'ZSTD',
  numValues: 2 ** 33,
  totalUncompressedBytes: 2 ** 40 + 1,
  totalCompressedBytes: 5,
  dataPageOffset: 2 ** 50,
  dictionaryPageOffset: 4,
  statistics: {
    nullCount: 3,
    distinctCount: 7,
    minValue: Uint8Array.of(),
    maxValue: Uint8Array.of(255, 0, 128),
    isMinExact: true,
    isMaxExact: false,
    deprecatedMin: undefined,
    deprecatedMax: undefined,
  },
  encodingStats: [{ pageType: 2, encoding: 'PLAIN', count: 1 }],
  bloomFilterOffset: 99,
  bloomFilterBytes: 1024,
  offsetIndexOffset: 10,
  offsetIndexBytes: 11,
  columnIndexOffset: 12,
  columnIndexBytes: 13,
  filePath: undefined,
  isEncrypted: false,
};

const metadata: FileMetadata = {
  version: 1,
  schema: [
    element('root', { repetition: undefined, childCount: LOGICAL.length + 1 }),
    element('plain', {
      ...{ type: 'FIXED_LEN_BYTE_ARRAY', typeLength: 5, repetition: 'REQUIRED', convertedType: 'DECIMAL' },
      ...{ scale: 0, precision: 9, fieldId: 4 },
    }),
    ...LOGICAL.map((logicalType, i) => element(`c${i}`, { type: 'INT32', logicalType })),
  ],
  rowCount: 12,
  rowGroups: [
    {
      columns: Array.from({ length: 20 }, () => chunk),
      totalBytes: 77,
      rowCount: 12,
      sortingColumns: [{ column: 3, descending: true, nullsFirst: false }],
    },
    {
      ...{ totalBytes: 0, rowCount: 0, sortingColumns: [] },
      columns: [
        {
          ...chunk,
          ...{ statistics: undefined, encodingStats: undefined, bloomFilterOffset: undefined },
          ...{ bloomFilterBytes: undefined, dictionaryPageOffset: undefined },
        },
      ],
    },
  ],
  keyValues: new Map([
    ['__proto__', 'x'],
    ['é', '😀'],
  ]),
  createdBy: 'cairn-engine',
  columnOrders: ['TYPE_ORDER', 'UNKNOWN_ORDER'],
};

describe('structs by parquetjs-lite', () => {
  it('are read back as the footer they were made of, fields younger than the package included', () => {
    expect(readFileMetadata(footerBytes(metadata), 'a.parquet', 0)).toEqual(metadata);
  });

  it('are read back as headers of pages', () => {
    const sizes = { rawBytes: 1_000_000, compressedBytes: 0, crc: 0xfedcba98, valueCount: 20_000 };
    for (const kind of ['data', 'dictionary'] as const) {
      const bytes = pageHeaderBytes({ kind, ...sizes, encoding: 'RLE_DICTIONARY' });
      expect(readPageHeader(bytes, 0, bytes.length, WHERE, 0)).toMatchObject({
        ...{ kind, uncompressedBytes: 1_000_000, compressedBytes: 0, crc: 0xfedcba98, valueCount: 20_000 },
        ...{ encoding: 'RLE_DICTIONARY', bodyAt: bytes.length },
      });
    }
  });

  it('are lists of what was given, in indexes of pages', () => {
    const nullPages = Array.from({ length: 17 }, (_, i) => i % 2 === 0);
    const bounds = nullPages.map((_, i) => Uint8Array.of(i));
    const index = columnIndexBytes({
      ...{ nullPages, minValues: bounds, maxValues: bounds.slice(1), boundaryOrder: 'DESCENDING' },
      nullCounts: nullPages.map((_, i) => i),
    });
    const found: Record<number, unknown> = {};
    const r = new ThriftReader(index, WHERE, 0);
    r.beginStruct();
    for (let id = r.nextField(); id !== 0; id = r.nextField()) {
      if (id === 1) found[id] = r.booleans();
      else if (id === 4) found[id] = r.int();
      else if (id === 5) found[id] = r.list(() => r.int());
      else found[id] = r.list(() => r.binary()[0]);
    }
    expect(found).toEqual({
      ...{ 1: nullPages, 2: bounds.map((each) => each[0]), 3: bounds.slice(1).map((each) => each[0]), 4: 2 },
      5: nullPages.map((_, i) => i),
    });
    const pages = [{ offset: 2 ** 45, compressedBytes: 7, firstRow: 9 }];
    const locations = new ThriftReader(offsetIndexBytes({ pages }), WHERE, 0);
    locations.beginStruct();
    expect(locations.nextField()).toBe(1);
    expect(
      locations.list(() => {
        const fields: number[] = [];
        locations.struct();
        for (let id = locations.nextField(); id !== 0; id = locations.nextField()) fields.push(id, locations.int());
        return fields;
      }),
    ).toEqual([[1, 2 ** 45, 2, 7, 3, 9]]);
  });

  it('tell the size of a bloom filter, and its one algorithm, hash and compression', () => {
    expect([...bloomFilterHeaderBytes(32)]).toEqual([
      0x15, 64, 0x1c, 0x1c, 0, 0, 0x1c, 0x1c, 0, 0, 0x1c, 0x1c, 0, 0, 0,
    ]);
  });

  it('leave no global variables, and those of the program as they were', () => {
    pageHeaderBytes({ ...{ kind: 'data', rawBytes: 0, compressedBytes: 0, crc: 0, valueCount: 0 }, encoding: 'PLAIN' });
    const names = Object.keys(createRequire(import.meta.url)('parquetjs-lite/gen-nodejs/parquet_types'));
    expect(names).toContain('RowGroup');
    expect(names.filter((name) => name in globalThis)).toEqual([]);
  });
});
