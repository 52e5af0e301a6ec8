/**
 * A connection to a database server: what PostgreSQL and MySQL have in common. Their packages are the user's to install,
 * and loaded when one is asked for.
 */
import { CairnError, errorCodeOf, isError } from '../../lib/base/errors.ts';
import { type DatabaseSettings, describeDatabase, withoutSecrets } from './database-settings.ts';
import type { RowCursor } from './row-cursor.ts';
import type { TableSource } from './scan-plan.ts';
import type { SqlValues } from './sql-dialect.ts';
import type { TableColumn } from './table-column.ts';

export interface ServerConnection {
  /** The columns of a table or a query. Raises TABLE_NOT_FOUND, DATABASE_QUERY_FAILED. */
  columnsOf(source: TableSource): Promise<readonly TableColumn[]>;
  /** The rows of a statement, `fetchSize` at a time. */
  read(sql: string, values: SqlValues, fetchSize: number): RowCursor;
  /** Runs a statement that gives no rows. */
  run(sql: string, values?: SqlValues): Promise<void>;
  /** Ends the connection; whatever runs on it fails. */
  close(): void;
}

/** Loads a package of the user's. Raises DATABASE_PACKAGE_MISSING. */
export function loadPackage<T>(settings: DatabaseSettings, name: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (errorCodeOf(error) !== 'MODULE_NOT_FOUND') throw error;
    throw new CairnError(
      'DATABASE_PACKAGE_MISSING',
      { database: describeDatabase(settings), package: name },
      { cause: error },
    );
  }
}

/** The error of a driver, without secrets: its own is not kept, since it may hold the connection's settings. */
export function serverError(settings: DatabaseSettings, error: unknown, operation: string): unknown {
  if (error instanceof CairnError || !isError(error)) return error;
  const database = describeDatabase(settings);
  const code = errorCodeOf(error);
  // Of several addresses, all of which refused: the message is empty.
  const message = error.message === '' && error instanceof AggregateError ? String(error.errors[0]) : error.message;
  const reason = withoutSecrets(
    settings,
    code === undefined || message.includes(code) ? message : `${message} (${code})`,
  );
  if (operation === 'connecting') return new CairnError('DATABASE_NOT_REACHED', { database, reason });
  if (isLost(code, message)) return new CairnError('DATABASE_LOST', { database, reason });
  return new CairnError('DATABASE_QUERY_FAILED', {
    database,
    operation,
    reason,
    remedy: 'correct the query or the records, or see what the database says about it',
  });
}

/** Classes 08 and 57P of SQLSTATE, deadlocks and failed serializations; errors of sockets; MySQL's own. */
function isLost(code: string | undefined, message: string): boolean {
  if (code !== undefined && /^(08|57P|40001|40P01|E[A-Z]+$|PROTOCOL_|ER_LOCK_DEADLOCK|ER_SERVER_SHUTDOWN)/.test(code))
    return true;
  return /Connection terminated|closed state|connection is closed|not queryable/i.test(message);
}
