/** The way to any database: the one file that knows all dialects' connections. */
import type { FileSystem } from '../fs/file-system.ts';
import type { DatabaseConnection, DatabaseSettings, ServerDialect } from './database-settings.ts';
import { connectMysql } from './mysql.ts';
import { connectPostgres } from './postgres.ts';
import type { RowCursor } from './row-cursor.ts';
import type { TableSource } from './scan-plan.ts';
import type { ServerConnection } from './server.ts';
import type { SqlValues } from './sql-dialect.ts';
import { sqliteColumns } from './sqlite-columns.ts';
import { SqliteFile } from './sqlite-file.ts';
import { type ColumnOptions, columnAsGiven, type TableColumn } from './table-column.ts';

export type ServerSettings = { readonly dialect: ServerDialect; readonly connection: DatabaseConnection };

/** Connects to a server. Raises DATABASE_PACKAGE_MISSING, DATABASE_NOT_REACHED. */
export async function connectServer(settings: ServerSettings): Promise<ServerConnection> {
  const connect = settings.dialect === 'postgres' ? connectPostgres : connectMysql;
  return await connect(settings, settings.connection);
}

/** What the columns of a table or query are; a promise where a server is asked. */
export function describeColumns(
  fs: FileSystem,
  settings: DatabaseSettings,
  source: TableSource,
  options: ColumnOptions,
): readonly TableColumn[] | Promise<readonly TableColumn[]> {
  if (settings.dialect !== 'sqlite') return describeOnServer(settings, source, options);
  using file = SqliteFile.open(fs, settings.path, 'read');
  return sqliteColumns(file, source, options);
}

async function describeOnServer(
  settings: ServerSettings,
  source: TableSource,
  options: ColumnOptions,
): Promise<readonly TableColumn[]> {
  const server = await connectServer(settings);
  try {
    return (await server.columnsOf(source)).map((column) => columnAsGiven(column, options));
  } finally {
    server.close();
  }
}

/** The rows of a statement, over a connection of their own, which closing them ends. */
export function openCursor(
  fs: FileSystem,
  settings: DatabaseSettings,
  { sql, values }: { readonly sql: string; readonly values: SqlValues },
  fetchSize: number,
): RowCursor {
  if (settings.dialect !== 'sqlite') return serverCursor(settings, (server) => server.read(sql, values, fetchSize));
  const file = SqliteFile.open(fs, settings.path, 'read');
  try {
    return file.read(sql, values, fetchSize);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Connects when the first rows are asked for. */
function serverCursor(settings: ServerSettings, open: (server: ServerConnection) => RowCursor): RowCursor {
  let cursor: RowCursor | undefined;
  let isClosed = false;
  const connect = async () => {
    const opened = open(await connectServer(settings));
    cursor = opened;
    if (isClosed) opened.close();
    return await opened.next();
  };
  return {
    next: () => (cursor === undefined ? connect() : cursor.next()),
    close() {
      isClosed = true;
      cursor?.close();
    },
  };
}
