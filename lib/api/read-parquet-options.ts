/** What `read.parquet` takes, checked. */
import type { RecordMapping } from '../../formats/record/record-columns.ts';
import { isPartitionType } from '../../formats/scan/partition-path.ts';
import type { Condition } from '../../formats/scan/predicate-builder.ts';
import type { ScanColumn } from '../../formats/scan/scan-predicate.ts';
import type { Field } from '../../formats/schema/data-type.ts';
import type { ParquetScanOptions } from '../lineage/nodes/parquet-scan-node.ts';
import { invalidArgument } from './check-argument.ts';
import { checkWhere, isColumn } from './check-where.ts';
import { checkColumnTypes } from './column-types.ts';
import type { ParquetColumns } from './parquet-writer-options.ts';

/** What `read.parquet` takes. */
export interface ReadParquetOptions {
  /**
   * The columns that are wanted, in their order; a field of structs as `'to.state'`, or as `['to', 'state']` where names
   * have dots. Nothing is read of the others.
   */
  readonly columns?: readonly ScanColumn[] | undefined;
  /** Which rows: `col('delay').gt(15)`. What certainly does not match is not read. */
  readonly where?: Condition | undefined;
  /**
   * Types of columns that directories make: `{ zip: 'string', month: 'int32' }`, of string, int32, int64, double, date and
   * timestamp. The others are inferred.
   */
  readonly partitionTypes?: ParquetColumns | undefined;
  /** What 64-bit integers become; default `'auto'`: numbers where the statistics of all files say that this is safe. */
  readonly int64?: 'auto' | 'bigint' | 'number' | undefined;
  /** What timestamps become; default `'date'`, which raises VALUE_NOT_EXACT for parts of a millisecond. */
  readonly timestamp?: RecordMapping['timestamp'] | undefined;
  /** What decimals become; default `'string'`, as `'12.50'`. */
  readonly decimal?: RecordMapping['decimal'] | undefined;
  /** Partitions wished for; default the session's parallelism. */
  readonly minPartitions?: number | undefined;
}

const METHOD = 'parquet';

export const READ_PARQUET_OPTIONS = [
  'columns',
  'where',
  'partitionTypes',
  'int64',
  'timestamp',
  'decimal',
  'minPartitions',
];

/** The options of a scan, but for path and partitions. Raises INVALID_ARGUMENT and TYPE_UNKNOWN. */
export function parquetScanOptions(options: ReadParquetOptions): Omit<ParquetScanOptions, 'path' | 'minPartitions'> {
  return {
    columns: checkScanColumns(METHOD, options.columns),
    where: checkWhere(METHOD, options.where),
    partitionTypes: checkPartitionTypes(METHOD, options.partitionTypes),
    int64: oneOf(METHOD, 'int64', options.int64, ['auto', 'bigint', 'number']),
    timestamp: oneOf(METHOD, 'timestamp', options.timestamp, ['date', 'truncate', 'bigint']),
    decimal: oneOf(METHOD, 'decimal', options.decimal, ['string', 'number', 'bigint']),
  };
}

/** The first of the choices unless one is given. Raises INVALID_ARGUMENT. */
export function oneOf<T extends string>(
  method: string,
  option: string,
  value: T | undefined,
  choices: readonly [T, ...T[]],
): T {
  if (value === undefined) return choices[0];
  if (choices.includes(value)) return value;
  throw invalidArgument(method, option, choices.map((each) => `'${each}'`).join(', '), value);
}

/** The columns that are asked for, as plain data. Raises INVALID_ARGUMENT. */
export function checkScanColumns(method: string, columns: unknown): readonly ScanColumn[] | undefined {
  if (columns === undefined) return undefined;
  if (Array.isArray(columns) && columns.every(isColumn)) {
    return columns.map((column) => (typeof column === 'string' ? column : [...column]));
  }
  throw invalidArgument(method, 'columns', 'an array of names, or of paths of names', columns);
}

/** The types that are given to columns of directories. Raises INVALID_ARGUMENT and TYPE_UNKNOWN. */
export function checkPartitionTypes(method: string, types: unknown): readonly Field[] | undefined {
  if (types === undefined) return undefined;
  return checkColumnTypes(method, types, 'partitionTypes').map(({ field, text }) => {
    if (isPartitionType(field.type)) return field;
    throw invalidArgument(method, 'partitionTypes', 'string, int32, int64, double, date or timestamp', text);
  });
}
