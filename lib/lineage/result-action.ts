import type { CodecName } from '../../formats/bytes/compression.ts';
import type { ArrowSaveOptions } from '../../storage/output/arrow-part-writer.ts';
import type { OutputJob } from '../../storage/output/output-job.ts';
import type { ParquetSaveOptions } from '../../storage/output/parquet-part-writer.ts';
import type { RowFormat } from '../../storage/output/row-part-writer.ts';
import type { OutputCompression } from '../../storage/output/text-part-writer.ts';
import type { CheckpointTarget } from './checkpoint-target.ts';

/**
 * What a result task does with the records of its partition. The kinds with a hot loop are fused into the stage's
 * generated code; everything else is `iterate`, over an iterator of records.
 */
export type ResultAction =
  /** All records, as an array. */
  | { readonly kind: 'collect' }
  | { readonly kind: 'count' }
  /** The first `limit` records; stops reading then. */
  | { readonly kind: 'take'; readonly limit: number }
  /** Folds from the first record; undefined for an empty partition, else `{ value }`. */
  | { readonly kind: 'reduce'; readonly merge: (a: unknown, b: unknown) => unknown }
  /** Folds from `zero(partition)`, made anew for each partition; `finish` makes the result of what came out. */
  | {
      readonly kind: 'aggregate';
      readonly zero: (partition: number) => unknown;
      readonly merge: (accumulated: unknown, record: unknown) => unknown;
      readonly finish?: (accumulated: unknown) => unknown;
    }
  | { readonly kind: 'foreach'; readonly visit: (record: unknown) => void }
  | SaveAction
  | CheckpointAction
  /** Anything else: may return a promise, which the task awaits. */
  | {
      readonly kind: 'iterate';
      readonly visit: (records: IterableIterator<unknown>, partition: number) => unknown;
    };

/** Writes the partition as one part of a checkpoint; the result is its `CheckpointPart`. */
export interface CheckpointAction {
  readonly kind: 'checkpoint';
  readonly target: CheckpointTarget;
}

/** Writes the partition as one part of `output`; the result is its `OutputPart`. */
export interface SaveAction {
  readonly kind: 'save';
  readonly output: OutputJob;
  readonly format:
    | { readonly kind: 'text'; readonly compression: OutputCompression }
    | { readonly kind: 'objects'; readonly codec: CodecName }
    | RowFormat
    | { readonly kind: 'arrow'; readonly options: ArrowSaveOptions }
    | { readonly kind: 'parquet'; readonly options: ParquetSaveOptions };
}
