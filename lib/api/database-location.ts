/** Which database, and which table of it: what readers and writers of databases take alike. */
import {
  type DatabaseConnection,
  type DatabaseSettings,
  parseDatabaseUrl,
} from '../../storage/database/database-settings.ts';
import { CairnError } from '../base/errors.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import { invalidArgument } from './check-argument.ts';

/** A database: one of `url`, `path` and `connection`. */
export interface DatabaseLocation {
  /** `'postgres://user:password@host:5432/name'`, `'mysql://…'` (for MariaDB, too), `'sqlite:file.db'`. */
  readonly url?: string | undefined;
  /** A SQLite file. */
  readonly path?: string | undefined;
  /**
   * What the package takes to connect, with `dialect`: `{ host, port, user, password, database, ssl }` and the like. It is
   * sent to worker threads: functions cannot be part of it.
   */
  readonly connection?: DatabaseConnection | undefined;
  /** Of `connection`. */
  readonly dialect?: 'postgres' | 'mysql' | undefined;
}

/** A table: `'events'`, `'public.events'`, or names one by one where they have dots. */
export type TableName = string | readonly string[];

export const LOCATION_OPTIONS = ['url', 'path', 'connection', 'dialect'];

const METHOD = 'database';

/** Raises INVALID_ARGUMENT and DATABASE_URL, neither of which shows a URL or a password. */
export function databaseSettings({ url, path, connection, dialect }: DatabaseLocation): DatabaseSettings {
  const given = [url, path, connection].filter((each) => each !== undefined).length;
  if (given !== 1) {
    throw invalidArgument(METHOD, 'options', "an object with one of 'url', 'path' and 'connection'", { given });
  }
  if (connection !== undefined) return { dialect: checkDialect(dialect), connection: checkConnection(connection) };
  if (dialect !== undefined)
    throw invalidArgument(METHOD, 'dialect', "left out where there is no 'connection'", dialect);
  if (url === undefined) {
    if (typeof path !== 'string' || path === '')
      throw invalidArgument(METHOD, 'path', 'the path of a SQLite file', path);
    return { dialect: 'sqlite', path };
  }
  // Whatever it is, it is not shown.
  if (typeof url !== 'string') throw invalidArgument(METHOD, 'url', 'a text', typeof url);
  try {
    return parseDatabaseUrl(url);
  } catch (error) {
    throw error instanceof CairnError ? startAtCaller(error) : error;
  }
}

function checkDialect(dialect: unknown): 'postgres' | 'mysql' {
  if (dialect === 'postgres' || dialect === 'mysql') return dialect;
  throw invalidArgument(METHOD, 'dialect', "'postgres' or 'mysql', with 'connection'", dialect);
}

function checkConnection(connection: unknown): DatabaseConnection {
  const isObject = typeof connection === 'object' && connection !== null && !Array.isArray(connection);
  if (!isObject) throw invalidArgument(METHOD, 'connection', 'an object such as { host, user }', typeof connection);
  for (const [name, value] of Object.entries(connection)) {
    if (typeof value === 'function') {
      throw invalidArgument(METHOD, `connection.${name}`, 'a value, since it is sent to worker threads', 'a function');
    }
  }
  return { ...connection };
}

/** The names of a table, outermost first. Raises INVALID_ARGUMENT. */
export function tablePath(table: unknown): readonly string[] {
  const names = typeof table === 'string' ? table.split('.') : table;
  const isSound =
    Array.isArray(names) &&
    names.length > 0 &&
    names.every((name) => typeof name === 'string' && name !== '' && !name.includes('\0'));
  if (!isSound)
    throw invalidArgument(METHOD, 'table', "the name of a table, such as 'events' or 'public.events'", table);
  return [...names];
}
