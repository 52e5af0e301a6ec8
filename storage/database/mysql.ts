/**
 * MySQL and MariaDB by the package `mysql2`. Rows come as the server sends them, and the connection is paused while
 * enough of them wait: memory is that of a few batches whatever the table's size.
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
import { tableNotFound } from './sqlite-file.ts';
import type { ColumnOrder, TableColumn } from './table-column.ts';

/** What of the package is used. */
interface MysqlField {
  readonly name: string;
  readonly columnType: number;
  readonly columnLength: number;
  readonly characterSet: number;
  readonly decimals: number;
  readonly flags: number | readonly string[];
}
interface MysqlQuery {
  on(event: 'error', listener: (error: Error) => void): MysqlQuery;
  on(event: 'fields', listener: (fields: readonly MysqlField[]) => void): MysqlQuery;
  on(event: 'result', listener: (row: readonly unknown[]) => void): MysqlQuery;
  on(event: 'end', listener: () => void): MysqlQuery;
}
interface MysqlClient {
  connect(done: (error: Error | null) => void): void;
  query(options: MysqlOptions): MysqlQuery;
  query(
    options: MysqlOptions,
    done: (error: Error | null, rows: readonly RawRow[], fields: readonly MysqlField[]) => void,
  ): void;
  pause(): void;
  resume(): void;
  destroy(): void;
  on(event: 'error', listener: (error: Error) => void): void;
}
interface MysqlOptions {
  readonly sql: string;
  readonly rowsAsArray: true;
  readonly typeCast: (field: { buffer(): Uint8Array | null }) => unknown;
}
interface MysqlPackage {
  createConnection(options: Readonly<Record<string, unknown>>): MysqlClient;
}

const loadMysql = loadWhenUsed<MysqlPackage>('mysql2');

/**
 * Times in UTC; nothing cut to fit a column; texts as they are in this session; and no end of patience with a task that
 * computes while rows wait.
 */
const SETTINGS =
  "SET SESSION time_zone = '+00:00', sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'), " +
  'net_write_timeout = 86400';

/** Connects. Raises DATABASE_PACKAGE_MISSING, DATABASE_NOT_REACHED. */
export async function connectMysql(
  settings: DatabaseSettings,
  connection: DatabaseConnection,
): Promise<ServerConnection> {
  const mysql = loadPackage(settings, 'mysql2', loadMysql);
  let client: MysqlClient | undefined;
  try {
    const made = mysql.createConnection({ ...connection, charset: 'utf8mb4_bin', multipleStatements: false });
    client = made;
    made.on('error', () => {});
    await new Promise<void>((done, fail) =>
      made.connect((error) => (error === null || error === undefined ? done() : fail(error))),
    );
    const server = new MysqlConnection(settings, made);
    await server.run(SETTINGS);
    return server;
  } catch (error) {
    client?.destroy();
    throw serverError(settings, error, 'connecting');
  }
}

/** All as bytes: what they become is decided by columns here. */
const asBytes = (value: { buffer(): Uint8Array | null }): unknown => value.buffer();

class MysqlConnection implements ServerConnection {
  readonly #settings: DatabaseSettings;
  readonly #client: MysqlClient;

  constructor(settings: DatabaseSettings, client: MysqlClient) {
    this.#settings = settings;
    this.#client = client;
  }

