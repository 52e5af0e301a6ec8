/**
 * Tables that lie in several files, whatever their format: the columns of all of them, and those that their directories
 * make. What a predicate says of one file, and how its rows become rows of the table.
 */
import { conformVector } from '../schema/conform-vector.ts';
import type { Field, Schema } from '../schema/data-type.ts';
import { missingVector } from '../schema/take-rows.ts';
import type { TableBatch } from '../schema/vector.ts';
import {
  bindPredicate,
  type ColumnBinding,
  columnNotFound,
  findField,
  isNever,
  type PredicateBinding,
} from './bind-predicate.ts';
import { constantVector, type PartitionEntry, partitionValue } from './partition-path.ts';
import type { ScanColumn, ScanPredicate } from './scan-predicate.ts';

/** A table of files, and what is wanted of it. Plain data. */
export interface ScanTable {
  /** The columns of all files, without those of directories. */
  readonly schema: Schema;
  /** The columns that directories make. */
  readonly partitions: readonly Field[];
  /** The columns of the rows, in order. */
  readonly fields: readonly Field[];
  readonly where: ScanPredicate | undefined;
}

/** A file of a table. */
export interface FileInTable {
  readonly path: string;
  readonly schema: Schema;
  /** What its directories say. */
  readonly entries: readonly PartitionEntry[];
}

/** The columns that a table has: those of the files, then those of directories, which win where names are the same. */
export function tableSchema(schema: Schema, partitions: readonly Field[]): Schema {
  const names = new Set(partitions.map(({ name }) => name));
  return { fields: [...schema.fields.filter(({ name }) => !names.has(name)), ...partitions] };
}

/** Checks a predicate against a table. Raises `COLUMN_NOT_FOUND` and `PREDICATE_TYPE`. */
export function checkPredicate(where: ScanPredicate, schema: Schema, source: string): void {
  bindPredicate(
    where,
    (column) => {
      const found = findField(schema, column);
      if (found === undefined) throw columnNotFound(schema, column, source);
      return { kind: 'column', path: found.path, type: found.field.type };
    },
    source,
  );
}

/**
 * Whether all rows below directories can be left out: where a predicate on their columns alone is not true. Raises
 * `PREDICATE_TYPE`.
 */
export function canSkipDirectory(
  where: ScanPredicate,
  partitions: readonly Field[],
  entries: readonly PartitionEntry[],
  source: string,
): boolean {
  const resolve = (column: ScanColumn): ColumnBinding => {
    const found = partitionBinding(partitions, entries, column);
    if (found === undefined) throw columnNotFound({ fields: partitions }, column, source);
    return found;
  };
  return isNever(bindPredicate(where, resolve, source).predicate);
}

function partitionBinding(
  partitions: readonly Field[],
  entries: readonly PartitionEntry[],
  column: ScanColumn,
): ColumnBinding | undefined {
  const name = typeof column === 'string' ? column : column.length === 1 ? column[0] : undefined;
  const index = partitions.findIndex((each) => each.name === name);
  const found = partitions[index];
  if (found === undefined) return undefined;
  return { kind: 'constant', type: found.type, value: partitionValue(found.type, entries[index]?.[1] ?? null) };
}

/** A predicate bound to one file: columns of directories have their value, those that the file lacks are missing. */
export function bindToTable(table: ScanTable, { path, schema, entries }: FileInTable): PredicateBinding | undefined {
  const { where } = table;
  if (where === undefined) return undefined;
  const resolve = (column: ScanColumn): ColumnBinding => {
    const constant = partitionBinding(table.partitions, entries, column);
    if (constant !== undefined) return constant;
    const own = findField(schema, column);
    if (own !== undefined) return { kind: 'column', path: own.path, type: own.field.type };
    const found = findField(table.schema, column);
    if (found === undefined) throw columnNotFound(table.schema, column, path);
    return { kind: 'constant', type: found.field.type, value: null };
  };
  return bindPredicate(where, resolve, path);
}

/**
 * Rows of a file as rows of its table. `isRead` says of each field of the table whether the file has it: those are the
 * vectors of the batch, in their order.
 */
export function conformBatch(
  { fields, partitions }: ScanTable,
  entries: readonly PartitionEntry[],
  isRead: readonly boolean[],
  { rowCount, vectors }: TableBatch,
): TableBatch {
  let next = 0;
  const conformed = fields.map((each, i) => {
    if (isRead[i]) {
      const vector = vectors[next++];
      return vector === undefined ? missingVector(each, rowCount) : conformVector(vector, each.type);
    }
    const partition = partitions.findIndex(({ name }) => name === each.name);
    if (partition < 0) return missingVector(each, rowCount);
    return constantVector(each, entries[partition]?.[1] ?? null, rowCount);
  });
  return { fields, rowCount, vectors: conformed };
}
