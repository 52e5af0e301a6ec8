/**
 * The structs of Parquet's footer, page headers and indexes as `parquetjs-lite` has them: classes that Thrift's compiler
 * made of parquet.thrift, which know the numbers and types of all fields, and write themselves.
 *
 * This is the one user of that package, and its classes are the one thing used of it: why, and what it must not be used
 * for, is in docs/decisions/021-parquet-writing.md. Fields that are younger than its parquet.thrift are added here.
 *
 * The package is loaded with the first file that is written. Its classes are assigned to undeclared names, and so
 * would become global variables of the program: what loading changes there is changed back.
 */
import { loadWhenUsed } from '../../lib/base/load-when-used.ts';
import {
  CODECS,
  CONVERTED_TYPES,
  type ColumnChunkMetadata,
  ENCODINGS,
  type Encoding,
  type FileMetadata,
  type LogicalType,
  PHYSICAL_TYPES,
  REPETITIONS,
  type RowGroupMetadata,
  type SchemaElement,
  type Statistics,
} from './metadata.ts';
import { THRIFT_TYPES, type ThriftStruct, ThriftWriter } from './thrift-writer.ts';
import type { ColumnIndex, OffsetIndex, WrittenPageHeader } from './written-pages.ts';

const { I32, I64, BOOL, STRUCT } = THRIFT_TYPES;

type StructName =
  | 'FileMetaData'
  | 'SchemaElement'
  | 'LogicalType'
  | 'DecimalType'
  | 'TimeType'
  | 'TimestampType'
  | 'TimeUnit'
  | 'MilliSeconds'
  | 'MicroSeconds'
  | 'IntType'
  | 'StringType'
  | 'MapType'
  | 'ListType'
  | 'EnumType'
  | 'DateType'
  | 'NullType'
  | 'JsonType'
  | 'BsonType'
  | 'RowGroup'
  | 'SortingColumn'
  | 'ColumnChunk'
  | 'ColumnMetaData'
  | 'PageEncodingStats'
  | 'Statistics'
  | 'KeyValue'
  | 'ColumnOrder'
  | 'TypeDefinedOrder'
  | 'PageHeader'
  | 'DataPageHeader'
  | 'DictionaryPageHeader'
  | 'ColumnIndex'
  | 'OffsetIndex'
  | 'PageLocation';

type StructClasses = { readonly [K in StructName]: new () => ThriftStruct };

const loadClasses = loadWhenUsed<StructClasses>('parquetjs-lite/gen-nodejs/parquet_types');
let classes: StructClasses | undefined;

function structClasses(): StructClasses {
  classes ??= withGlobalsKept(loadClasses);
  return classes;
}

/** Runs `load` and puts back the global variables that it assigned. */
function withGlobalsKept<T>(load: () => T): T {
  const before = Object.getOwnPropertyDescriptors(globalThis) as Readonly<Record<string, PropertyDescriptor>>;
  const loaded = load();
  for (const [name, now] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
    const was = Object.hasOwn(before, name) ? before[name] : undefined;
    if (was === undefined) Reflect.deleteProperty(globalThis, name);
    else if (was.value !== now.value) Object.defineProperty(globalThis, name, was);
  }
  return loaded;
}

/** A struct with the fields given; those that are undefined are not written. Keys are parquet.thrift's names. */
function struct(name: StructName, fields: Readonly<Record<string, unknown>> = {}): ThriftStruct {
  return Object.assign(new (structClasses()[name])(), fields);
}

function extended(inner: ThriftStruct, more: (writer: ThriftWriter) => void): ThriftStruct {
  return {
    write: (writer) => {
      writer.extendNext(more);
      inner.write(writer);
    },
  };
}

const NO_FIELDS: ThriftStruct = {
  write: (writer) => {
    writer.writeStructBegin('');
    writer.writeFieldStop();
    writer.writeStructEnd();
  },
};

const thrift = new ThriftWriter();

/** The footer without its length and magic: what `readMetadata` reads. */
export function footerBytes(metadata: FileMetadata): Uint8Array {
  const { version, schema, rowCount, rowGroups, keyValues, createdBy, columnOrders } = metadata;
  const pairs = [...keyValues].map(([key, value]) => struct('KeyValue', { key, value }));
  return thrift
    .bytesOf(
      struct('FileMetaData', {
        version,
        schema: schema.map(schemaElement),
        num_rows: rowCount,
        row_groups: rowGroups.map(rowGroupStruct),
        key_value_metadata: pairs.length === 0 ? undefined : pairs,
        created_by: createdBy,
        column_orders: columnOrders?.map((order) =>
          struct('ColumnOrder', { TYPE_ORDER: order === 'TYPE_ORDER' ? struct('TypeDefinedOrder') : undefined }),
        ),
      }),
    )
    .slice();
}

