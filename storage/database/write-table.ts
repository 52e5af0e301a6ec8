/**
 * Writes the records of a dataset to a table, once each, in one transaction. They come from the parts that the job's
 * tasks have committed: what a task did twice is there once, and a job that fails has touched no table.
 */

import { describe, rowNotWritable } from '../../formats/schema/builder-parts.ts';
import type { Schema } from '../../formats/schema/data-type.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { findNearMiss } from '../../lib/base/near-miss.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { columnDefinitions } from './create-table.ts';
import type { DatabaseSettings } from './database-settings.ts';
import { encodeRows, ROWS, type TargetColumn } from './encode-rows.ts';
import { describeSource } from './scan-plan.ts';
import { ServerTarget } from './server-target.ts';
import { SqliteTarget } from './sqlite-target.ts';
import type { TablePlan, TableTarget } from './table-target.ts';

export interface TableWrite {
  readonly settings: DatabaseSettings;
  readonly table: readonly string[];
  readonly mode: 'error' | 'overwrite' | 'append' | 'ignore';
  /** A table that is overwritten is emptied instead of made anew. */
  readonly keepsTable: boolean;
  /** The table that is to be made where there is none, or where it is made anew. */
  readonly schema: Schema | undefined;
  /** Types of its columns in SQL, in place of those that follow from the schema. */
  readonly columnTypes: Readonly<Record<string, string>>;
  /** Rows of a statement. */
  readonly batchSize: number;
}

/** The table as it may be written to: the caller commits or aborts it. `token` as for `ServerTarget`. */
export function openTarget(
  fs: FileSystem,
  { settings, table }: Pick<TableWrite, 'settings' | 'table'>,
  token: string,
): TableTarget {
  if (settings.dialect === 'sqlite') return new SqliteTarget(fs, settings.path, table);
  return new ServerTarget(settings, table, token);
}

/**
 * What `mode` makes of a table that is there, or is not: undefined is nothing at all. Raises OUTPUT_EXISTS,
 * TABLE_NOT_FOUND where none shall be made, and DATABASE_TYPE_UNSUPPORTED.
 */
export function planTable(write: TableWrite, isThere: boolean): TablePlan | undefined {
  const { settings, table, mode, schema, columnTypes } = write;
  if (isThere) {
    if (mode === 'ignore') return undefined;
    if (mode === 'error') throw new CairnError('OUTPUT_EXISTS', { path: describeSource(settings, { table }) });
    if (mode === 'append') return { kind: 'append' };
    if (write.keepsTable) return { kind: 'empty' };
  }
  if (schema === undefined) {
    const suggestion = 'make it first, or let it be made: createTable: true';
    throw new CairnError('TABLE_NOT_FOUND', {
      database: describeSource(settings, { table }),
      table: table.join('.'),
      suggestion,
    });
  }
  const definitions = columnDefinitions(settings.dialect, schema, columnTypes);
  return { kind: 'create', definitions, replaces: isThere };
}

/**
 * Writes `batches` of records and commits them. Gives how many there were; undefined where the mode says that nothing is
 * written. Whatever it raises, the table is as it was, but for DATABASE_COMMIT_UNKNOWN. `check` is called between batches,
 * and may raise.
 */
export async function writeTable(
  target: TableTarget,
  write: TableWrite,
  batches: Iterable<readonly unknown[]>,
  check: () => void,
): Promise<number | undefined> {
  try {
    const found = await target.columns();
    const plan = planTable(write, found !== undefined);
    if (plan === undefined) return undefined;
    const columns = plan.kind === 'create' ? columnsOfSchema(write) : (found ?? []);
    await target.begin(plan);
    let count = 0;
    for (const rows of batches) {
      for (const { names, rows: alike } of shapesOf(rows)) {
        const into = findColumns(write, columns, names);
        for (let at = 0; at < alike.length; at += write.batchSize) {
          check();
          const part = alike.slice(at, at + write.batchSize);
          await target.insert(names, encodeRows(write.settings.dialect, into, part));
          count += part.length;
        }
      }
    }
    check();
    await target.commit();
    return count;
  } finally {
    await target.abort();
  }
}

function columnsOfSchema({ schema, columnTypes }: TableWrite): readonly TargetColumn[] {
  return (schema?.fields ?? []).map(({ name, type }) => ({
    name,
    // A type in SQL takes what the database makes of a value.
    type: Object.hasOwn(columnTypes, name) ? undefined : type,
  }));
}

interface Shape {
  readonly names: readonly string[];
  readonly rows: object[];
}

/** Records that follow each other and have the same properties: what a record lacks is left to the column's default. */
function* shapesOf(records: readonly unknown[]): Generator<Shape> {
  let shape: Shape | undefined;
  for (const record of records) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      const reason = `it is ${describe(record)}, not an object with the columns as properties`;
      throw rowNotWritable(ROWS, reason, 'map records first');
    }
    const names = Object.keys(record);
    if (
      shape === undefined ||
      names.length !== shape.names.length ||
      names.some((name, i) => name !== shape?.names[i])
    ) {
      if (shape !== undefined) yield shape;
      shape = { names, rows: [] };
    }
    shape.rows.push(record);
  }
  if (shape !== undefined) yield shape;
}

function findColumns(
  { settings, table }: TableWrite,
  columns: readonly TargetColumn[],
  names: readonly string[],
): readonly TargetColumn[] {
  return names.map((name) => {
    const found = columns.find((column) => column.name === name);
    if (found !== undefined) return found;
    const known = columns.map((column) => column.name);
    const near = findNearMiss(name, known);
    const suggestion =
      near === undefined ? `its columns are ${known.slice(0, 20).join(', ')}` : `did you mean '${near}'?`;
    throw new CairnError('COLUMN_NOT_FOUND', { path: describeSource(settings, { table }), column: name, suggestion });
  });
}
