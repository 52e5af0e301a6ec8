/**
 * What the footer of a Parquet file says, as it says it: names for numbers, absent fields as undefined, offsets checked
 * to be whole numbers but not yet compared with the file. Sizes and counts are numbers: beyond 2^53 they are damage.
 *
 * Field names follow parquet.thrift in camel case. Nothing here is interpreted: `schema-tree.ts` makes types of it.
 */

/** How values lie in pages. By the number in the file. */
export const PHYSICAL_TYPES = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const;
export type PhysicalType = (typeof PHYSICAL_TYPES)[number];

/** By the number in the file; 1 was never used. */
export const ENCODINGS = [
  'PLAIN',
  undefined,
  'PLAIN_DICTIONARY',
  'RLE',
  'BIT_PACKED',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY',
  'RLE_DICTIONARY',
  'BYTE_STREAM_SPLIT',
] as const;
export type Encoding = Exclude<(typeof ENCODINGS)[number], undefined>;

/** By the number in the file. */
export const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const;
export type Codec = (typeof CODECS)[number];

/** By the number in the file. */
export const REPETITIONS = ['REQUIRED', 'OPTIONAL', 'REPEATED'] as const;
export type Repetition = (typeof REPETITIONS)[number];

/** Types of before logical types, by the number in the file. */
export const CONVERTED_TYPES = [
  'UTF8',
  'MAP',
  'MAP_KEY_VALUE',
  'LIST',
  'ENUM',
  'DECIMAL',
  'DATE',
  'TIME_MILLIS',
  'TIME_MICROS',
  'TIMESTAMP_MILLIS',
  'TIMESTAMP_MICROS',
  'UINT_8',
  'UINT_16',
  'UINT_32',
  'UINT_64',
  'INT_8',
  'INT_16',
  'INT_32',
  'INT_64',
  'JSON',
  'BSON',
  'INTERVAL',
] as const;
export type ConvertedType = (typeof CONVERTED_TYPES)[number];

/** Logical types without parameters. */
export type PlainLogicalType =
  | 'STRING'
  | 'MAP'
  | 'LIST'
  | 'ENUM'
  | 'DATE'
  | 'NULL'
  | 'JSON'
  | 'BSON'
  | 'UUID'
  | 'FLOAT16'
  | 'VARIANT'
  | 'GEOMETRY'
  | 'GEOGRAPHY';

/** A logical type as the file has it. `UNKNOWN_LOGICAL` is one that this release does not know. */
export type LogicalType =
  | { readonly kind: PlainLogicalType }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | {
      readonly kind: 'TIME' | 'TIMESTAMP';
      readonly isAdjustedToUtc: boolean;
      readonly unit: 'millis' | 'micros' | 'nanos';
    }
  | { readonly kind: 'INTEGER'; readonly bitWidth: number; readonly isSigned: boolean }
  | { readonly kind: 'UNKNOWN_LOGICAL'; readonly fieldId: number };

export interface SchemaElement {
  readonly name: string;
  /** Undefined for groups. */
  readonly type: PhysicalType | undefined;
  readonly typeLength: number | undefined;
  /** Undefined for the root. */
  readonly repetition: Repetition | undefined;
  /** 0 for leaves. */
  readonly childCount: number;
  readonly convertedType: ConvertedType | undefined;
  readonly scale: number | undefined;
  readonly precision: number | undefined;
  readonly fieldId: number | undefined;
  readonly logicalType: LogicalType | undefined;
}

/**
 * What a file says of the values of a chunk or page. Bounds are the bytes in the file, in PLAIN encoding without the
 * length of byte arrays; the deprecated pair was ordered as signed bytes by some writers and means something for
 * signed numbers alone.
 */
export interface Statistics {
  readonly nullCount: number | undefined;
  readonly distinctCount: number | undefined;
  readonly minValue: Uint8Array | undefined;
  readonly maxValue: Uint8Array | undefined;
  /** False where the bound was cut, or is otherwise only a bound; undefined where the file does not say. */
  readonly isMinExact: boolean | undefined;
  readonly isMaxExact: boolean | undefined;
  readonly deprecatedMin: Uint8Array | undefined;
  readonly deprecatedMax: Uint8Array | undefined;
}

export interface ColumnChunkMetadata {
  readonly type: PhysicalType;
  readonly encodings: readonly (Encoding | undefined)[];
  readonly path: readonly string[];
  readonly codec: Codec;
  /** Entries, missing ones and those of empty lists included. */
  readonly numValues: number;
  /** As the file claims: some writers give the compressed size here. */
  readonly totalUncompressedBytes: number;
  readonly totalCompressedBytes: number;
  readonly dataPageOffset: number;
  readonly dictionaryPageOffset: number | undefined;
  readonly statistics: Statistics | undefined;
  /** Pages by type and encoding; undefined where the file does not say. Tells whether all data pages are coded. */
  readonly encodingStats: readonly EncodingStats[] | undefined;
  readonly bloomFilterOffset: number | undefined;
  readonly bloomFilterBytes: number | undefined;
  readonly offsetIndexOffset: number | undefined;
  readonly offsetIndexBytes: number | undefined;
  readonly columnIndexOffset: number | undefined;
  readonly columnIndexBytes: number | undefined;
  /** The file the chunk is in when it is not this one. */
  readonly filePath: string | undefined;
  readonly isEncrypted: boolean;
}

export interface EncodingStats {
  readonly pageType: number;
  readonly encoding: Encoding | undefined;
  readonly count: number;
}

export interface SortingColumn {
  /** Which leaf, counted in the order of the schema. */
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface RowGroupMetadata {
  /** A chunk for each leaf, in the order of the schema. */
  readonly columns: readonly ColumnChunkMetadata[];
  readonly totalBytes: number;
  readonly rowCount: number;
  readonly sortingColumns: readonly SortingColumn[];
}

export interface FileMetadata {
  readonly version: number;
  /** Depth first, the root first. */
  readonly schema: readonly SchemaElement[];
  readonly rowCount: number;
  readonly rowGroups: readonly RowGroupMetadata[];
  /** A later entry of the same key wins. */
  readonly keyValues: ReadonlyMap<string, string>;
  readonly createdBy: string | undefined;
  /**
   * For each leaf whether its bounds are in the order of its type (TypeDefinedOrder); undefined where the file does
   * not say. Bounds of a leaf without an order mean nothing.
   */
  readonly columnOrders: readonly ('TYPE_ORDER' | 'UNKNOWN_ORDER')[] | undefined;
}
