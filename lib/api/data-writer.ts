import { resolve } from 'node:path';
import { type CsvWriteSettings, DEFAULT_CSV_WRITE_SETTINGS } from '../../formats/csv/csv-encoder.ts';
import type { Schema } from '../../formats/schema/data-type.ts';
import type { OutputCompression } from '../../storage/output/text-part-writer.ts';
import { CairnError } from '../base/errors.ts';
import { driverOnly } from '../closure/driver-only.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { SaveAction } from '../lineage/result-action.ts';
import { arrowChoices, arrowOptions, type WriteArrowOptions } from './arrow-writer-options.ts';
import { checkOptions, checkSignal, invalidArgument } from './check-argument.ts';
import type { Engine } from './engine.ts';
import { inferSchema } from './infer-schema.ts';
import { parquetChoices, parquetOptions, type WriteParquetOptions } from './parquet-writer-options.ts';
import { saveDatabase } from './save-database.ts';
import { saveOutput } from './save-output.ts';
import { checkNames, checkPattern, compressionOr, delimiterOr, flagOr, signOr, textOr } from './text-options.ts';
import { databaseChoices, type WriteDatabaseOptions } from './write-database-options.ts';
import { checkWriteMode, type WriteMode } from './write-mode.ts';

/** What all ways to write take. */
export interface WriteOptions {
  /** Default `'error'`. */
  readonly mode?: WriteMode | undefined;
  /** Default `'none'`; names of gzip parts end in `.gz`. */
  readonly compression?: OutputCompression | undefined;
  /** Cancels the job when it aborts: JOB_CANCELLED. */
  readonly signal?: AbortSignal | undefined;
}

/** What `write.csv` takes. */
export interface WriteCsvOptions extends WriteOptions {
  /** Default `','`. */
  readonly delimiter?: string | undefined;
  /** The sign around fields that need it; default `'"'`, `''` for none. */
  readonly quote?: string | undefined;
  /** What a quote within quotes follows; the quote itself unless given. */
  readonly escape?: string | undefined;
  /** Each part begins with the names of the columns; default true. */
  readonly header?: boolean | undefined;
  /** What is written for null and undefined; default `''`. */
  readonly nullValue?: string | undefined;
  /** Quote every field that is not null; default false. */
  readonly quoteAll?: boolean | undefined;
  /** How dates are written, in UTC; ISO 8601 with milliseconds unless given. */
  readonly timestampFormat?: string | undefined;
  /** The columns, in order; those of a part's first record unless given. */
  readonly columns?: readonly string[] | undefined;
}

const SHARED_OPTIONS = ['mode', 'compression', 'signal'];
const CSV_OPTIONS = [
  ...SHARED_OPTIONS,
  'delimiter',
  'quote',
  'escape',
  'header',
  'nullValue',
  'quoteAll',
  'timestampFormat',
  'columns',
];

/**
 * Writes a dataset of plain objects: `rdd.write`. As a directory of files, one a partition, readers see the whole directory
 * or none of it, also of one that is added to; `_SUCCESS` marks it complete. Tables are written in one transaction.
 */
export class DataWriter {
  readonly #engine: Engine;
  readonly #node: LineageNode;
  readonly #known: () => Schema | undefined;

  /** For `Rdd.write` only. `known`: the columns that all records have, where something tells them. */
  constructor(engine: Engine, node: LineageNode, known: () => Schema | undefined = () => undefined) {
    this.#engine = engine;
    this.#node = node;
    this.#known = known;
  }

  /**
   * Writes CSV: `part-00000.csv` and so on.
   *
   * ```ts
   * await rows.write.csv('out/flights', { mode: 'overwrite', compression: 'gzip' });
   * ```
   * Rejects with OUTPUT_EXISTS, OUTPUT_DIFFERS, CSV_PARTS_DIFFER where records of different partitions have different fields; with
   * ROW_NOT_WRITABLE in the job for values that CSV has no text for.
   */
  async csv(path: string, options: WriteCsvOptions = {}): Promise<void> {
    checkOptions('csv', options, CSV_OPTIONS);
    const settings = csvSettings(options);
    const compression = compressionOr('csv', options.compression);
    const format = async (): Promise<SaveAction['format']> => {
      const columns = settings.columns ?? this.#known()?.fields.map(({ name }) => name);
      return { kind: 'csv', settings: { ...settings, columns }, compression };
    };
    await this.#write('csv', path, format, options);
  }

  /**
   * Writes JSON lines: `part-00000.json` and so on, an object a line. Bigints are written as numbers of all their digits,
   * dates as texts, NaN and the infinities as texts, too.
   *
   * ```ts
   * await rows.write.json('out/flights');
   * ```
   * Rejects with OUTPUT_EXISTS, OUTPUT_DIFFERS; with ROW_NOT_WRITABLE in the job for values that JSON has no form for.
   */
  async json(path: string, options: WriteOptions = {}): Promise<void> {
    checkOptions('json', options, SHARED_OPTIONS);
    await this.#write('json', path, { kind: 'json', compression: compressionOr('json', options.compression) }, options);
  }

