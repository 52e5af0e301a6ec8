import type { RecordMapping } from '../../formats/record/record-columns.ts';
import type { Condition } from '../../formats/scan/predicate-builder.ts';
import type { ScanColumn } from '../../formats/scan/scan-predicate.ts';
import type { ArrowScanOptions } from '../lineage/nodes/arrow-scan-node.ts';
import { checkWhere } from './check-where.ts';
import type { ParquetColumns } from './parquet-writer-options.ts';
import { checkPartitionTypes, checkScanColumns, oneOf } from './read-parquet-options.ts';

/** What `read.arrow` takes. */
export interface ReadArrowOptions {
  /**
   * The columns that are wanted, in their order; a field of structs as `'to.state'`, or as `['to', 'state']` where names
   * have dots. Nothing is read of the others.
   */
  readonly columns?: readonly ScanColumn[] | undefined;
  /** Which rows: `col('delay').gt(15)`. Of record batches without such rows its columns alone are read. */
  readonly where?: Condition | undefined;
  /**
   * Types of columns that directories make: `{ zip: 'string', month: 'int32' }`, of string, int32, int64, double, date and
   * timestamp. The others are inferred.
   */
  readonly partitionTypes?: ParquetColumns | undefined;
  /** What 64-bit integers become; default `'bigint'`: Arrow has no statistics that say whether numbers are safe. */
  readonly int64?: 'bigint' | 'number' | undefined;
  /** What timestamps become; default `'date'`, which raises VALUE_NOT_EXACT for parts of a millisecond. */
  readonly timestamp?: RecordMapping['timestamp'] | undefined;
  /** What decimals become; default `'string'`, as `'12.50'`. */
  readonly decimal?: RecordMapping['decimal'] | undefined;
  /** Partitions wished for; default the session's parallelism. */
  readonly minPartitions?: number | undefined;
}

const METHOD = 'arrow';

export const READ_ARROW_OPTIONS = [
  'columns',
  'where',
  'partitionTypes',
  'int64',
  'timestamp',
  'decimal',
  'minPartitions',
];

/** The options of a scan, but for path and partitions. Raises INVALID_ARGUMENT and TYPE_UNKNOWN. */
export function arrowScanOptions(options: ReadArrowOptions): Omit<ArrowScanOptions, 'path' | 'minPartitions'> {
  return {
    columns: checkScanColumns(METHOD, options.columns),
    where: checkWhere(METHOD, options.where),
    partitionTypes: checkPartitionTypes(METHOD, options.partitionTypes),
    int64: oneOf(METHOD, 'int64', options.int64, ['bigint', 'number']),
    timestamp: oneOf(METHOD, 'timestamp', options.timestamp, ['date', 'truncate', 'bigint']),
    decimal: oneOf(METHOD, 'decimal', options.decimal, ['string', 'number', 'bigint']),
  };
}
