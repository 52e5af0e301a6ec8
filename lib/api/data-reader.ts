import { type CsvSettings, DEFAULT_CSV_SETTINGS } from '../../formats/csv/csv-settings.ts';
import { DEFAULT_JSON_SETTINGS, type JsonSettings } from '../../formats/jsonl/json-settings.ts';
import type { RecordMode } from '../../formats/text/record-mode.ts';
import { schemaOf, type TextFields } from '../../formats/text/text-type.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { ArrowScanNode } from '../lineage/nodes/arrow-scan-node.ts';
import { CsvScanNode } from '../lineage/nodes/csv-scan-node.ts';
import { DatabaseScanNode } from '../lineage/nodes/database-scan-node.ts';
import { describePath, type InputPath } from '../lineage/nodes/input-files.ts';
import { JsonScanNode } from '../lineage/nodes/json-scan-node.ts';
import { ParquetScanNode } from '../lineage/nodes/parquet-scan-node.ts';
import { StepNode } from '../lineage/nodes/step-node.ts';
import { TextScanNode } from '../lineage/nodes/text-scan-node.ts';
import { BinaryFileScanNode } from '../lineage/nodes/whole-file-scan-node.ts';
import { checkOptions, invalidArgument } from './check-argument.ts';
import type { Engine } from './engine.ts';
import { ParquetRdd } from './parquet-rdd.ts';
import { Rdd } from './rdd.ts';
import { arrowScanOptions, READ_ARROW_OPTIONS, type ReadArrowOptions } from './read-arrow-options.ts';
import { databaseScanOptions, type ReadDatabaseOptions } from './read-database-options.ts';
import { parquetScanOptions, READ_PARQUET_OPTIONS, type ReadParquetOptions } from './read-parquet-options.ts';
import { fileRow, lineRow } from './reader-functions.ts';
import { RowRdd } from './row-rdd.ts';
import {
  checkMode,
  checkNames,
  checkPattern,
  checkSchema,
  countOr,
  delimiterOr,
  encodingOr,
  flagOr,
  sampleOr,
  signOr,
  textOr,
} from './text-options.ts';

/** What readers of text formats with rows share. */
export interface ReadRowsOptions {
  /** The fields and their types; inferred unless given. */
  readonly schema?: TextFields | undefined;
  /** Records that the schema is inferred from, of the first files; default 10,000. `'all'` reads every file twice. */
  readonly sampleRows?: number | 'all' | undefined;
  /**
   * What becomes of malformed records: null for what cannot be read (`'PERMISSIVE'`), left out (`'DROPMALFORMED'`), or an
   * error (`'FAILFAST'`). Default PERMISSIVE with a schema of your own; FAILFAST with an inferred one, which is a guess.
   */
  readonly mode?: RecordMode | undefined;
  /** The field of strings that takes the text of malformed records; `_corrupt_record` where a schema has that. */
  readonly columnNameOfCorruptRecord?: string | undefined;
  /** How dates are written, such as `'dd.MM.yyyy'`; ISO 8601 unless given. */
  readonly dateFormat?: string | undefined;
  /** How times are written, such as `'yyyy/MM/dd HH:mm:ssXXX'`; ISO 8601 unless given. */
  readonly timestampFormat?: string | undefined;
  /** A record may go on in the next line; files are not cut then. Default false. */
  readonly multiLine?: boolean | undefined;
  /** The text's encoding, default UTF-8; files of other ones are not cut. */
  readonly encoding?: string | undefined;
  /** The longest record, default 16 MiB; a longer one raises LIMIT_EXCEEDED. */
  readonly maxRecordBytes?: number | undefined;
  /** Partitions wished for; default the session's parallelism. */
  readonly minPartitions?: number | undefined;
}

