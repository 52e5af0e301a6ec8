import { type ArrowCodec, ArrowWriter } from '../../formats/arrow/arrow-writer.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { OutputJob } from './output-job.ts';
import { TablePartWriter, type TableSaveOptions } from './table-part-writer.ts';

/** How Arrow is written, as plain data for tasks in any thread. */
export interface ArrowSaveOptions extends TableSaveOptions {
  readonly codec: ArrowCodec;
  /** Rows of a record batch, the last one of a file excepted. */
  readonly batchRows: number;
}

/** Writes a part of a directory of Arrow files: see `TablePartWriter`. */
export class ArrowPartWriter extends TablePartWriter {
  /** Raises what opening the file does. */
  constructor(fs: FileSystem, job: OutputJob, partition: number, attempt: number | string, options: ArrowSaveOptions) {
    const { codec, batchRows } = options;
    super(fs, job, partition, attempt, options, {
      name: 'Arrow',
      ending: '.arrow',
      batchRows,
      open: (sink, schema) => new ArrowWriter(sink, schema, { codec }),
    });
  }
}
