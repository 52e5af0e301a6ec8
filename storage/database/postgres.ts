/**
 * PostgreSQL by the package `pg`. Rows come through a cursor of the server's, declared in a transaction that reads
 * only: memory is that of a few batches whatever the table's size, and a partition sees one state of the database.
 * Values come as texts, in settings of the session's that say them exactly.
 */

import { type DataType, field } from '../../formats/schema/data-type.ts';
import { parseType } from '../../formats/schema/parse-type.ts';
import type { CairnError } from '../../lib/base/errors.ts';
import { loadWhenUsed } from '../../lib/base/load-when-used.ts';
import type { DatabaseConnection, DatabaseSettings } from './database-settings.ts';
import { describeDatabase } from './database-settings.ts';
import type { RawRow } from './raw-values.ts';
import type { RowCursor } from './row-cursor.ts';
import { describeTable, sourceSql, type TableSource } from './scan-plan.ts';
import { loadPackage, type ServerConnection, serverError } from './server.ts';
import type { SqlValues } from './sql-dialect.ts';
import { tableNotFound } from './sqlite-file.ts';
import type { ColumnOrder, TableColumn } from './table-column.ts';

/** What of the package is used. */
interface PgField {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}
interface PgResult {
  readonly rows: readonly RawRow[];
  readonly fields: readonly PgField[];
}
interface PgClient {
  connect(): Promise<void>;
  query(query: { readonly text: string; readonly values?: SqlValues; readonly rowMode: 'array' }): Promise<PgResult>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
}
interface PgPackage {
  readonly Client: new (config: Readonly<Record<string, unknown>>) => PgClient;
}

const loadPg = loadWhenUsed<PgPackage>('pg');

const SETTINGS =
  "SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'; SET extra_float_digits = 3; SET bytea_output = 'hex'; " +
  "SET intervalstyle = 'iso_8601'; SET standard_conforming_strings = on; SET client_encoding = 'UTF8'";

/** Connects. Raises DATABASE_PACKAGE_MISSING, DATABASE_NOT_REACHED. */
export async function connectPostgres(
  settings: DatabaseSettings,
  connection: DatabaseConnection,
): Promise<ServerConnection> {
  const { Client } = loadPackage(settings, 'pg', loadPg);
  let client: PgClient | undefined;
  try {
    // Texts as they come: what they become is decided by columns here.
    client = new Client({ keepAlive: true, ...connection, types: { getTypeParser: () => (text: unknown) => text } });
    // A connection that ends while nobody asks it anything says so to nobody: the next statement does.
    client.on('error', () => {});
    await client.connect();
    await client.query({ text: SETTINGS, rowMode: 'array' });
    return new PostgresConnection(settings, client);
  } catch (error) {
    client?.end().catch(() => {});
    throw serverError(settings, error, 'connecting');
  }
}

class PostgresConnection implements ServerConnection {
  readonly #settings: DatabaseSettings;
  readonly #client: PgClient;
  #isClosed = false;

  constructor(settings: DatabaseSettings, client: PgClient) {
    this.#settings = settings;
    this.#client = client;
  }

