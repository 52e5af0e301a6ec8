import { DuckDBInstance } from '@duckdb/node-api';

let instance: Promise<DuckDBInstance> | undefined;

/** The rows of a query as DuckDB's own values in JS: an independent opinion of what a file holds. */
export async function queryDuckDb(sql: string): Promise<readonly (readonly unknown[])[]> {
  instance ??= DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await (await instance).connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRows();
  } finally {
    connection.closeSync();
  }
}

/** The same as JSON has them: 64-bit integers as text, maps as lists of `{ key, value }`. */
export async function queryDuckDbJson(sql: string): Promise<readonly (readonly unknown[])[]> {
  instance ??= DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await (await instance).connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowsJson();
  } finally {
    connection.closeSync();
  }
}