/** What `read.csv` takes. */
export interface ReadCsvOptions extends ReadRowsOptions {
  /** What separates fields, one sign or several; default `','`. */
  readonly delimiter?: string | undefined;
  /** The sign around fields with delimiters in them; default `'"'`, `''` for none. */
  readonly quote?: string | undefined;
  /** What makes a quote within quotes a plain one: the quote itself, as RFC 4180 has it, unless given. */
  readonly escape?: string | undefined;
  /** Lines that begin with this sign are left out. */
  readonly comment?: string | undefined;
  /** The first line of each file names the columns; default true. */
  readonly header?: boolean | undefined;
  /** Take columns by position though the first line has other names; default false: CSV_HEADER_MISMATCH. */
  readonly enforceSchema?: boolean | undefined;
  /** The texts that stand for null, where they are not quoted; default `''`. */
  readonly nullValue?: string | readonly string[] | undefined;
  /** Default false. */
  readonly ignoreLeadingWhiteSpace?: boolean | undefined;
  /** Default false. */
  readonly ignoreTrailingWhiteSpace?: boolean | undefined;
  /** False leaves all columns strings. Default true. */
  readonly inferSchema?: boolean | undefined;
  /** The columns that are wanted, in their order. The others are not looked at. */
  readonly columns?: readonly string[] | undefined;
  /** Fields of a record at the most, default 20,480; more raise LIMIT_EXCEEDED. */
  readonly maxColumns?: number | undefined;
}

/** What `read.json` takes. */
export interface ReadJsonOptions extends ReadRowsOptions {
  /** The fields that are wanted, in their order. The others are not looked at, whatever the sample has shown of them. */
  readonly columns?: readonly string[] | undefined;
  /** How deep arrays and objects of a record may be nested, default 512; deeper ones raise LIMIT_EXCEEDED. */
  readonly maxDepth?: number | undefined;
}

/** What `read.text` and `read.binary` take. */
export interface ReadFilesOptions {
  /** Partitions wished for. */
  readonly minPartitions?: number | undefined;
}

/** Any row, where the caller says no more of it. */
export type AnyRow = Record<string, unknown>;

const SHARED_OPTIONS = [
  'schema',
  'sampleRows',
  'mode',
  'columnNameOfCorruptRecord',
  'dateFormat',
  'timestampFormat',
  'multiLine',
  'encoding',
  'maxRecordBytes',
  'minPartitions',
];
const CSV_OPTIONS = [
  ...SHARED_OPTIONS,
  'delimiter',
  'quote',
  'escape',
  'comment',
  'header',
  'enforceSchema',
  'nullValue',
  'ignoreLeadingWhiteSpace',
  'ignoreTrailingWhiteSpace',
  'inferSchema',
  'columns',
  'maxColumns',
];

/**
 * Makes datasets of rows from files: `session.read`. Paths are those of `Session.textFile`: files, directories, patterns,
 * or several of them; `*.gz` and `*.zst` are decompressed. Files are looked for when partitions, or the schema, are first
 * needed: FILE_NOT_FOUND comes then. Wrong options raise INVALID_ARGUMENT at once.
 */
export class DataReader {
  readonly #engine: Engine;