  async columnsOf(source: TableSource): Promise<readonly TableColumn[]> {
    try {
      const text = `SELECT * FROM ${sourceSql('postgres', source)} LIMIT 0`;
      const { fields } = await this.#client.query({ text, rowMode: 'array' });
      const { rows } = await this.#query("SELECT current_setting('server_encoding')");
      const isUtf8 = rows[0]?.[0] === 'UTF8';
      return fields.map((each) => columnOf(each, isUtf8));
    } catch (error) {
      if ('table' in source && codeOf(error) === '42P01') throw await this.#tableNotFound(source.table);
      throw serverError(this.#settings, error, `reading ${describeTable(source)}`);
    }
  }

  read(sql: string, values: SqlValues, fetchSize: number): RowCursor {
    const fetch = `FETCH FORWARD ${fetchSize} FROM cairn_cursor`;
    let columns: readonly boolean[] | undefined;
    const take = async (text: string, given?: SqlValues): Promise<readonly RawRow[]> => {
      const { rows, fields } = await this.#query(text, given, 'reading');
      columns ??= fields.map(({ dataTypeID }) => dataTypeID === BYTEA);
      return columns.includes(true)
        ? rows.map((row) => row.map((value, i) => (columns?.[i] ? bytesOf(value) : value)))
        : rows;
    };
    const begin = async (): Promise<readonly RawRow[]> => {
      await this.run('BEGIN TRANSACTION READ ONLY');
      await this.#query(`DECLARE cairn_cursor NO SCROLL CURSOR FOR ${sql}`, values, 'reading');
      return await take(fetch);
    };
    let coming: Promise<readonly RawRow[]> | undefined;
    let isDone = false;
    const next = async (): Promise<readonly RawRow[] | undefined> => {
      const rows = await (coming ?? begin());
      isDone = rows.length < fetchSize;
      if (!isDone) {
        // The server works on the next ones while these are computed with.
        coming = take(fetch);
        coming.catch(() => {});
      }
      return rows.length === 0 ? undefined : rows;
    };
    return { next: () => (isDone ? undefined : next()), close: () => this.close() };
  }

  async run(sql: string, values?: SqlValues): Promise<void> {
    await this.#query(sql, values);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#client.end().catch(() => {});
  }

  async #query(text: string, values?: SqlValues, operation = 'a statement'): Promise<PgResult> {
    try {
      return await this.#client.query({ text, rowMode: 'array', ...(values === undefined ? {} : { values }) });
    } catch (error) {
      throw serverError(this.#settings, error, operation);
    }
  }

  async #tableNotFound(table: readonly string[]): Promise<CairnError> {
    const { rows } = await this.#query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') " +
        'ORDER BY table_name LIMIT 1000',
    );
    return tableNotFound(
      describeDatabase(this.#settings),
      table,
      rows.map(([name]) => String(name)),
    );
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function bytesOf(value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value.slice(2), 'hex') : value;
}

const BYTEA = 17;
const NUMERIC = 1700;

/** By the ids that types have in every database. */
const TYPES: ReadonlyMap<number, readonly [type: string, order: ColumnOrder, native: string]> = new Map([
  [16, ['boolean', 'boolean', 'bool']],
  [BYTEA, ['binary', 'binary', 'bytea']],
  [20, ['int64', 'integer', 'int8']],
  [21, ['int16', 'integer', 'int8']],
  [23, ['int32', 'integer', 'int8']],
  [25, ['string', 'text', 'text']],
  [26, ['uint32', 'none', 'oid']],
  [700, ['float32', 'float', 'float8']],
  [701, ['float64', 'float', 'float8']],
  [1043, ['string', 'text', 'text']],
  [1082, ['date', 'date', 'date']],
  [1083, ['time(micros)', 'none', 'time']],
  [1114, ['timestamp(micros)', 'timestamp', 'timestamp']],
  [1184, ['timestamp(micros, zone)', 'timestamp', 'timestamptz']],
  [2950, ['uuid', 'uuid', 'uuid']],
]);

function columnOf({ name, dataTypeID, dataTypeModifier }: PgField, isUtf8: boolean): TableColumn {
  const [text, order, native]: readonly [string, ColumnOrder, string] = TYPES.get(dataTypeID) ?? ['string', 'none', ''];
  const found = dataTypeID === NUMERIC ? numericOf(dataTypeModifier) : undefined;
  const common = { isBinary: dataTypeID === BYTEA, asNumbers: false };
  if (found !== undefined) return { field: field(name, found), order: 'decimal', native: 'numeric', ...common };
  return {
    field: field(name, parseType(text)),
    order: order === 'text' && !isUtf8 ? 'equality' : order,
    native,
    ...common,
  };
}

/** Of digits that were said: those without are texts here, since no type has room for all of them. */
function numericOf(modifier: number): DataType | undefined {
  if (modifier < 4) return undefined;
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = ((((modifier - 4) & 0x7ff) ^ 1024) - 1024) as number;
  return precision <= 76 && scale >= 0 && scale <= precision ? { kind: 'decimal', precision, scale } : undefined;
}
