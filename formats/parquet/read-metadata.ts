/**
 * The footer's structs, from Thrift to `FileMetadata`. Counts are bounded by the bytes they are read from: a list
 * costs a byte an element, and what each element must have costs more.
 */
import type { CairnError } from '../../lib/base/errors.ts';
import type { FilePlace } from './damage.ts';
import {
  CODECS,
  CONVERTED_TYPES,
  type ColumnChunkMetadata,
  ENCODINGS,
  type EncodingStats,
  type FileMetadata,
  type LogicalType,
  PHYSICAL_TYPES,
  type PlainLogicalType,
  REPETITIONS,
  type RowGroupMetadata,
  type SchemaElement,
  type SortingColumn,
  type Statistics,
} from './metadata.ts';
import { ThriftReader } from './thrift-reader.ts';

/** `origin` is where the bytes lie in the file. Raises `PARQUET_CORRUPT`. */
export function readFileMetadata(bytes: Uint8Array, path: string, origin: number): FileMetadata {
  const where: FilePlace = { path, place: 'the footer' };
  const r = new ThriftReader(bytes, where, origin);
  let version = 0;
  let schema: SchemaElement[] = [];
  let rowCount: number | undefined;
  let rowGroups: RowGroupMetadata[] | undefined;
  const keyValues = new Map<string, string>();
  let createdBy: string | undefined;
  let columnOrders: ('TYPE_ORDER' | 'UNKNOWN_ORDER')[] | undefined;
  r.beginStruct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) version = r.int();
    else if (id === 2) schema = r.list(() => readSchemaElement(r), 'schema elements');
    else if (id === 3) rowCount = r.count('a number of rows');
    else if (id === 4) rowGroups = r.list(() => readRowGroup(r), 'row groups');
    else if (id === 5) r.list(() => readKeyValue(r, keyValues), 'key values');
    else if (id === 6) createdBy = r.string();
    else if (id === 7) columnOrders = r.list(() => readColumnOrder(r), 'column orders');
    else r.skip();
  }
  return {
    version,
    schema: required(r, schema.length === 0 ? undefined : schema, 'a schema'),
    rowCount: required(r, rowCount, 'a number of rows'),
    rowGroups: required(r, rowGroups, 'row groups'),
    keyValues,
    createdBy,
    columnOrders,
  };
}

function readSchemaElement(r: ThriftReader): SchemaElement {
  const draft: { -readonly [K in keyof SchemaElement]: SchemaElement[K] } = {
    name: '',
    type: undefined,
    typeLength: undefined,
    repetition: undefined,
    childCount: 0,
    convertedType: undefined,
    scale: undefined,
    precision: undefined,
    fieldId: undefined,
    logicalType: undefined,
  };
  let hasName = false;
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) draft.type = named(r, PHYSICAL_TYPES, 'a physical type');
    else if (id === 2) draft.typeLength = r.count('a length of values');
    else if (id === 3) draft.repetition = named(r, REPETITIONS, 'a repetition');
    else if (id === 4) {
      draft.name = r.string();
      hasName = true;
    } else if (id === 5) draft.childCount = r.count('a number of children');
    else if (id === 6) draft.convertedType = CONVERTED_TYPES[r.int()];
    else if (id === 7) draft.scale = r.int();
    else if (id === 8) draft.precision = r.int();
    else if (id === 9) draft.fieldId = r.int();
    else if (id === 10) draft.logicalType = readLogicalType(r);
    else r.skip();
  }
  if (!hasName) throw missing(r, 'a name of a schema element');
  return draft;
}

/** By field id of the union; those with parameters are read apart. */
const LOGICAL_TYPES = new Map<number, PlainLogicalType>([
  [1, 'STRING'],
  [2, 'MAP'],
  [3, 'LIST'],
  [4, 'ENUM'],
  [6, 'DATE'],
  [11, 'NULL'],
  [12, 'JSON'],
  [13, 'BSON'],
  [14, 'UUID'],
  [15, 'FLOAT16'],
  [16, 'VARIANT'],
  [17, 'GEOMETRY'],
  [18, 'GEOGRAPHY'],
]);

