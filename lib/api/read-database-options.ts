/** What `read.database` takes, checked. */
import type { RecordMapping } from '../../formats/record/record-columns.ts';
import { placeLiteral } from '../../formats/scan/bind-literal.ts';
import type { Condition } from '../../formats/scan/predicate-builder.ts';
import { parseType } from '../../formats/schema/parse-type.ts';
import { type StrideUnit, strideParts } from '../../storage/database/column-stride.ts';
import type { DatabaseSplit, TableSource } from '../../storage/database/scan-plan.ts';
import { CairnError } from '../base/errors.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import type { DatabaseScanOptions } from '../lineage/nodes/database-scan-node.ts';
import { checkInteger, checkOptions, invalidArgument } from './check-argument.ts';
import { checkWhere } from './check-where.ts';
import { checkColumnTypes } from './column-types.ts';
import {
  type DatabaseLocation,
  databaseSettings,
  LOCATION_OPTIONS,
  type TableName,
  tablePath,
} from './database-location.ts';
import type { ParquetColumns } from './parquet-writer-options.ts';
import { checkNames, countOr, sampleOr } from './text-options.ts';

/** A bound of a partition's column: a whole number, a date such as `'2026-01-31'`, or a time, as a Date or a text. */
export type PartitionBound = number | bigint | Date | string;

/** How a table is cut into partitions by a column, as by Spark's JDBC reader: bounds say where to cut, and filter nothing. */
export interface DatabasePartitioning {
  /** Of numbers, dates or times; best one with an index. */
  readonly column: string;
  readonly lowerBound: PartitionBound;
  readonly upperBound: PartitionBound;
  readonly numPartitions: number;
}

/** What `read.database` takes. */
export interface ReadDatabaseOptions extends DatabaseLocation {
  /** The table; or `query`. */
  readonly table?: TableName | undefined;
  /** A query whose rows are read, in the database's own SQL. It becomes part of a statement: never make it of strangers' texts. */
  readonly query?: string | undefined;
  /** The columns that are wanted, in their order; the others are not selected. */
  readonly columns?: readonly string[] | undefined;
  /** Which rows: `col('delay').gt(15)`. The database is asked for as much of it as it compares exactly as Cairn does. */
  readonly where?: Condition | undefined;
  /** A partition for each range of a column. One partition unless this or `predicates` is given. */
  readonly partition?: DatabasePartitioning | undefined;
  /** A partition for each condition, in the database's own SQL; a row that several let through comes several times. */
  readonly predicates?: readonly string[] | undefined;
  /** Types of columns, such as `{ price: 'decimal(9,2)' }`, in place of those that are found. */
  readonly schema?: ParquetColumns | undefined;
  /** Rows of a SQLite table that types are inferred from; default 10,000. */
  readonly sampleRows?: number | 'all' | undefined;
  /** What 64-bit integers become; default `'auto'`: numbers in SQLite unless the sample has greater ones, else bigints. */
  readonly int64?: 'auto' | 'bigint' | 'number' | undefined;
  /** As for Parquet. */
  readonly timestamp?: RecordMapping['timestamp'] | undefined;
  /** As for Parquet. */
  readonly decimal?: RecordMapping['decimal'] | undefined;
  /** Rows that are asked for at a time. */
  readonly fetchSize?: number | undefined;
}

const METHOD = 'database';

const NAMES = [
  ...LOCATION_OPTIONS,
  'table',
  'query',
  'columns',
  'where',
  'partition',
  'predicates',
  'schema',
  'sampleRows',
  'int64',
  'timestamp',
  'decimal',
  'fetchSize',
];

const MOST_FETCHED = 1_000_000;

/** Raises INVALID_ARGUMENT, DATABASE_URL and TYPE_UNKNOWN. */
export function databaseScanOptions(options: ReadDatabaseOptions): DatabaseScanOptions {
  checkOptions(METHOD, options, NAMES);
  const { fetchSize } = options;
  if (fetchSize !== undefined) {
    checkInteger(METHOD, 'fetchSize', fetchSize, 1);
    if (fetchSize > MOST_FETCHED) throw invalidArgument(METHOD, 'fetchSize', `at most ${MOST_FETCHED}`, fetchSize);
  }
  return {
    settings: databaseSettings(options),
    source: sourceOf(options),
    columns: checkNames(METHOD, 'columns', options.columns),
    where: checkWhere(METHOD, options.where),
    ...typesOf(options.schema),
    sampleRows: sampleOr(METHOD, options.sampleRows, 10_000),
    int64: oneOf('int64', options.int64, ['auto', 'bigint', 'number']),
    timestamp: oneOf('timestamp', options.timestamp, ['date', 'truncate', 'bigint']),
    decimal: oneOf('decimal', options.decimal, ['string', 'number', 'bigint']),
    splits: splitsOf(options),
    fetchSize,
  };
}

