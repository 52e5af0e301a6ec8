/**
 * SQLite files of users: opened, asked what their tables are, and read. The engine's own database is
 * storage/metadata's.
 *
 * A statement sees one state of the file, whatever is committed meanwhile. Statements of several connections, as those of
 * several partitions are, may see different ones: SQLite shares no snapshots between connections.
 *
 * Threading: a connection belongs to the thread that opened it; each partition opens its own.
 */
import type Sqlite from 'better-sqlite3';
import { CairnError, errorCodeOf, isError } from '../../lib/base/errors.ts';
import { loadWhenUsed } from '../../lib/base/load-when-used.ts';
import { findNearMiss } from '../../lib/base/near-miss.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { RawRow } from './raw-values.ts';
import type { RowCursor } from './row-cursor.ts';
import { describeSource, sourceSql, type TableSource } from './scan-plan.ts';
import type { SqlValues } from './sql-dialect.ts';
import { fromSqliteError } from './sqlite-error.ts';

const loadSqlite = loadWhenUsed<typeof Sqlite>('better-sqlite3');

/** How long a statement waits for another connection's lock. */
const BUSY_TIMEOUT_MS = 10_000;

/** A column as SQLite tells it. */
export interface SqliteColumn {
  readonly name: string;
  /** As it was declared; null for what an expression gives. */
  readonly declared: string | null;
}

export class SqliteFile implements Disposable {
  readonly path: string;
  readonly #sqlite: Sqlite.Database;
  readonly #fileSystem: FileSystem;

  private constructor(path: string, sqlite: Sqlite.Database, fileSystem: FileSystem) {
    this.path = path;
    this.#sqlite = sqlite;
    this.#fileSystem = fileSystem;
  }

  /**
   * Opens the file at `path`; for writing it may not be there yet. Raises FILE_NOT_FOUND, PERMISSION_DENIED, IO_ERROR,
   * and CORRUPT_FILE for what is no database.
   */
  static open(fileSystem: FileSystem, path: string, mode: 'read' | 'write'): SqliteFile {
    const found = fileSystem.stat(path, { follow: true });
    if (found === undefined && mode === 'read') throw new CairnError('FILE_NOT_FOUND', { path });
    if (found !== undefined && found.kind !== 'file')
      throw new CairnError('INPUT_NOT_A_FILE', { path, found: found.kind });
    try {
      return new SqliteFile(path, connect(path, mode), fileSystem);
    } catch (error) {
      throw failure(error, { path, operation: 'opening', fileSystem });
    }
  }

  close(): void {
    if (this.#sqlite.open) this.#sqlite.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Whether texts lie as UTF-8, in whose order they are compared. */
  get isUtf8(): boolean {
    return this.#guard('reading', () => this.#sqlite.pragma('encoding', { simple: true }) === 'UTF-8');
  }

  /** The columns of a table or a query. Raises TABLE_NOT_FOUND, and DATABASE_QUERY_FAILED for SQL that is wrong. */
  columnsOf(source: TableSource): readonly SqliteColumn[] {
    try {
      const statement = this.#sqlite.prepare(`SELECT * FROM ${sourceSql('sqlite', source)}`);
      return statement.columns().map(({ name, type }) => ({ name, declared: type }));
    } catch (error) {
      if ('table' in source && isError(error) && /^no such table/.test(error.message)) {
        throw this.#tableNotFound(source.table);
      }
      throw failure(error, {
        path: this.path,
        operation: `reading ${describeSource({ dialect: 'sqlite', path: this.path }, source)}`,
        fileSystem: this.#fileSystem,
      });
    }
  }

  hasTable(table: readonly string[]): boolean {
    try {
      this.columnsOf({ table });
      return true;
    } catch (error) {
      if (CairnError.is(error, 'TABLE_NOT_FOUND')) return false;
      throw error;
    }
  }

  /** Shows the first `limit` rows, as they lie, one after another. */
  sample(source: TableSource, limit: number, visit: (row: RawRow) => void): void {
    const places = Number.isSafeInteger(limit) ? ` LIMIT ${limit}` : '';
    this.#guard('reading', () => {
      const statement = this.#sqlite.prepare(`SELECT * FROM ${sourceSql('sqlite', source)}${places}`);
      for (const row of statement.raw().safeIntegers().iterate()) visit(row as RawRow);
    });
  }

