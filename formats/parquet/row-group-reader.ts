import { invariant } from '../../lib/base/invariant.ts';
import { ownBatch } from '../schema/own-vector.ts';
import type { TableBatch } from '../schema/vector.ts';
import type { Arena } from './arena.ts';
import { createArena } from './create-arena.ts';
import { damaged } from './damage.ts';
import type { RowGroupMetadata } from './metadata.ts';
import type { ParquetFile } from './parquet-file.ts';
import { type ColumnPath, projectColumns } from './project-columns.ts';
import { bytesToRead, readColumns, scratchBytes } from './read-columns.ts';
import { fieldOf, type SchemaNode } from './schema-tree.ts';

export interface RowGroupReaderOptions {
  /** Columns to read; all unless given. */
  readonly columns?: readonly ColumnPath[] | undefined;
  /** Where to decode; an arena serves one reader at a time. */
  readonly arena?: Arena | undefined;
}

/** Reads row groups of a file whole, one after another, in any order. */
export class RowGroupReader {
  readonly #file: ParquetFile;
  readonly #arena: Arena;
  readonly #columns: readonly SchemaNode[];

  /** Raises `COLUMN_NOT_FOUND`. */
  constructor(file: ParquetFile, options: RowGroupReaderOptions = {}) {
    this.#file = file;
    this.#arena = options.arena ?? createArena();
    const { columns } = options;
    this.#columns = columns === undefined ? file.tree.columns : projectColumns(file.tree, columns, file.source.path);
  }

  get columns(): readonly SchemaNode[] {
    return this.#columns;
  }

  /** Bytes that `read` takes from the file. */
  bytesOf(index: number): number {
    return bytesToRead(this.#file, this.#rowGroup(index), this.#columns);
  }

  /**
   * The rows of a row group. Vectors live until the next call, which uses their memory again: `readOwned` gives those
   * that stay.
   *
   * Raises `PARQUET_CORRUPT`, `PARQUET_UNSUPPORTED`, `VALUE_NOT_EXACT`, `LIMIT_EXCEEDED`, and what the source raises.
   */
  read(index: number): TableBatch {
    const rowGroup = this.#rowGroup(index);
    const arena = this.#arena;
    arena.restart(scratchBytes(this.#file, rowGroup, this.#columns));
    const vectors = readColumns(arena, this.#file, rowGroup, this.#columns);
    const { rowCount } = rowGroup;
    vectors.forEach((vector, i) => {
      if (vector.length === rowCount) return;
      const where = { path: this.#file.source.path, place: `column ${(this.#columns[i] as SchemaNode).name}` };
      throw damaged(where, 0, `${rowCount} rows`, vector.length);
    });
    return { fields: this.#columns.map(fieldOf), rowCount, vectors };
  }

  /** The same in memory of its own. */
  readOwned(index: number): TableBatch {
    return ownBatch(this.read(index));
  }

  #rowGroup(index: number): RowGroupMetadata {
    const rowGroup = this.#file.metadata.rowGroups[index];
    invariant(rowGroup !== undefined, `no row group ${index}`);
    return rowGroup;
  }
}
