/** What `read.parquet` takes, checked. */
import type { RecordMapping } from '../../formats/record/record-columns.ts';
import { Condition } from '../../formats/scan/predicate-builder.ts';
import type { ScanColumn, ScanPredicate, ScanValue } from '../../formats/scan/scan-predicate.ts';
import type { ParquetScanOptions } from '../lineage/nodes/parquet-scan-node.ts';
import { invalidArgument } from './check-argument.ts';

/** What `read.parquet` takes. */
export interface ReadParquetOptions {
  /**
   * The columns that are wanted, in their order; a field of structs as `'to.state'`, or as `['to', 'state']` where names
   * have dots. Nothing is read of the others.
   */
  readonly columns?: readonly ScanColumn[] | undefined;
  /** Which rows: `col('delay').gt(15)`. What certainly does not match is not read. */
  readonly where?: Condition | undefined;
  /** What 64-bit integers become; default `'auto'`: numbers where the statistics of all files say that this is safe. */
  readonly int64?: 'auto' | 'bigint' | 'number' | undefined;
  /** What timestamps become; default `'date'`, which raises VALUE_NOT_EXACT for parts of a millisecond. */
  readonly timestamp?: RecordMapping['timestamp'] | undefined;
  /** What decimals become; default `'string'`, as `'12.50'`. */
  readonly decimal?: RecordMapping['decimal'] | undefined;
  /** Partitions wished for; default the session's parallelism. */
  readonly minPartitions?: number | undefined;
}

export const READ_PARQUET_OPTIONS = ['columns', 'where', 'int64', 'timestamp', 'decimal', 'minPartitions'];

/** The options of a scan, but for path and partitions. Raises INVALID_ARGUMENT. */
export function parquetScanOptions(options: ReadParquetOptions): Omit<ParquetScanOptions, 'path' | 'minPartitions'> {
  return {
    columns: checkColumns(options.columns),
    where: checkWhere(options.where),
    int64: oneOf('int64', options.int64, ['auto', 'bigint', 'number']),
    timestamp: oneOf('timestamp', options.timestamp, ['date', 'truncate', 'bigint']),
    decimal: oneOf('decimal', options.decimal, ['string', 'number', 'bigint']),
  };
}

/** The first of the choices unless one is given. */
function oneOf<T extends string>(option: string, value: T | undefined, choices: readonly [T, ...T[]]): T {
  if (value === undefined) return choices[0];
  if (choices.includes(value)) return value;
  throw invalidArgument('parquet', option, choices.map((each) => `'${each}'`).join(', '), value);
}

function isColumn(column: unknown): column is ScanColumn {
  if (typeof column === 'string') return true;
  return Array.isArray(column) && column.length > 0 && column.every((name) => typeof name === 'string');
}

function checkColumns(columns: unknown): readonly ScanColumn[] | undefined {
  if (columns === undefined) return undefined;
  if (Array.isArray(columns) && columns.every(isColumn)) {
    return columns.map((column) => (typeof column === 'string' ? column : [...column]));
  }
  throw invalidArgument('parquet', 'columns', 'an array of names, or of paths of names', columns);
}

const WHERE = "a condition such as col('delay').gt(15)";

/** What the condition says, checked: nothing stops programs without types from putting anything into it. */
function checkWhere(where: unknown): ScanPredicate | undefined {
  if (where === undefined) return undefined;
  if (!(where instanceof Condition)) throw invalidArgument('parquet', 'where', WHERE, where);
  checkPredicate(where.predicate, 0);
  return where.predicate;
}

/** Deeper nesting is made by a loop that should have given `and` or `or` a list. */
const MAX_DEPTH = 500;

function checkPredicate(predicate: ScanPredicate, depth: number): void {
  if (depth > MAX_DEPTH) {
    throw invalidArgument(
      'parquet',
      'where',
      `conditions at most ${MAX_DEPTH} deep: use in(), or give and() several`,
      depth,
    );
  }
  switch (predicate.kind) {
    case 'and':
    case 'or':
      for (const each of predicate.of) checkPredicate(each, depth + 1);
      return;
    case 'not':
      checkPredicate(predicate.of, depth + 1);
      return;
    case 'in':
      predicate.values.forEach(checkValue);
      break;
    case 'startsWith':
      checkPrefix(predicate.prefix);
      break;
    case 'isNull':
    case 'isNotNull':
      break;
    default:
      checkValue(predicate.value);
  }
  const { column } = predicate;
  if (!isColumn(column)) throw invalidArgument('parquet', 'where', 'names of columns in col()', column);
}

function checkPrefix(prefix: unknown): void {
  if (typeof prefix !== 'string') throw invalidArgument('parquet', 'where', 'a string to begin with', prefix);
}

function checkValue(value: ScanValue): void {
  if (value instanceof Date || value instanceof Uint8Array) return;
  if (['boolean', 'number', 'bigint', 'string'].includes(typeof value)) return;
  const expected =
    'boolean, number, bigint, string, Date or Uint8Array to compare with (isNull() finds what is missing)';
  throw invalidArgument('parquet', 'where', expected, value);
}