/** The header of a page of version 1, or of a dictionary: a view that lives until the next call of this module. */
export function pageHeaderBytes(header: WrittenPageHeader): Uint8Array {
  const { kind, rawBytes, compressedBytes, crc, valueCount } = header;
  const encoding = encodingNumber(header.encoding);
  const levels = encodingNumber('RLE');
  return thrift.bytesOf(
    struct('PageHeader', {
      type: kind === 'data' ? 0 : 2,
      uncompressed_page_size: rawBytes,
      compressed_page_size: compressedBytes,
      crc: crc | 0,
      ...(kind === 'data'
        ? {
            data_page_header: struct('DataPageHeader', {
              ...{ num_values: valueCount, encoding },
              ...{ definition_level_encoding: levels, repetition_level_encoding: levels },
            }),
          }
        : { dictionary_page_header: struct('DictionaryPageHeader', { num_values: valueCount, encoding }) }),
    }),
  );
}

const BOUNDARY_ORDERS = ['UNORDERED', 'ASCENDING', 'DESCENDING'] as const;

/** The bounds of the pages of a chunk. The result is the caller's. */
export function columnIndexBytes(index: ColumnIndex): Uint8Array {
  return thrift
    .bytesOf(
      struct('ColumnIndex', {
        null_pages: index.nullPages,
        min_values: index.minValues,
        max_values: index.maxValues,
        boundary_order: BOUNDARY_ORDERS.indexOf(index.boundaryOrder),
        null_counts: index.nullCounts,
      }),
    )
    .slice();
}

/** Where the pages of a chunk lie. The result is the caller's. */
export function offsetIndexBytes(index: OffsetIndex): Uint8Array {
  const locations = index.pages.map(({ offset, compressedBytes, firstRow }) =>
    struct('PageLocation', { offset, compressed_page_size: compressedBytes, first_row_index: firstRow }),
  );
  return thrift.bytesOf(struct('OffsetIndex', { page_locations: locations })).slice();
}

/** The header of a split-block bloom filter of XXH64 hashes, uncompressed. The result is the caller's. */
export function bloomFilterHeaderBytes(sizeBytes: number): Uint8Array {
  const only: ThriftStruct = {
    write: (writer) => {
      writer.writeStructBegin('');
      writeField(writer, STRUCT, 1, NO_FIELDS);
      writer.writeFieldStop();
      writer.writeStructEnd();
    },
  };
  return thrift
    .bytesOf({
      write: (writer) => {
        writer.writeStructBegin('BloomFilterHeader');
        writeField(writer, I32, 1, sizeBytes);
        for (const id of [2, 3, 4]) writeField(writer, STRUCT, id, only);
        writer.writeFieldStop();
        writer.writeStructEnd();
      },
    })
    .slice();
}

function writeField(writer: ThriftWriter, type: typeof I32 | typeof I64, id: number, value: number): void;
function writeField(writer: ThriftWriter, type: typeof BOOL, id: number, value: boolean): void;
function writeField(writer: ThriftWriter, type: typeof STRUCT, id: number, value: ThriftStruct): void;
function writeField(
  writer: ThriftWriter,
  type: typeof I32 | typeof I64 | typeof BOOL | typeof STRUCT,
  id: number,
  value: number | boolean | ThriftStruct,
): void {
  writer.writeFieldBegin('', type, id);
  if (typeof value === 'boolean') writer.writeBool(value);
  else if (typeof value === 'object') value.write(writer);
  else if (type === I32) writer.writeI32(value);
  else writer.writeI64(value);
  writer.writeFieldEnd();
}

function schemaElement(each: SchemaElement): ThriftStruct {
  return struct('SchemaElement', {
    type: numberIn(PHYSICAL_TYPES, each.type),
    type_length: each.typeLength,
    repetition_type: numberIn(REPETITIONS, each.repetition),
    name: each.name,
    num_children: each.type === undefined ? each.childCount : undefined,
    converted_type: numberIn(CONVERTED_TYPES, each.convertedType),
    scale: each.scale,
    precision: each.precision,
    field_id: each.fieldId,
    logicalType: each.logicalType === undefined ? undefined : logicalType(each.logicalType),
  });
}

/** Logical types with a class of their own, by their name there. */
const PLAIN_LOGICAL: { readonly [K in LogicalType['kind']]?: readonly [field: string, name: StructName] } = {
  STRING: ['STRING', 'StringType'],
  MAP: ['MAP', 'MapType'],
  LIST: ['LIST', 'ListType'],
  ENUM: ['ENUM', 'EnumType'],
  DATE: ['DATE', 'DateType'],
  NULL: ['UNKNOWN', 'NullType'],
  JSON: ['JSON', 'JsonType'],
  BSON: ['BSON', 'BsonType'],
};

/** Younger ones, all without parameters here, by their number. */
const YOUNGER_LOGICAL: { readonly [K in LogicalType['kind']]?: number } = { UUID: 14, FLOAT16: 15 };

