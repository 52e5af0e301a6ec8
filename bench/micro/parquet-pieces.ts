/** Pieces of Parquet's reader and writer that `bench/cases/parquet.ts` measures: what stands between files and records. */
import { initCompression } from '../../formats/bytes/compression.ts';
import type { Arena } from '../../formats/parquet/arena.ts';
import { createArena, type KernelRoad } from '../../formats/parquet/create-arena.ts';
import { openParquet } from '../../formats/parquet/parquet-file.ts';
import { ParquetWriter } from '../../formats/parquet/parquet-writer.ts';
import { RowGroupReader } from '../../formats/parquet/row-group-reader.ts';
import { TableScan } from '../../formats/parquet/table-scan.ts';
import type { ParquetCodec } from '../../formats/parquet/write-compress.ts';
import type { Condition } from '../../formats/scan/predicate-builder.ts';
import { projectFields } from '../../formats/scan/project-fields.ts';
import type { Schema } from '../../formats/schema/data-type.ts';
import type { TableBatch } from '../../formats/schema/vector.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { sumVector } from './parquet-sums.ts';

/** To be awaited before the others are called. */
export const initPieces = initCompression;

/** Rows of a batch, as the engine takes them. */
const BATCH_ROWS = 8192;

const arenas = new Map<KernelRoad, Arena>();

/**
 * Scans a file as `read.parquet` does (footer, plan, pages, late materialisation, batches), without making records: the
 * sum of each column, of its numbers or of the lengths of its texts.
 */
export function sumColumns(
  path: string,
  columns: readonly string[],
  road: KernelRoad = 'best',
  where?: Condition,
): number[] {
  using handle = nodeFileSystem.open(path, 'read');
  const file = openParquet(handle);
  const fields = projectFields(file.schema, columns, path);
  const table = { schema: file.schema, partitions: [], fields, where: where?.predicate };
  const arena = arenas.get(road) ?? createArena(road);
  arenas.set(road, arena);
  const scan = new TableScan(table, { file, entries: [] }, { arena, batchRows: BATCH_ROWS });
  const sums = columns.map(() => 0);
  for (const { vectors } of scan.batches()) {
    vectors.forEach((vector, i) => {
      sums[i] = (sums[i] as number) + sumVector(vector);
    });
  }
  return sums;
}

/** A table in memory, as vectors: strings that repeat by code. */
export interface VectorTable {
  readonly schema: Schema;
  readonly batches: readonly TableBatch[];
}

/** Reads a file of Parquet into memory. */
export function readVectors(path: string): VectorTable {
  using handle = nodeFileSystem.open(path, 'read');
  const file = openParquet(handle);
  const reader = new RowGroupReader(file);
  return { schema: file.schema, batches: file.metadata.rowGroups.map((_, i) => reader.readOwned(i)) };
}

/** Writes a file, as `saveAsParquet` does from vectors on; gives its size. */
export function writeVectors(path: string, { schema, batches }: VectorTable, codec: ParquetCodec): number {
  using file = nodeFileSystem.open(path, 'overwrite');
  const writer = new ParquetWriter({ path, write: (...chunks) => file.write(...chunks) }, schema, { codec });
  for (const batch of batches) writer.write(batch);
  writer.finish();
  return writer.sizeBytes;
}
