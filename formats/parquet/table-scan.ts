/**
 * Scans files as parts of one table: each with the columns that it has, in the types of the table, with those that it
 * lacks missing and those of its directories with their one value.
 */
import {
  bindPredicate,
  type ColumnBinding,
  columnNotFound,
  findField,
  isNever,
  type PredicateBinding,
} from '../scan/bind-predicate.ts';
import { constantVector, type PartitionEntry, partitionValue } from '../scan/partition-path.ts';
import type { ScanColumn, ScanPredicate } from '../scan/scan-predicate.ts';
import { conformVector } from '../schema/conform-vector.ts';
import type { Field, Schema } from '../schema/data-type.ts';
import { missingVector } from '../schema/take-rows.ts';
import type { TableBatch } from '../schema/vector.ts';
import type { Arena } from './arena.ts';
import { FileScan, type ScanFigures } from './file-scan.ts';
import { matchColumns } from './match-columns.ts';
import type { ParquetFile } from './parquet-file.ts';
import type { SchemaNode } from './schema-tree.ts';

/** A table of files, and what is wanted of it. Plain data. */
export interface ParquetTable {
  /** The columns of all files, without those of directories. */
  readonly schema: Schema;
  /** The columns that directories make. */
  readonly partitions: readonly Field[];
  /** The columns of the rows, in order. */
  readonly fields: readonly Field[];
  readonly where: ScanPredicate | undefined;
}

/** What a file of a table reads as. */
export interface FileOfTable {
  readonly file: ParquetFile;
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
export function bindToFile(table: ParquetTable, { file, entries }: FileOfTable): PredicateBinding | undefined {
  const { where } = table;
  if (where === undefined) return undefined;
  const { path } = file.source;
  const resolve = (column: ScanColumn): ColumnBinding => {
    const constant = partitionBinding(table.partitions, entries, column);
    if (constant !== undefined) return constant;
    const own = findField(file.schema, column);
    if (own !== undefined) return { kind: 'column', path: own.path, type: own.field.type };
    const found = findField(table.schema, column);
    if (found === undefined) throw columnNotFound(table.schema, column, path);
    return { kind: 'constant', type: found.field.type, value: null };
  };
  return bindPredicate(where, resolve, path);
}

/** The columns of a file that are read for rows of a table; undefined for those that it lacks. */
export function columnsOfFile(table: ParquetTable, file: ParquetFile): readonly (SchemaNode | undefined)[] {
  const partitions = new Set(table.partitions.map(({ name }) => name));
  const nodes = matchColumns(file.tree.columns, table.fields);
  return nodes.map((node) => (node !== undefined && partitions.has(node.name) ? undefined : node));
}

export interface TableScanOptions {
  readonly part?: { readonly start: number; readonly length: number };
  readonly arena: Arena;
  readonly batchRows: number;
}

/** The rows of a file, or of a part of it, that match. */
export class TableScan {
  readonly #table: ParquetTable;
  readonly #entries: readonly PartitionEntry[];
  readonly #nodes: readonly (SchemaNode | undefined)[];
  readonly #scan: FileScan;

  /** Raises `PREDICATE_TYPE` for a column that is of another type in this file than in others. */
  constructor(table: ParquetTable, of: FileOfTable, options: TableScanOptions) {
    this.#table = table;
    this.#entries = of.entries;
    this.#nodes = columnsOfFile(table, of.file);
    this.#scan = new FileScan(of.file, {
      ...options,
      columns: this.#nodes.filter((node) => node !== undefined),
      predicate: bindToFile(table, of),
      part: options.part,
    });
  }

  get figures(): ScanFigures {
    return this.#scan.figures;
  }

  /** Batches with the fields of the table, each until the next one is taken. Raises what `FileScan` raises. */
  *batches(): Generator<TableBatch, void, undefined> {
    for (const batch of this.#scan.batches()) yield this.#conform(batch);
  }

  #conform({ rowCount, vectors }: TableBatch): TableBatch {
    const { fields, partitions } = this.#table;
    let next = 0;
    const conformed = fields.map((each, i) => {
      if (this.#nodes[i] !== undefined) {
        const vector = vectors[next++];
        return vector === undefined ? missingVector(each, rowCount) : conformVector(vector, each.type);
      }
      const partition = partitions.findIndex(({ name }) => name === each.name);
      if (partition < 0) return missingVector(each, rowCount);
      return constantVector(each, this.#entries[partition]?.[1] ?? null, rowCount);
    });
    return { fields, rowCount, vectors: conformed };
  }
}
