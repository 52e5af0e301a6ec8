import { ParquetWriter } from '../../formats/parquet/parquet-writer.ts';
import type { ParquetCodec } from '../../formats/parquet/write-compress.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { OutputJob } from './output-job.ts';
import { TablePartWriter, type TableSaveOptions } from './table-part-writer.ts';

/** How Parquet is written, as plain data for tasks in any thread. Defaults are ParquetWriter's. */
export interface ParquetSaveOptions extends TableSaveOptions {
  readonly codec: ParquetCodec;
  readonly rowGroupRows?: number | undefined;
  /** Columns with a bloom filter. */
  readonly bloomFilters: readonly string[];
}

/** Rows that become vectors at once; row groups are made of many of these. */
const BATCH_ROWS = 4096;

/** Writes a part of a Parquet directory: see `TablePartWriter`. */
export class ParquetPartWriter extends TablePartWriter {
  /** Raises PARQUET_NOT_WRITABLE, and what opening the file does. */
  constructor(
    fs: FileSystem,
    job: OutputJob,
    partition: number,
    attempt: number | string,
    options: ParquetSaveOptions,
  ) {
    const { codec, rowGroupRows, bloomFilters } = options;
    super(fs, job, partition, attempt, options, {
      name: 'Parquet',
      ending: '.parquet',
      batchRows: BATCH_ROWS,
      open: (sink, schema) => new ParquetWriter(sink, schema, { codec, rowGroupRows, bloomFilters }),
    });
  }
}
