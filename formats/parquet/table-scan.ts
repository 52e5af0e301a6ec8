/**
 * Scans files as parts of one table: each with the columns that it has, in the types of the table, with those that it
 * lacks missing and those of its directories with their one value.
 */
import type { PredicateBinding } from '../scan/bind-predicate.ts';
import type { PartitionEntry } from '../scan/partition-path.ts';
import { bindToTable, conformBatch, type ScanTable } from '../scan/scan-table.ts';
import type { TableBatch } from '../schema/vector.ts';
import type { Arena } from './arena.ts';
import { FileScan, type ScanFigures } from './file-scan.ts';
import { matchColumns } from './match-columns.ts';
import type { ParquetFile } from './parquet-file.ts';
import type { SchemaNode } from './schema-tree.ts';

/** What a file of a table reads as. */
export interface FileOfTable {
  readonly file: ParquetFile;
  /** What its directories say. */
  readonly entries: readonly PartitionEntry[];
}

/** A predicate bound to one file: see `bindToTable`. */
export function bindToFile(table: ScanTable, { file, entries }: FileOfTable): PredicateBinding | undefined {
  return bindToTable(table, { path: file.source.path, schema: file.schema, entries });
}

/** The columns of a file that are read for rows of a table; undefined for those that it lacks. */
export function columnsOfFile(table: ScanTable, file: ParquetFile): readonly (SchemaNode | undefined)[] {
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
  readonly #table: ScanTable;
  readonly #entries: readonly PartitionEntry[];
  readonly #nodes: readonly (SchemaNode | undefined)[];
  readonly #scan: FileScan;

  /** Raises `PREDICATE_TYPE` for a column that is of another type in this file than in others. */
  constructor(table: ScanTable, of: FileOfTable, options: TableScanOptions) {
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
    const isRead = this.#nodes.map((node) => node !== undefined);
    for (const batch of this.#scan.batches()) yield conformBatch(this.#table, this.#entries, isRead, batch);
  }
}