function logicalType(type: LogicalType): ThriftStruct | undefined {
  switch (type.kind) {
    case 'DECIMAL': {
      const { scale, precision } = type;
      return struct('LogicalType', { DECIMAL: struct('DecimalType', { scale, precision }) });
    }
    case 'TIME':
    case 'TIMESTAMP': {
      const fields = { isAdjustedToUTC: type.isAdjustedToUtc, unit: timeUnit(type.unit) };
      const name = type.kind === 'TIME' ? 'TimeType' : 'TimestampType';
      return struct('LogicalType', { [type.kind]: struct(name, fields) });
    }
    case 'INTEGER': {
      const { bitWidth, isSigned } = type;
      return struct('LogicalType', { INTEGER: struct('IntType', { bitWidth, isSigned }) });
    }
    default: {
      const plain = PLAIN_LOGICAL[type.kind];
      if (plain !== undefined) return struct('LogicalType', { [plain[0]]: struct(plain[1]) });
      const id = YOUNGER_LOGICAL[type.kind];
      if (id === undefined) return undefined;
      return extended(struct('LogicalType'), (writer) => writeField(writer, STRUCT, id, NO_FIELDS));
    }
  }
}

function timeUnit(unit: 'millis' | 'micros' | 'nanos'): ThriftStruct {
  if (unit === 'millis') return struct('TimeUnit', { MILLIS: struct('MilliSeconds') });
  if (unit === 'micros') return struct('TimeUnit', { MICROS: struct('MicroSeconds') });
  return extended(struct('TimeUnit'), (writer) => writeField(writer, STRUCT, 3, NO_FIELDS));
}

function rowGroupStruct(rowGroup: RowGroupMetadata): ThriftStruct {
  const { columns, totalBytes, rowCount, sortingColumns } = rowGroup;
  const compressed = columns.reduce((sum, { totalCompressedBytes }) => sum + totalCompressedBytes, 0);
  const sorting = sortingColumns.map(({ column, descending, nullsFirst }) =>
    struct('SortingColumn', { column_idx: column, descending, nulls_first: nullsFirst }),
  );
  return extended(
    struct('RowGroup', {
      columns: columns.map(columnChunk),
      total_byte_size: totalBytes,
      num_rows: rowCount,
      sorting_columns: sorting.length === 0 ? undefined : sorting,
    }),
    (writer) => writeField(writer, I64, 6, compressed),
  );
}

function columnChunk(chunk: ColumnChunkMetadata): ThriftStruct {
  const { encodingStats, bloomFilterOffset, bloomFilterBytes } = chunk;
  const inner = struct('ColumnMetaData', {
    type: numberIn(PHYSICAL_TYPES, chunk.type),
    encodings: chunk.encodings.map(encodingNumber),
    path_in_schema: chunk.path,
    codec: numberIn(CODECS, chunk.codec),
    num_values: chunk.numValues,
    total_uncompressed_size: chunk.totalUncompressedBytes,
    total_compressed_size: chunk.totalCompressedBytes,
    data_page_offset: chunk.dataPageOffset,
    dictionary_page_offset: chunk.dictionaryPageOffset,
    statistics: chunk.statistics === undefined ? undefined : statisticsStruct(chunk.statistics),
    encoding_stats: encodingStats?.map(({ pageType, encoding, count }) =>
      struct('PageEncodingStats', { page_type: pageType, encoding: encodingNumber(encoding), count }),
    ),
  });
  return struct('ColumnChunk', {
    file_path: chunk.filePath,
    // Deprecated, and required: readers are told to look at the offsets of pages.
    file_offset: 0,
    meta_data: extended(inner, (writer) => {
      if (bloomFilterOffset !== undefined) writeField(writer, I64, 14, bloomFilterOffset);
      if (bloomFilterBytes !== undefined) writeField(writer, I32, 15, bloomFilterBytes);
    }),
    offset_index_offset: chunk.offsetIndexOffset,
    offset_index_length: chunk.offsetIndexBytes,
    column_index_offset: chunk.columnIndexOffset,
    column_index_length: chunk.columnIndexBytes,
  });
}

function statisticsStruct(statistics: Statistics): ThriftStruct {
  const { isMaxExact, isMinExact } = statistics;
  const inner = struct('Statistics', {
    max: statistics.deprecatedMax,
    min: statistics.deprecatedMin,
    null_count: statistics.nullCount,
    distinct_count: statistics.distinctCount,
    max_value: statistics.maxValue,
    min_value: statistics.minValue,
  });
  return extended(inner, (writer) => {
    if (isMaxExact !== undefined) writeField(writer, BOOL, 7, isMaxExact);
    if (isMinExact !== undefined) writeField(writer, BOOL, 8, isMinExact);
  });
}

function encodingNumber(encoding: Encoding | undefined): number {
  return ENCODINGS.indexOf(encoding);
}

function numberIn<T>(names: readonly T[], name: T | undefined): number | undefined {
  return name === undefined ? undefined : names.indexOf(name);
}
