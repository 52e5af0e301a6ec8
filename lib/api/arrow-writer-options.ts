import type { ArrowCodec } from '../../formats/arrow/arrow-writer.ts';
import type { Schema } from '../../formats/schema/data-type.ts';
import type { ArrowSaveOptions } from '../../storage/output/arrow-part-writer.ts';
import { checkInteger, checkOptions, invalidArgument } from './check-argument.ts';
import { checkColumnTypes } from './column-types.ts';
import { checkDirectories, checkPresent, type ParquetColumns } from './parquet-writer-options.ts';
import type { WriteMode } from './write-mode.ts';

/** What `write.arrow` takes. */
export interface WriteArrowOptions {
  /** Default `'error'`. */
  readonly mode?: WriteMode | undefined;
  /** How buffers are compressed; default `'none'`, as programs that map files into memory want it; or `'zstd'`. */
  readonly codec?: ArrowCodec | undefined;
  /**
   * The columns and their types, in order. Unless given, a job of its own looks at all records first, which computes the
   * dataset twice: give it, or persist the dataset.
   */
  readonly schema?: ParquetColumns | undefined;
  /** Columns that become directories, `city=Bonn/part-00000.arrow`, instead of columns of the files. */
  readonly partitionBy?: string | readonly string[] | undefined;
  /** Rows of a record batch, which readers hold in memory as a whole; default 16,384. */
  readonly batchRows?: number | undefined;
  /** Cancels the job when it aborts: JOB_CANCELLED. */
  readonly signal?: AbortSignal | undefined;
}

const METHOD = 'arrow';
const NAMES = ['mode', 'codec', 'schema', 'partitionBy', 'batchRows', 'signal'];
const CODECS: readonly ArrowCodec[] = ['none', 'zstd'];
const BATCH_ROWS = 16_384;

/** Options as they were checked, with the schema still open where none was given. */
export interface ArrowChoices extends Omit<ArrowSaveOptions, 'schema'> {
  readonly schema: Schema | undefined;
}

/** Raises INVALID_ARGUMENT and TYPE_UNKNOWN. */
export function arrowChoices(options: WriteArrowOptions): ArrowChoices {
  checkOptions(METHOD, options, NAMES);
  const { codec = 'none', batchRows = BATCH_ROWS, partitionBy = [], schema } = options;
  if (!CODECS.includes(codec)) throw invalidArgument(METHOD, 'codec', `one of ${CODECS.join(', ')}`, codec);
  checkInteger(METHOD, 'batchRows', batchRows, 1);
  return {
    codec,
    batchRows,
    partitionBy: checkDirectories(METHOD, partitionBy),
    schema: schema === undefined ? undefined : { fields: checkColumnTypes(METHOD, schema).map(({ field }) => field) },
  };
}

/** The choices with their schema. Raises COLUMN_NOT_FOUND before anything is written. */
export function arrowOptions(choices: ArrowChoices, schema: Schema, path: string): ArrowSaveOptions {
  checkPresent(choices.partitionBy, schema, path);
  return { ...choices, schema };
}