  async columnsOf(source: TableSource): Promise<readonly TableColumn[]> {
    try {
      const { fields } = await this.#query(`SELECT * FROM ${sourceSql('mysql', source)} LIMIT 0`);
      return fields.map(columnOf);
    } catch (error) {
      if ('table' in source && codeOf(error) === 'ER_NO_SUCH_TABLE') throw await this.#tableNotFound(source.table);
      throw serverError(this.#settings, error, `reading ${describeTable(source)}`);
    }
  }

  read(sql: string, _values: readonly unknown[], fetchSize: number): RowCursor {
    const client = this.#client;
    let waiting: RawRow[] = [];
    let binary: readonly boolean[] = [];
    let isDone = false;
    let failure: unknown;
    let wake = (): void => {};
    const begin = (): void => {
      client
        .query({ sql, rowsAsArray: true, typeCast: asBytes })
        .on('fields', (fields) => {
          binary = fields.map((each) => columnOf(each).isBinary);
        })
        .on('result', (row) => {
          waiting.push(
            row.map((value, i) => (value instanceof Uint8Array && binary[i] !== true ? textOf(value) : value)),
          );
          if (waiting.length < fetchSize) return;
          client.pause();
          wake();
        })
        .on('error', (error) => {
          failure = serverError(this.#settings, error, 'reading');
          wake();
        })
        .on('end', () => {
          isDone = true;
          wake();
        });
    };
    let hasBegun = false;
    const next = async (): Promise<readonly RawRow[] | undefined> => {
      if (!hasBegun) {
        hasBegun = true;
        begin();
      }
      while (waiting.length < fetchSize && !isDone && failure === undefined) {
        await new Promise<void>((done) => {
          wake = done;
          client.resume();
        });
      }
      if (failure !== undefined) throw failure;
      const rows = waiting;
      waiting = [];
      return rows.length === 0 ? undefined : rows;
    };
    return {
      next: () => (isDone && waiting.length === 0 && failure === undefined ? undefined : next()),
      close: () => this.close(),
    };
  }

  async run(sql: string): Promise<void> {
    try {
      await this.#query(sql);
    } catch (error) {
      throw serverError(this.#settings, error, 'a statement');
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #query(sql: string): Promise<{ readonly rows: readonly RawRow[]; readonly fields: readonly MysqlField[] }> {
    return await new Promise((done, fail) => {
      this.#client.query({ sql, rowsAsArray: true, typeCast: asBytes }, (error, rows, fields) => {
        if (error === null || error === undefined) done({ rows, fields });
        else fail(error);
      });
    });
  }

  async #tableNotFound(table: readonly string[]): Promise<CairnError> {
    const { rows } = await this.#query(
      'SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() LIMIT 1000',
    );
    return tableNotFound(
      describeDatabase(this.#settings),
      table,
      rows.map(([name]) => textOf(name as Uint8Array)),
    );
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

const UNSIGNED = 32;
/** The character set of what is no text. */
const BINARY_CHARSET = 63;

function columnOf({ name, columnType, columnLength, characterSet, decimals, flags }: MysqlField): TableColumn {
  const isUnsigned = typeof flags === 'number' ? (flags & UNSIGNED) !== 0 : flags.includes('UNSIGNED');
  const made = (type: DataType, order: ColumnOrder, isBinary = false): TableColumn => ({
    field: field(name, type),
    order,
    native: '',
    isBinary,
    asNumbers: false,
  });
  const integer = (bits: 8 | 16 | 32 | 64) => made({ kind: 'int', bits, signed: !isUnsigned }, 'integer');
  switch (columnType) {
    case 1:
      return integer(8);
    case 2:
    case 13:
      return integer(16);
    case 3:
    case 9:
      return integer(32);
    case 8:
      return integer(64);
    case 4:
      // The server compares narrow floats by digits that it does not show.
      return made(parseType('float32'), 'none');
    case 5:
      return made(parseType('float64'), 'float');
    case 0:
    case 246: {
      // The length counts the point and the sign.
      const precision = columnLength - (decimals > 0 ? 1 : 0) - (isUnsigned ? 0 : 1);
      return made({ kind: 'decimal', precision: Math.max(1, precision), scale: decimals }, 'decimal');
    }
    case 10:
    case 14:
      return made(parseType('date'), 'date');
    case 12:
    case 7: {
      const unit = decimals > 0 && decimals <= 3 ? 'millis' : decimals === 0 ? 'millis' : 'micros';
      return made({ kind: 'timestamp', unit, withZone: columnType === 7 }, 'timestamp');
    }
    case 16:
    case 255:
      return made(parseType('binary'), 'none', true);
    case 15:
    case 249:
    case 250:
    case 251:
    case 252:
    case 253:
    case 254:
      return characterSet === BINARY_CHARSET
        ? made(parseType('binary'), 'binary', true)
        : made(parseType('string'), 'text');
    default:
      // Times beyond a day, JSON and the like: as the server writes them.
      return made(parseType('string'), 'none');
  }
}