function readLogicalType(r: ThriftReader): LogicalType | undefined {
  let type: LogicalType | undefined;
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    const kind = LOGICAL_TYPES.get(id);
    if (id === 5) type = readDecimalType(r);
    else if (id === 7 || id === 8) type = readTimeType(r, id === 7 ? 'TIME' : 'TIMESTAMP');
    else if (id === 10) type = readIntegerType(r);
    else {
      type = kind === undefined ? { kind: 'UNKNOWN_LOGICAL', fieldId: id } : { kind };
      r.skip();
    }
  }
  return type;
}

function readDecimalType(r: ThriftReader): LogicalType {
  let scale = 0;
  let precision = 0;
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) scale = r.int();
    else if (id === 2) precision = r.int();
    else r.skip();
  }
  return { kind: 'DECIMAL', precision, scale };
}

const TIME_UNITS = [undefined, 'millis', 'micros', 'nanos'] as const;

function readTimeType(r: ThriftReader, kind: 'TIME' | 'TIMESTAMP'): LogicalType {
  let isAdjustedToUtc = false;
  let unit: (typeof TIME_UNITS)[number];
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) isAdjustedToUtc = r.boolean();
    else if (id === 2) {
      r.struct();
      for (let unitId = r.nextField(); unitId !== 0; unitId = r.nextField()) {
        unit = TIME_UNITS[unitId];
        r.skip();
      }
    } else r.skip();
  }
  return { kind, isAdjustedToUtc, unit: required(r, unit, 'a unit of time') };
}

function readIntegerType(r: ThriftReader): LogicalType {
  let bitWidth = 0;
  let isSigned = true;
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) bitWidth = r.int();
    else if (id === 2) isSigned = r.boolean();
    else r.skip();
  }
  return { kind: 'INTEGER', bitWidth, isSigned };
}

function readKeyValue(r: ThriftReader, into: Map<string, string>): void {
  let key = '';
  let value = '';
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) key = r.string();
    else if (id === 2) value = r.string();
    else r.skip();
  }
  into.set(key, value);
}

function readColumnOrder(r: ThriftReader): 'TYPE_ORDER' | 'UNKNOWN_ORDER' {
  let order: 'TYPE_ORDER' | 'UNKNOWN_ORDER' = 'UNKNOWN_ORDER';
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) order = 'TYPE_ORDER';
    r.skip();
  }
  return order;
}

function readRowGroup(r: ThriftReader): RowGroupMetadata {
  let columns: ColumnChunkMetadata[] | undefined;
  let totalBytes = 0;
  let rowCount: number | undefined;
  let sortingColumns: SortingColumn[] = [];
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) columns = r.list(() => readColumnChunk(r), 'column chunks');
    else if (id === 2) totalBytes = r.int();
    else if (id === 3) rowCount = r.count('a number of rows');
    else if (id === 4) sortingColumns = r.list(() => readSortingColumn(r), 'sorting columns');
    else r.skip();
  }
  return {
    columns: required(r, columns, 'column chunks'),
    totalBytes,
    rowCount: required(r, rowCount, 'a number of rows'),
    sortingColumns,
  };
}

function readSortingColumn(r: ThriftReader): SortingColumn {
  let column = 0;
  let descending = false;
  let nullsFirst = false;
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) column = r.count('a column');
    else if (id === 2) descending = r.boolean();
    else if (id === 3) nullsFirst = r.boolean();
    else r.skip();
  }
  return { column, descending, nullsFirst };
}

type Draft<T> = { -readonly [K in keyof T]?: T[K] | undefined };

