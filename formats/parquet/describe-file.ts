/** What there is to say of a Parquet file from its footer, as plain data with names that programs can use. */
import { domainOf } from '../scan/bind-literal.ts';
import { compareValues, type OrderedValue } from '../scan/value-set.ts';
import { type DataType, formatType } from '../schema/data-type.ts';
import { boundOrder, chunkStats, plainValue } from './chunk-statistics.ts';
import type { ColumnChunkMetadata, RowGroupMetadata, Statistics } from './metadata.ts';
import type { ParquetFile } from './parquet-file.ts';
import { fieldOf, type LeafNode } from './schema-tree.ts';

export interface ParquetDescription {
  readonly path: string;
  readonly sizeBytes: number;
  /** The program that wrote it, as it says itself. */
  readonly createdBy: string | undefined;
  readonly formatVersion: number;
  readonly rowCount: number;
  /** The columns with their types, those of structs, lists and maps in one text. */
  readonly schema: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
  /** Names of what writers put beside the schema. */
  readonly keys: readonly string[];
  readonly rowGroups: readonly RowGroupDescription[];
}

export interface RowGroupDescription {
  readonly rowCount: number;
  /** As stored, without indexes. */
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  /** A column is a leaf of the schema here: fields of structs are columns of their own. */
  readonly columns: readonly ColumnDescription[];
}

export interface ColumnDescription {
  readonly path: string;
  readonly type: string;
  readonly codec: string;
  readonly encodings: readonly string[];
  readonly valueCount: number;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  readonly nullCount: number | undefined;
  /** Bounds that readers may use, as text; undefined where there are none. Text may be cut. */
  readonly min: string | undefined;
  readonly max: string | undefined;
  readonly hasDictionary: boolean;
  readonly hasBloomFilter: boolean;
  /** An index of where pages are, and one of what they hold. */
  readonly hasOffsetIndex: boolean;
  readonly hasColumnIndex: boolean;
}

/** Describes a file. Nothing more of it is read. */
export function describeParquet(file: ParquetFile): ParquetDescription {
  const { metadata, source, sizeBytes, tree } = file;
  return {
    path: source.path,
    sizeBytes,
    createdBy: metadata.createdBy,
    formatVersion: metadata.version,
    rowCount: metadata.rowCount,
    schema: tree.columns.map(fieldOf).map(({ name, type, nullable }) => ({ name, type: formatType(type), nullable })),
    keys: [...metadata.keyValues.keys()],
    rowGroups: metadata.rowGroups.map((rowGroup) => describeRowGroup(file, rowGroup)),
  };
}

function describeRowGroup(file: ParquetFile, rowGroup: RowGroupMetadata): RowGroupDescription {
  const columns = file.tree.leaves.map((leaf) => describeColumn(file, rowGroup, leaf));
  return {
    rowCount: rowGroup.rowCount,
    compressedBytes: columns.reduce((sum, { compressedBytes }) => sum + compressedBytes, 0),
    uncompressedBytes: columns.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0),
    columns,
  };
}

function describeColumn(file: ParquetFile, rowGroup: RowGroupMetadata, leaf: LeafNode): ColumnDescription {
  const chunk = rowGroup.columns[leaf.index] as ColumnChunkMetadata;
  const { statistics } = chunk;
  const isUsable = chunkStats(file.metadata, leaf, chunk, rowGroup.rowCount).values !== undefined;
  const bounds = isUsable && statistics !== undefined ? boundsOf(file, leaf, statistics) : undefined;
  return {
    path: leaf.path.join('.'),
    type: formatType(leaf.type),
    codec: chunk.codec,
    encodings: chunk.encodings.map((encoding) => encoding ?? 'UNKNOWN'),
    valueCount: chunk.numValues,
    compressedBytes: chunk.totalCompressedBytes,
    uncompressedBytes: chunk.totalUncompressedBytes,
    nullCount: statistics?.nullCount,
    min: bounds && formatOrdered(leaf.type, bounds[0]),
    max: bounds && formatOrdered(leaf.type, bounds[1]),
    hasDictionary: chunk.dictionaryPageOffset !== undefined && chunk.dictionaryPageOffset > 0,
    hasBloomFilter: chunk.bloomFilterOffset !== undefined,
    hasOffsetIndex: chunk.offsetIndexOffset !== undefined,
    hasColumnIndex: chunk.columnIndexOffset !== undefined,
  };
}

function boundsOf(file: ParquetFile, leaf: LeafNode, from: Statistics): [OrderedValue, OrderedValue] | undefined {
  const isCurrent = from.minValue !== undefined && boundOrder(file.metadata, leaf) !== 'none';
  const min = isCurrent ? from.minValue : from.deprecatedMin;
  const max = isCurrent ? from.maxValue : from.deprecatedMax;
  const low = min && plainValue(leaf, min);
  const high = max && plainValue(leaf, max);
  const domain = domainOf(leaf.type);
  if (low === undefined || high === undefined || domain === undefined) return undefined;
  return compareValues(domain, low, high) <= 0 ? [low, high] : undefined;
}

const MILLIS_PER_DAY = 86_400_000n;
const PER_MILLI = { millis: 1n, micros: 1000n, nanos: 1_000_000n } as const;
/** Dates that JavaScript has, in milliseconds to both sides. */
const MOST_MILLIS = 8_640_000_000_000_000n;

/** A value as its type is written. */
export function formatOrdered(type: DataType, value: OrderedValue): string {
  if (value instanceof Uint8Array) {
    if (type.kind === 'string') return Buffer.from(value).toString('utf8');
    return `0x${Buffer.from(value).toString('hex')}`;
  }
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  switch (type.kind) {
    case 'boolean':
      return value === 0n ? 'false' : 'true';
    case 'date':
      return instant(value * MILLIS_PER_DAY)?.slice(0, -'T00:00:00.000Z'.length) ?? `day ${value}`;
    case 'timestamp': {
      const per = PER_MILLI[type.unit];
      const rest = ((value % per) + per) % per;
      const text = instant((value - rest) / per);
      if (text === undefined) return `${value} ${type.unit}`;
      const digits = per === 1n ? '' : String(rest).padStart(String(per).length - 1, '0');
      return `${text.slice(0, -1)}${digits}${type.withZone ? 'Z' : ''}`;
    }
    case 'decimal': {
      if (type.scale === 0) return String(value);
      const digits = String(value < 0n ? -value : value).padStart(type.scale + 1, '0');
      return `${value < 0n ? '-' : ''}${digits.slice(0, -type.scale)}.${digits.slice(-type.scale)}`;
    }
    default:
      return String(value);
  }
}

function instant(millis: bigint): string | undefined {
  return millis > MOST_MILLIS || millis < -MOST_MILLIS ? undefined : new Date(Number(millis)).toISOString();
}