  /** For `Session.read` only. */
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * The rows of CSV files: plain objects with a field a column, of the type that is given or inferred from a sample.
   *
   * ```ts
   * const flights = session.read.csv<{ date: Date; delay: number }>('flights/*.csv', { columns: ['date', 'delay'] });
   * await flights.filter((row) => row.delay > 60).count();
   * ```
   * A line is a record unless `multiLine` is set. An empty field is null, `""` the empty text. Jobs, and `schema`, raise
   * COLUMN_NOT_FOUND; jobs fail with TEXT_RECORD_MALFORMED (see `mode`), CSV_HEADER_MISMATCH, VALUE_NOT_EXACT, TEXT_ENCODING, LIMIT_EXCEEDED and
   * CORRUPT_FILE; docs/formats.md says more.
   */
  csv<T = AnyRow>(path: InputPath, options: ReadCsvOptions = {}): RowRdd<T> {
    this.#check('csv', path, options, CSV_OPTIONS);
    const settings = csvSettings(options);
    const minPartitions = this.#minPartitions('csv', options);
    const origin = this.#engine.origin('csv');
    const node = new CsvScanNode(origin, this.#engine.fileSystem, { path, minPartitions, settings });
    node.name = describePath(path);
    return new RowRdd<T>(this.#engine, node, () => schemaOf(node.rowFields));
  }

  /**
   * The rows of files of JSON lines, an object a line; with `multiLine`, of arrays of objects, or of objects one after
   * another. Rows have the fields of the schema, those that are missing as null.
   *
   * ```ts
   * await session.read.json('events.jsonl.gz', { schema: { user: 'string', at: 'timestamp' } }).first();
   * ```
   * Integers that no number holds exactly make their field one of bigints. Jobs fail as those of `csv` do.
   */
  json<T = AnyRow>(path: InputPath, options: ReadJsonOptions = {}): RowRdd<T> {
    this.#check('json', path, options, [...SHARED_OPTIONS, 'columns', 'maxDepth']);
    const settings = jsonSettings(options);
    const minPartitions = this.#minPartitions('json', options);
    const origin = this.#engine.origin('json');
    const node = new JsonScanNode(origin, this.#engine.fileSystem, { path, minPartitions, settings });
    node.name = describePath(path);
    return new RowRdd<T>(this.#engine, node, () => schemaOf(node.rowFields));
  }

  /**
   * The rows of Parquet files, plain objects with a property a column; what each type becomes is in docs/types.md. Of a
   * directory, all files below it are read; directories named `year=2001` make a column `year`.
   *
   * ```ts
   * const late = session.read.parquet<{ origin: string; delay: number }>('flights', {
   *   columns: ['origin', 'delay'],
   *   where: col('date').ge('2001-06-01').and(col('delay').gt(15)),
   * });
   * await late.count();
   * ```
   * Only what is wanted is read: columns that are asked for, directories, row groups and pages that may match; and the
   * other columns of the rows that do. `toDebugString()` tells what is left out. Files may differ in their columns: rows
   * have all of them, wider types where they differ (SCHEMAS_DIFFER where none is wide enough), null where one is missing.
   *
   * Raises INVALID_ARGUMENT. Jobs, and `schema`, raise COLUMN_NOT_FOUND, PREDICATE_TYPE, SCHEMAS_DIFFER,
   * PARTITIONS_DIFFER, PARQUET_CORRUPT, PARQUET_UNSUPPORTED, VALUE_NOT_EXACT, LIMIT_EXCEEDED.
   */
  parquet<T = AnyRow>(path: InputPath, options: ReadParquetOptions = {}): ParquetRdd<T> {
    this.#check('parquet', path, options, READ_PARQUET_OPTIONS);
    const scanOptions = parquetScanOptions(options);
    const minPartitions = this.#minPartitions('parquet', options);
    const origin = this.#engine.origin('parquet');
    const node = new ParquetScanNode(origin, this.#engine.fileSystem, { path, minPartitions, ...scanOptions });
    node.name = describePath(path);
    return new ParquetRdd<T>(this.#engine, node);
  }

  /**
   * The rows of Arrow files, plain objects with a property a column; what each type becomes is in docs/types.md. Reads the
   * file format (`.arrow`, Feather version 2) and the stream format, and directories as `parquet` does.
   *
   * ```ts
   * await session.read.arrow('flights.arrow', { columns: ['delay'], where: col('distance').gt(1000) }).count();
   * ```
   * A record batch at a time is in memory, of the columns that are asked for; columns of `where` come first, the others
   * where some row matches. A file is read by several tasks, a stream by one.
   *
   * Raises INVALID_ARGUMENT. Jobs, and `schema`, raise COLUMN_NOT_FOUND, PREDICATE_TYPE, SCHEMAS_DIFFER,
   * PARTITIONS_DIFFER, ARROW_CORRUPT, ARROW_UNSUPPORTED, VALUE_NOT_EXACT, LIMIT_EXCEEDED.
   */
  arrow<T = AnyRow>(path: InputPath, options: ReadArrowOptions = {}): RowRdd<T> {
    this.#check('arrow', path, options, READ_ARROW_OPTIONS);
    const scanOptions = arrowScanOptions(options);
    const minPartitions = this.#minPartitions('arrow', options);
    const origin = this.#engine.origin('arrow');
    const node = new ArrowScanNode(origin, this.#engine.fileSystem, { path, minPartitions, ...scanOptions });
    node.name = describePath(path);
    return new RowRdd<T>(this.#engine, node, () => ({ fields: node.rowFields }));
  }

  /**
   * The rows of a table, or of a query, of SQLite, PostgreSQL, MySQL or MariaDB: plain objects with a property a column.
   *
   * ```ts
   * const late = session.read.database<{ origin: string; delay: number }>({
   *   path: 'flights.db',
   *   table: 'flights',
   *   columns: ['origin', 'delay'],
   *   where: col('delay').gt(15),
   *   partition: { column: 'id', lowerBound: 0, upperBound: 3_000_000, numPartitions: 8 },
   * });
   * await late.count();
   * ```
   * The database evaluates what it compares as Cairn does, and sends the columns that are wanted; rows are streamed. Each
   * partition has a connection of its own, and sees the database as it is when its task begins. PostgreSQL takes the
   * package `pg`, MySQL and MariaDB `mysql2`. A later run reads it again unless `withVersion` says what it reads.
   *
   * Raises INVALID_ARGUMENT, DATABASE_URL, TYPE_UNKNOWN. Jobs, and `schema`, raise TABLE_NOT_FOUND, COLUMN_NOT_FOUND,
   * PREDICATE_TYPE, DATABASE_QUERY_FAILED, DATABASE_NOT_REACHED, DATABASE_LOST, DATABASE_PACKAGE_MISSING,
   * DATABASE_VALUE_TYPE, VALUE_NOT_EXACT, FILE_NOT_FOUND, CORRUPT_FILE; `schema` of a server that no job has asked yet
   * DATABASE_SCHEMA_UNKNOWN.
   */
  database<T = AnyRow>(options: ReadDatabaseOptions): RowRdd<T> {
    const scanOptions = databaseScanOptions(options);
    const node = new DatabaseScanNode(this.#engine.origin('database'), this.#engine.fileSystem, scanOptions);
    node.name = node.source;
    return new RowRdd<T>(this.#engine, node, () => ({ fields: node.rowFields }));
  }

  /** The lines of text files as rows, `{ value }`; see `Session.textFile` for the lines alone. */
  text(path: InputPath, options: ReadFilesOptions = {}): Rdd<{ value: string }> {
    this.#check('text', path, options, ['minPartitions']);
    const minPartitions = this.#minPartitions('text', options);
    const scan = new TextScanNode(this.#engine.origin('text'), this.#engine.fileSystem, { path, minPartitions });
    const rows = new StepNode(this.#engine.origin('text'), scan, { kind: 'map', f: lineRow });
    scan.name = rows.name = describePath(path);
    return new Rdd<{ value: string }>(this.#engine, rows);
  }

  /** Whole files as rows, `{ path, length, content }`; a file over 512 MiB raises LIMIT_EXCEEDED. */
  binary(path: InputPath, options: ReadFilesOptions = {}): Rdd<{ path: string; length: number; content: Buffer }> {
    this.#check('binary', path, options, ['minPartitions']);
    const minPartitions = this.#minPartitions('binary', options);
    const { fileSystem, defaultParallelism } = this.#engine;
    const origin = this.#engine.origin('binary');
    const scan = new BinaryFileScanNode(origin, fileSystem, { path, minPartitions }, defaultParallelism);
    const rows = new StepNode(this.#engine.origin('binary'), scan, { kind: 'map', f: fileRow });
    scan.name = rows.name = describePath(path);
    return new Rdd<{ path: string; length: number; content: Buffer }>(this.#engine, rows);
  }

  #check(method: string, path: unknown, options: unknown, names: readonly string[]): void {
    const isPath = (value: unknown): boolean => typeof value === 'string' && value !== '';
    if (!isPath(path) && !(Array.isArray(path) && path.length > 0 && path.every(isPath))) {
      throw invalidArgument(method, 'path', 'a path, a pattern, or a non-empty array of these', path);
    }
    checkOptions(method, options, names);
  }

  #minPartitions(method: string, { minPartitions }: ReadFilesOptions): number {
    return countOr(method, 'minPartitions', minPartitions, this.#engine.defaultParallelism);
  }
}

driverOnly('reader', DataReader);

type SharedSettings = Omit<
  CsvSettings & JsonSettings,
  keyof Omit<CsvSettings, keyof JsonSettings> | 'columns' | 'maxDepth'
>;

function sharedSettings(method: string, options: ReadRowsOptions, nests: boolean): SharedSettings {
  const defaults = DEFAULT_JSON_SETTINGS;
  const { columnNameOfCorruptRecord, ...rest } = options;
  return {
    schema: checkSchema(method, rest.schema, nests),
    sampleRows: sampleOr(method, rest.sampleRows, defaults.sampleRows),
    mode: checkMode(method, rest.mode),
    columnNameOfCorruptRecord: textOr(method, 'columnNameOfCorruptRecord', columnNameOfCorruptRecord, undefined),
    dateFormat: checkPattern(method, 'dateFormat', rest.dateFormat),
    timestampFormat: checkPattern(method, 'timestampFormat', rest.timestampFormat),
    multiLine: flagOr(method, 'multiLine', rest.multiLine, defaults.multiLine),
    encoding: encodingOr(method, rest.encoding, defaults.encoding),
    maxRecordBytes: countOr(method, 'maxRecordBytes', rest.maxRecordBytes, defaults.maxRecordBytes),
  };
}

/** A record and a chunk lie in one buffer, whose offsets have 29 bits. */
const MOST_RECORD_BYTES = 2 ** 28;

function csvSettings(options: ReadCsvOptions): CsvSettings {
  const defaults = DEFAULT_CSV_SETTINGS;
  const shared = sharedSettings('csv', options, false);
  if (shared.maxRecordBytes > MOST_RECORD_BYTES) {
    throw invalidArgument('csv', 'maxRecordBytes', `an integer from 1 to ${MOST_RECORD_BYTES}`, options.maxRecordBytes);
  }
  const quote = signOr('csv', 'quote', options.quote, defaults.quote);
  const infers = flagOr('csv', 'inferSchema', options.inferSchema, true);
  return {
    ...shared,
    sampleRows: infers ? shared.sampleRows : 0,
    quote,
    delimiter: delimiterOr('csv', options.delimiter, quote, defaults.delimiter),
    escape: signOr('csv', 'escape', options.escape, quote),
    comment: signOr('csv', 'comment', options.comment, defaults.comment),
    header: flagOr('csv', 'header', options.header, defaults.header),
    enforceSchema: flagOr('csv', 'enforceSchema', options.enforceSchema, defaults.enforceSchema),
    nullValues: nullValuesOf(options.nullValue),
    ignoreLeadingWhiteSpace: flagOr('csv', 'ignoreLeadingWhiteSpace', options.ignoreLeadingWhiteSpace, false),
    ignoreTrailingWhiteSpace: flagOr('csv', 'ignoreTrailingWhiteSpace', options.ignoreTrailingWhiteSpace, false),
    columns: checkNames('csv', 'columns', options.columns),
    maxColumns: countOr('csv', 'maxColumns', options.maxColumns, defaults.maxColumns),
  };
}

function nullValuesOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return DEFAULT_CSV_SETTINGS.nullValues;
  const values = typeof value === 'string' ? [value] : value;
  if (Array.isArray(values) && values.every((each) => typeof each === 'string')) return [...values];
  throw invalidArgument('csv', 'nullValue', 'a text, or an array of texts', value);
}

function jsonSettings(options: ReadJsonOptions): JsonSettings {
  const maxDepth = countOr('json', 'maxDepth', options.maxDepth, DEFAULT_JSON_SETTINGS.maxDepth);
  // Deeper values would not survive a shuffle: see docs/types.md.
  if (maxDepth > 1000) throw invalidArgument('json', 'maxDepth', 'an integer from 1 to 1000', maxDepth);
  return {
    ...sharedSettings('json', options, true),
    columns: checkNames('json', 'columns', options.columns),
    maxDepth,
  };
}