function oneOf<T extends string>(option: string, value: T | undefined, choices: readonly [T, ...T[]]): T {
  if (value === undefined) return choices[0];
  if (choices.includes(value)) return value;
  throw invalidArgument(METHOD, option, choices.map((each) => `'${each}'`).join(', '), value);
}

function sourceOf({ table, query }: ReadDatabaseOptions): TableSource {
  if ((table === undefined) === (query === undefined)) {
    throw invalidArgument(
      METHOD,
      'options',
      "an object with one of 'table' and 'query'",
      table === undefined ? 'none' : 'both',
    );
  }
  if (query === undefined) return { table: tablePath(table) };
  if (typeof query !== 'string' || query.trim() === '') throw invalidArgument(METHOD, 'query', 'a query in SQL', query);
  return { query };
}

function typesOf(schema: ParquetColumns | undefined): Pick<DatabaseScanOptions, 'schema' | 'bigints'> {
  const types = schema === undefined ? [] : checkColumnTypes(METHOD, schema);
  return {
    schema: types.map(({ field }) => field),
    bigints: types.flatMap(({ field, text }) => (/^\s*(bigint|uint64)\b/.test(text) ? [field.name] : [])),
  };
}

function splitsOf({ partition, predicates }: ReadDatabaseOptions): readonly DatabaseSplit[] {
  if (partition !== undefined && predicates !== undefined) {
    throw invalidArgument(METHOD, 'options', "an object with one of 'partition' and 'predicates'", 'both');
  }
  if (predicates !== undefined) {
    const isSound = Array.isArray(predicates) && predicates.length > 0;
    if (!isSound || !predicates.every((each) => typeof each === 'string' && each.trim() !== '')) {
      throw invalidArgument(METHOD, 'predicates', 'conditions in SQL, at least one', predicates);
    }
    return predicates.map((sql) => ({ kind: 'predicate', sql }));
  }
  if (partition === undefined) return [{ kind: 'all' }];
  checkOptions(METHOD, partition, ['column', 'lowerBound', 'upperBound', 'numPartitions']);
  const { column, numPartitions } = partition;
  if (typeof column !== 'string' || column === '') {
    throw invalidArgument(METHOD, 'partition.column', 'the name of a column', column);
  }
  const lower = boundOf('lowerBound', partition.lowerBound);
  const upper = boundOf('upperBound', partition.upperBound);
  if (lower.unit !== upper.unit) {
    throw invalidArgument(METHOD, 'partition.upperBound', 'of the kind of the lower bound', partition.upperBound);
  }
  const stride = {
    column,
    unit: lower.unit,
    lowerBound: lower.value,
    upperBound: upper.value,
    numPartitions: countOr(METHOD, 'partition.numPartitions', numPartitions, 1),
  };
  try {
    return strideParts(stride).map((part) => ({ kind: 'stride', column, unit: lower.unit, part }));
  } catch (error) {
    throw error instanceof CairnError ? startAtCaller(error) : error;
  }
}

const DATE = parseType('date');
const TIMESTAMP = parseType('timestamp');

function boundOf(name: string, bound: unknown): { readonly unit: StrideUnit; readonly value: bigint } {
  if (typeof bound === 'bigint') return { unit: 'integer', value: bound };
  if (typeof bound === 'number' && Number.isSafeInteger(bound)) return { unit: 'integer', value: BigInt(bound) };
  const isDay = typeof bound === 'string' && bound.length === 10;
  if (bound instanceof Date || typeof bound === 'string') {
    const place = placeLiteral(isDay ? DATE : TIMESTAMP, bound);
    if (place !== undefined && place.from !== place.to)
      return { unit: isDay ? 'date' : 'timestamp', value: place.from as bigint };
  }
  const expected = "a whole number, a Date, or text such as '2026-01-31' or '2026-01-31 12:00:00'";
  throw invalidArgument(METHOD, `partition.${name}`, expected, bound);
}
