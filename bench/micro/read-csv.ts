import { CsvReader } from '../../formats/csv/csv-reader.ts';
import { DEFAULT_CSV_SETTINGS } from '../../formats/csv/csv-settings.ts';
import { CsvSource } from '../../formats/csv/csv-source.ts';
import { inferCsv } from '../../formats/csv/infer-csv.ts';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { batchLength } from '../../formats/schema/batch.ts';
import { SourceStream } from '../../formats/text/byte-stream.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';

/** Rows of a batch, as `read.csv` has them. */
const BATCH_ROWS = 2048;

/** Reads a file of CSV with inferred types, into columns or on into rows; gives how many rows it has. */
export function countCsv(path: string, into: 'columns' | 'rows', columns?: readonly string[]): number {
  const settings = { ...DEFAULT_CSV_SETTINGS, columns };
  using sample = nodeFileSystem.open(path, 'read');
  const shape = inferCsv(
    [new CsvSource({ stream: new SourceStream(sample), path, atStart: true }, settings)],
    settings,
  );
  using file = nodeFileSystem.open(path, 'read');
  const reader = new CsvReader({ stream: new SourceStream(file), path, atStart: true }, shape, settings, BATCH_ROWS);
  let rows = 0;
  for (let batch = reader.next(); batch !== undefined; batch = reader.next()) {
    if (into === 'rows' && batch.kind === 'columns') materializeRows(batch);
    rows += batchLength(batch);
  }
  return rows;
}
