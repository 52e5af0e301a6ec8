/** What `write.database` takes, checked. */
import type { Schema } from '../../formats/schema/data-type.ts';
import type { TableWrite } from '../../storage/database/write-table.ts';
import { checkInteger, checkOptions, checkSignal, invalidArgument } from './check-argument.ts';
import { checkColumnTypes } from './column-types.ts';
import {
  type DatabaseLocation,
  databaseSettings,
  LOCATION_OPTIONS,
  type TableName,
  tablePath,
} from './database-location.ts';
import type { ParquetColumns } from './parquet-writer-options.ts';
import { flagOr } from './text-options.ts';
import { checkWriteMode, type WriteMode } from './write-mode.ts';

/** What `write.database` takes. */
export interface WriteDatabaseOptions extends DatabaseLocation {
  readonly table: TableName;
  /** Default `'error'`. Appending makes the table where there is none. */
  readonly mode?: WriteMode | undefined;
  /** Make the table where there is none; default true. */
  readonly createTable?: boolean | undefined;
  /** With `mode: 'overwrite'`: delete the rows, and keep the table with its indexes and types. Default false. */
  readonly truncate?: boolean | undefined;
  /**
   * The columns of a table that is made, and their types, in order. Unless given, a job of its own looks at all records
   * first, which computes the dataset twice: give it, or persist the dataset.
   */
  readonly schema?: ParquetColumns | undefined;
  /** Types of columns of a table that is made, in the database's own SQL: `{ name: 'VARCHAR(100) COLLATE NOCASE' }`. */
  readonly columnTypes?: Readonly<Record<string, string>> | undefined;
  /** Rows of a statement; default 1,000. */
  readonly batchSize?: number | undefined;
  /** Cancels the job when it aborts: JOB_CANCELLED. */
  readonly signal?: AbortSignal | undefined;
}

const METHOD = 'database';
const NAMES = [
  ...LOCATION_OPTIONS,
  'table',
  'mode',
  'createTable',
  'truncate',
  'schema',
  'columnTypes',
  'batchSize',
  'signal',
];

/** Options as they were checked, with the schema still open where none was given. */
export interface DatabaseChoices extends Omit<TableWrite, 'schema'> {
  readonly schema: Schema | undefined;
  readonly createTable: boolean;
}

/** Raises INVALID_ARGUMENT, DATABASE_URL and TYPE_UNKNOWN. */
export function databaseChoices(options: WriteDatabaseOptions): DatabaseChoices {
  checkOptions(METHOD, options, NAMES);
  const { batchSize = 1000, columnTypes = {}, mode = 'error', schema, signal } = options;
  checkSignal(METHOD, signal);
  checkInteger(METHOD, 'batchSize', batchSize, 1);
  const isTypes = typeof columnTypes === 'object' && columnTypes !== null && !Array.isArray(columnTypes);
  if (!isTypes || !Object.values(columnTypes).every((each) => typeof each === 'string' && each.trim() !== '')) {
    throw invalidArgument(
      METHOD,
      'columnTypes',
      "types in SQL by column, such as { name: 'VARCHAR(100)' }",
      columnTypes,
    );
  }
  return {
    settings: databaseSettings(options),
    table: tablePath(options.table),
    mode: checkWriteMode(METHOD, mode),
    keepsTable: flagOr(METHOD, 'truncate', options.truncate, false),
    createTable: flagOr(METHOD, 'createTable', options.createTable, true),
    schema: schema === undefined ? undefined : { fields: checkColumnTypes(METHOD, schema).map(({ field }) => field) },
    columnTypes,
    batchSize,
  };
}
