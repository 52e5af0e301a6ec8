import { CODEC_NAMES, PARQUET_CODECS, type ParquetCodec } from '../../formats/parquet/write-compress.ts';
import { schemaElements } from '../../formats/parquet/write-schema.ts';
import type { Schema } from '../../formats/schema/data-type.ts';
import type { ParquetSaveOptions } from '../../storage/output/parquet-part-writer.ts';
import { CairnError } from '../base/errors.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import { checkInteger, checkOptions, invalidArgument } from './check-argument.ts';
import { checkColumnTypes } from './column-types.ts';
import type { WriteMode } from './write-mode.ts';

/** The columns of a file by name: types as text, such as `'int64'`, `'decimal(9,2)'` or `'list<string> not null'`. */
export type ParquetColumns = Readonly<Record<string, string>> | readonly (readonly [name: string, type: string])[];

/** What `write.parquet` takes. */
export interface WriteParquetOptions {
  /** Default `'error'`. */
  readonly mode?: WriteMode | undefined;
  /** How pages are compressed; default `'snappy'`. `'zstd'` is smaller and slower, `'none'` fastest. */
  readonly codec?: ParquetCodec | undefined;
  /**
   * The columns and their types, in order. Unless given, a job of its own looks at all records first, which computes the
   * dataset twice: give it, or persist the dataset.
   */
  readonly schema?: ParquetColumns | undefined;
  /** Columns that become directories, `city=Bonn/part-00000.parquet`, instead of columns of the files. */
  readonly partitionBy?: string | readonly string[] | undefined;
  /** Rows of a row group, which readers skip as a whole; default 122,880. */
  readonly rowGroupRows?: number | undefined;
  /** Columns with a bloom filter, for look-ups of single values that repeat little. */
  readonly bloomFilters?: readonly string[] | undefined;
  /** Cancels the job when it aborts: JOB_CANCELLED. */
  readonly signal?: AbortSignal | undefined;
}

const METHOD = 'parquet';
const NAMES = ['mode', 'codec', 'schema', 'partitionBy', 'rowGroupRows', 'bloomFilters', 'signal'];

/** Options as they were checked, with the schema still open where none was given. */
export interface ParquetChoices extends Omit<ParquetSaveOptions, 'schema'> {
  readonly schema: Schema | undefined;
}

/** Raises INVALID_ARGUMENT and TYPE_UNKNOWN. */
export function parquetChoices(options: WriteParquetOptions): ParquetChoices {
  checkOptions(METHOD, options, NAMES);
  const { codec = 'snappy', rowGroupRows, partitionBy = [], bloomFilters = [] } = options;
  if (!Object.hasOwn(CODEC_NAMES, codec)) {
    throw invalidArgument(METHOD, 'codec', `one of ${PARQUET_CODECS.join(', ')}`, codec);
  }
  if (rowGroupRows !== undefined) checkInteger(METHOD, 'rowGroupRows', rowGroupRows, 1);
  return {
    codec,
    rowGroupRows,
    partitionBy: checkDirectories(METHOD, partitionBy),
    bloomFilters: checkColumns(METHOD, 'bloomFilters', bloomFilters),
    schema:
      options.schema === undefined
        ? undefined
        : { fields: checkColumnTypes(METHOD, options.schema).map(({ field }) => field) },
  };
}

/** The choices with their schema. Raises COLUMN_NOT_FOUND and PARQUET_NOT_WRITABLE before anything is written. */
export function parquetOptions(
  { partitionBy, ...rest }: ParquetChoices,
  schema: Schema,
  path: string,
): ParquetSaveOptions {
  checkPresent([...partitionBy, ...rest.bloomFilters], schema, path);
  schemaElements({ fields: schema.fields.filter(({ name }) => !partitionBy.includes(name)) }, path);
  return { ...rest, schema, partitionBy };
}

/** Raises COLUMN_NOT_FOUND for columns that the schema does not have. */
export function checkPresent(columns: readonly string[], { fields }: Schema, path: string): void {
  for (const column of columns) {
    if (fields.some(({ name }) => name === column)) continue;
    const suggestion = `its columns are ${fields.map(({ name }) => name).join(', ')}`;
    throw startAtCaller(new CairnError('COLUMN_NOT_FOUND', { path, column, suggestion }));
  }
}

/** The columns that become directories. Raises INVALID_ARGUMENT. */
export function checkDirectories(method: string, columns: unknown): readonly string[] {
  return checkColumns(method, 'partitionBy', typeof columns === 'string' ? [columns] : columns);
}

function checkColumns(method: string, option: string, columns: unknown): readonly string[] {
  const isNames = Array.isArray(columns) && columns.every((name) => typeof name === 'string');
  if (!isNames || new Set(columns).size !== columns.length) {
    throw invalidArgument(method, option, 'names of columns, each once', columns);
  }
  return columns;
}
