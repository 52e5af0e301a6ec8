/** Databases for specs: SQLite files of their own, and servers where the environment names some. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type DataType, field } from '../../formats/schema/data-type.ts';
import type { DatabaseScanOptions } from '../../lib/lineage/nodes/database-scan-node.ts';
import type { DatabaseSettings } from '../../storage/database/database-settings.ts';
import type { ScanRequest, TableSource } from '../../storage/database/scan-plan.ts';
import type { ColumnOptions, TableColumn } from '../../storage/database/table-column.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Servers to prove against: specs of theirs are skipped without. */
export const PG_URL = process.env.CAIRN_PG_URL ?? '';
export const MYSQL_URL = process.env.CAIRN_MYSQL_URL ?? '';

/** A SQLite file made by a script, in a directory that goes with it. */
export function sqliteOf(
  script: string,
  fill: (database: Sqlite.Database) => void = () => {},
): { readonly path: string; readonly directory: string; all(sql: string): unknown[] } & Disposable {
  const directory = temporaryDirectory();
  const path = join(directory.path, 'spec.db');
  const database = new Sqlite(path);
  database.exec(script);
  fill(database);
  database.close();
  return {
    path,
    directory: directory.path,
    all(sql) {
      const reader = new Sqlite(path, { readonly: true });
      try {
        return reader.prepare(sql).all();
      } finally {
        reader.close();
      }
    },
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

export const COLUMN_OPTIONS: ColumnOptions = { schema: [], bigints: [], sampleRows: 1000, int64: 'auto' };

export function scanRequest(settings: DatabaseSettings, source: TableSource): ScanRequest {
  return {
    settings,
    source,
    columns: undefined,
    where: undefined,
    timestamp: 'date',
    decimal: 'string',
    schema: [],
    splits: [{ kind: 'all' }],
  };
}

export function scanOptions(path: string, choices: Partial<DatabaseScanOptions> = {}): DatabaseScanOptions {
  return {
    ...scanRequest({ dialect: 'sqlite', path }, { table: ['t'] }),
    ...COLUMN_OPTIONS,
    fetchSize: undefined,
    ...choices,
  };
}

/** A column as plans see it. */
export function tableColumn(name: string, type: DataType, choices: Partial<TableColumn> = {}): TableColumn {
  return { field: field(name, type), order: 'none', native: '', isBinary: false, asNumbers: false, ...choices };
}