function readColumnChunk(r: ThriftReader): ColumnChunkMetadata {
  const draft: Draft<ColumnChunkMetadata> = {};
  let isEncrypted = false;
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) draft.filePath = r.string();
    else if (id === 3) readChunkMetadata(r, draft);
    else if (id === 4) draft.offsetIndexOffset = r.count('an offset');
    else if (id === 5) draft.offsetIndexBytes = r.count('a length');
    else if (id === 6) draft.columnIndexOffset = r.count('an offset');
    else if (id === 7) draft.columnIndexBytes = r.count('a length');
    else {
      // 8 is the metadata of how the column is encrypted, 9 the encrypted metadata.
      if (id === 8 || id === 9) isEncrypted = true;
      r.skip();
    }
  }
  // The metadata of an encrypted column may be missing; all that can be said then is that it is encrypted.
  const isBare = isEncrypted && draft.type === undefined;
  return {
    type: isBare ? 'BYTE_ARRAY' : required(r, draft.type, 'a physical type'),
    encodings: draft.encodings ?? [],
    path: draft.path ?? [],
    codec: isBare ? 'UNCOMPRESSED' : required(r, draft.codec, 'a codec'),
    numValues: isBare ? 0 : required(r, draft.numValues, 'a number of values'),
    totalUncompressedBytes: draft.totalUncompressedBytes ?? 0,
    totalCompressedBytes: isBare ? 0 : required(r, draft.totalCompressedBytes, 'a size'),
    dataPageOffset: isBare ? 0 : required(r, draft.dataPageOffset, 'an offset of data pages'),
    dictionaryPageOffset: draft.dictionaryPageOffset,
    statistics: draft.statistics,
    encodingStats: draft.encodingStats,
    bloomFilterOffset: draft.bloomFilterOffset,
    bloomFilterBytes: draft.bloomFilterBytes,
    offsetIndexOffset: draft.offsetIndexOffset,
    offsetIndexBytes: draft.offsetIndexBytes,
    columnIndexOffset: draft.columnIndexOffset,
    columnIndexBytes: draft.columnIndexBytes,
    filePath: draft.filePath,
    isEncrypted,
  };
}

function readChunkMetadata(r: ThriftReader, draft: Draft<ColumnChunkMetadata>): void {
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) draft.type = named(r, PHYSICAL_TYPES, 'a physical type');
    else if (id === 2) draft.encodings = r.list(() => ENCODINGS[r.int()]);
    else if (id === 3) draft.path = r.list(() => r.string());
    else if (id === 4) draft.codec = named(r, CODECS, 'a codec');
    else if (id === 5) draft.numValues = r.count('a number of values');
    else if (id === 6) draft.totalUncompressedBytes = r.int();
    else if (id === 7) draft.totalCompressedBytes = r.count('a size');
    else if (id === 9) draft.dataPageOffset = r.count('an offset');
    else if (id === 11) draft.dictionaryPageOffset = r.count('an offset');
    else if (id === 12) draft.statistics = readStatistics(r);
    else if (id === 13) draft.encodingStats = r.list(() => readEncodingStats(r));
    // Some writers had lists of their own here before these fields were given to bloom filters.
    else if (id === 14 && r.isInteger) draft.bloomFilterOffset = r.count('an offset');
    else if (id === 15 && r.isInteger) draft.bloomFilterBytes = r.count('a length');
    else r.skip();
  }
}

function readEncodingStats(r: ThriftReader): EncodingStats {
  let pageType = 0;
  let encoding: EncodingStats['encoding'];
  let count = 0;
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) pageType = r.int();
    else if (id === 2) encoding = ENCODINGS[r.int()];
    else if (id === 3) count = r.int();
    else r.skip();
  }
  return { pageType, encoding, count };
}

/** The struct field that was met last. Page headers have it, too. */
function readStatistics(r: ThriftReader): Statistics {
  const draft: { -readonly [K in keyof Statistics]: Statistics[K] } = {
    nullCount: undefined,
    distinctCount: undefined,
    minValue: undefined,
    maxValue: undefined,
    isMinExact: undefined,
    isMaxExact: undefined,
    deprecatedMin: undefined,
    deprecatedMax: undefined,
  };
  r.struct();
  for (let id = r.nextField(); id !== 0; id = r.nextField()) {
    if (id === 1) draft.deprecatedMax = r.binary();
    else if (id === 2) draft.deprecatedMin = r.binary();
    else if (id === 3) draft.nullCount = r.int();
    else if (id === 4) draft.distinctCount = r.int();
    else if (id === 5) draft.maxValue = r.binary();
    else if (id === 6) draft.minValue = r.binary();
    else if (id === 7) draft.isMaxExact = r.boolean();
    else if (id === 8) draft.isMinExact = r.boolean();
    else r.skip();
  }
  // Some writers give -1 for what they did not count.
  if (draft.nullCount !== undefined && draft.nullCount < 0) draft.nullCount = undefined;
  return draft;
}

function named<T extends string>(r: ThriftReader, names: readonly T[], what: string): T {
  const value = r.int();
  const name = names[value];
  if (name === undefined) throw r.corrupt(what, value);
  return name;
}

function required<T>(r: ThriftReader, value: T | undefined, what: string): T {
  if (value === undefined) throw missing(r, what);
  return value;
}

function missing(r: ThriftReader, what: string): CairnError {
  return r.corrupt(what, 'none');
}