  /**
   * Writes Parquet: `part-00000.parquet` and so on, with statistics and page indexes, by which readers skip what they do
   * not ask for. Without a schema a job of its own looks at all records first.
   *
   * ```ts
   * await flights.write.parquet('out/flights', {
   *   schema: { id: 'int64', day: 'date not null', price: 'decimal(9,2)', stops: 'list<string>' },
   *   partitionBy: 'day',
   *   mode: 'append',
   * });
   * ```
   * Rejects with OUTPUT_EXISTS, OUTPUT_DIFFERS, TYPE_UNKNOWN, COLUMN_NOT_FOUND and PARQUET_NOT_WRITABLE; with
   * ROW_NOT_WRITABLE, VALUE_NOT_EXACT and NULL_NOT_ALLOWED in the job for values that are not of their column's type. Nothing is rounded.
   */
  async parquet(path: string, options: WriteParquetOptions = {}): Promise<void> {
    const choices = parquetChoices(options);
    const { signal } = options;
    const format = async (): Promise<SaveAction['format']> => {
      const schema =
        choices.schema ??
        (await inferSchema(this.#engine, this.#node, 'Parquet', { method: 'parquet', signal }, this.#known));
      return { kind: 'parquet', options: parquetOptions(choices, schema, path) };
    };
    await this.#write('parquet', path, format, options);
  }

  /**
   * Writes Arrow files: `part-00000.arrow` and so on, in the file format, which is Feather version 2. Types and values are
   * those of `parquet`.
   *
   * ```ts
   * await flights.write.arrow('out/flights', { schema: { id: 'int64', day: 'date' }, codec: 'zstd' });
   * ```
   * Rejects with OUTPUT_EXISTS, OUTPUT_DIFFERS, TYPE_UNKNOWN and COLUMN_NOT_FOUND; with ROW_NOT_WRITABLE, VALUE_NOT_EXACT and
   * NULL_NOT_ALLOWED in the job for values that are not of their column's type. Nothing is rounded.
   */
  async arrow(path: string, options: WriteArrowOptions = {}): Promise<void> {
    const choices = arrowChoices(options);
    const { signal } = options;
    const format = async (): Promise<SaveAction['format']> => {
      const job = { method: 'arrow', signal };
      const schema = choices.schema ?? (await inferSchema(this.#engine, this.#node, 'Arrow', job, this.#known));
      return { kind: 'arrow', options: arrowOptions(choices, schema, path) };
    };
    await this.#write('arrow', path, format, options);
  }

  /**
   * Writes a table of SQLite, PostgreSQL, MySQL or MariaDB: records become rows, properties columns.
   *
   * ```ts
   * await totals.write.database({ path: 'shop.db', table: 'totals', mode: 'overwrite' });
   * await events.write.database({ url: process.env.DATABASE_URL, table: 'public.events', mode: 'append' });
   * ```
   * All rows are added in one transaction when the job's tasks have done their work: a job that fails, or is killed, leaves
   * the table as it was, and no row comes twice. Without a schema a table that is made gets one by a job that looks at all
   * records first; of a table that is there, columns that records lack get their defaults. PostgreSQL takes the package
   * `pg`, MySQL and MariaDB `mysql2`.
   *
   * Rejects with OUTPUT_EXISTS, TABLE_NOT_FOUND, COLUMN_NOT_FOUND, DATABASE_TYPE_UNSUPPORTED, ROW_NOT_WRITABLE,
   * VALUE_NOT_EXACT, DATABASE_QUERY_FAILED for what the database refuses, DATABASE_NOT_REACHED, DATABASE_LOST,
   * DATABASE_COMMIT_UNKNOWN, DATABASE_PACKAGE_MISSING, DATABASE_BUSY.
   */
  async database(options: WriteDatabaseOptions): Promise<void> {
    const choices = databaseChoices(options);
    await saveDatabase(this.#engine, this.#node, choices, { method: 'database', signal: options.signal });
  }

  /** The format may take a job to tell: it is asked for once it is certain that something is to be written. */
  async #write(
    method: string,
    path: string,
    format: SaveAction['format'] | (() => Promise<SaveAction['format']>),
    options: Pick<WriteOptions, 'mode' | 'signal'>,
  ): Promise<void> {
    const { mode = 'error', signal } = options;
    checkSignal(method, signal);
    checkWriteMode(method, mode);
    if (typeof path !== 'string' || path === '') throw invalidArgument(method, 'path', 'the path of a directory', path);
    const isThere = this.#engine.fileSystem.stat(path) !== undefined;
    if (mode === 'ignore' && isThere) return;
    if (mode === 'error' && isThere) throw new CairnError('OUTPUT_EXISTS', { path: resolve(path) });
    const choices = { method, signal, overwrite: mode === 'overwrite', append: mode === 'append' };
    try {
      const known = typeof format === 'function' ? await format() : format;
      await saveOutput(this.#engine, this.#node, path, known, choices);
    } catch (error) {
      // Someone else was first.
      if (mode !== 'ignore' || !CairnError.is(error, 'OUTPUT_EXISTS')) throw error;
    }
  }
}

driverOnly('writer', DataWriter);

function csvSettings(options: WriteCsvOptions): CsvWriteSettings {
  const defaults = DEFAULT_CSV_WRITE_SETTINGS;
  const quote = signOr('csv', 'quote', options.quote, defaults.quote);
  return {
    quote,
    delimiter: delimiterOr('csv', options.delimiter, quote, defaults.delimiter),
    escape: signOr('csv', 'escape', options.escape, quote),
    header: flagOr('csv', 'header', options.header, defaults.header),
    nullValue: textOr('csv', 'nullValue', options.nullValue, defaults.nullValue),
    quoteAll: flagOr('csv', 'quoteAll', options.quoteAll, defaults.quoteAll),
    timestampFormat: checkPattern('csv', 'timestampFormat', options.timestampFormat),
    columns: checkNames('csv', 'columns', options.columns),
  };
}