  /** The rows of a statement, which ends the connection when it is closed. */
  read(sql: string, values: SqlValues, fetchSize: number): RowCursor {
    const guard = <T>(call: () => T): T => this.#guard('reading', call);
    const rows = guard(() =>
      this.#sqlite
        .prepare(sql)
        .raw()
        .safeIntegers()
        .iterate(...values),
    ) as IterableIterator<RawRow>;
    let isDone = false;
    return {
      next() {
        if (isDone) return undefined;
        const batch: RawRow[] = [];
        guard(() => {
          while (batch.length < fetchSize) {
            const { done, value } = rows.next();
            if (done === true) {
              isDone = true;
              break;
            }
            batch.push(value);
          }
        });
        return batch.length === 0 ? undefined : batch;
      },
      close: () => {
        if (!isDone) rows.return?.();
        isDone = true;
        this.close();
      },
    };
  }

  /** Runs statements that take no values. */
  run(sql: string): void {
    this.#guard('writing', () => this.#sqlite.exec(sql));
  }

  /** Prepares a statement to be run with many lists of values. */
  prepare(sql: string): (values: SqlValues) => void {
    const statement = this.#guard('writing', () => this.#sqlite.prepare(sql));
    return (values) => this.#guard('writing', () => statement.run(values));
  }

  get inTransaction(): boolean {
    return this.#sqlite.inTransaction;
  }

  #tableNotFound(table: readonly string[]): CairnError {
    const names = this.#guard('reading', () =>
      this.#sqlite
        .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
        .pluck()
        .all(),
    ) as string[];
    return tableNotFound(`sqlite:${this.path}`, table, names);
  }

  #guard<T>(operation: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw failure(error, { path: this.path, operation, fileSystem: this.#fileSystem });
    }
  }
}

/** Opens the file and reads its header: what is no database shows itself here. */
function connect(path: string, mode: 'read' | 'write'): Sqlite.Database {
  try {
    return opened(path, mode);
  } catch (error) {
    // A program died while it wrote: whoever comes next rolls back what it had begun, which takes a connection that writes.
    if (mode === 'write' || !NEEDS_REPAIR.test(errorCodeOf(error) ?? '')) throw error;
    opened(path, 'write').close();
    return opened(path, mode);
  }
}

const NEEDS_REPAIR = /^SQLITE_READONLY_(ROLLBACK|RECOVERY)/;

function opened(path: string, mode: 'read' | 'write'): Sqlite.Database {
  const isRead = mode === 'read';
  const sqlite = new (loadSqlite())(path, { readonly: isRead, fileMustExist: isRead, timeout: BUSY_TIMEOUT_MS });
  try {
    sqlite.pragma('schema_version');
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** The TABLE_NOT_FOUND error, with the table that was probably meant. */
export function tableNotFound(database: string, table: readonly string[], names: readonly string[]): CairnError {
  const near = findNearMiss(table.at(-1) ?? '', names);
  const known = names.length === 0 ? 'it has no tables' : `its tables are ${names.slice(0, 20).join(', ')}`;
  const suggestion = near === undefined ? known : `did you mean '${near}'?`;
  return new CairnError('TABLE_NOT_FOUND', { database, table: table.join('.'), suggestion });
}

/** Wrong SQL and rows that a table refuses are the user's; the rest is as with the engine's own database. */
function failure(
  error: unknown,
  {
    path,
    operation,
    fileSystem,
  }: { readonly path: string; readonly operation: string; readonly fileSystem: FileSystem },
): unknown {
  const code = isError(error) ? errorCodeOf(error) : undefined;
  if (isError(error) && code !== undefined && /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|RANGE|SCHEMA)/.test(code)) {
    return new CairnError(
      'DATABASE_QUERY_FAILED',
      { database: `sqlite:${path}`, operation, reason: error.message, remedy: 'correct the query, or the records' },
      { cause: error },
    );
  }
  return fromSqliteError(error, { path, operation, busyTimeoutMs: BUSY_TIMEOUT_MS, fileSystem });
}
