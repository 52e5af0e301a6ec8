/** Scans of files in memory, for specs: rows as plain data, and what was read. */
import { Arena } from '../../formats/parquet/arena.ts';
import { FileScan, type ScanFigures } from '../../formats/parquet/file-scan.ts';
import { openParquet } from '../../formats/parquet/parquet-file.ts';
import { projectColumns } from '../../formats/parquet/project-columns.ts';
import { bindPredicate, columnNotFound, findField } from '../../formats/scan/bind-predicate.ts';
import type { ScanPredicate } from '../../formats/scan/scan-predicate.ts';
import { ByteArraySource, type ReadCall } from './byte-source.ts';
import { vectorValues } from './vector-values.ts';

export interface Scanned {
  readonly rows: readonly (readonly unknown[])[];
  readonly figures: ScanFigures;
  /** Reads after the footer. */
  readonly reads: readonly ReadCall[];
  readonly bytesRead: number;
}

export function scanBytes(
  bytes: Uint8Array,
  options: {
    readonly columns?: readonly string[];
    readonly where?: ScanPredicate;
    readonly part?: { readonly start: number; readonly length: number };
    readonly batchRows?: number;
  } = {},
): Scanned {
  const source = new ByteArraySource(bytes);
  const file = openParquet(source);
  const footerReads = source.reads.length;
  const { columns, where, part, batchRows = 1024 } = options;
  const predicate =
    where &&
    bindPredicate(
      where,
      (column) => {
        const found = findField(file.schema, column);
        if (found === undefined) throw columnNotFound(file.schema, column, source.path);
        return { kind: 'column', path: found.path, type: found.field.type };
      },
      source.path,
    );
  const scan = new FileScan(file, {
    columns: columns === undefined ? file.tree.columns : projectColumns(file.tree, columns, source.path),
    predicate,
    part,
    arena: new Arena(),
    batchRows,
  });
  const rows: unknown[][] = [];
  // A batch lives until the next one.
  for (const batch of scan.batches()) {
    const values = batch.vectors.map(vectorValues);
    for (let i = 0; i < batch.rowCount; i++) rows.push(values.map((each) => each[i]));
  }
  const reads = source.reads.slice(footerReads);
  return { rows, figures: scan.figures, reads, bytesRead: reads.reduce((sum, { length }) => sum + length, 0) };
}
