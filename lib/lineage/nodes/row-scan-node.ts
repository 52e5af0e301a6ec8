import type { FileSplit, InputFile } from '../../../formats/scan/file-splits.ts';
import { packSplits } from '../../../formats/scan/pack-splits.ts';
import type { Batch } from '../../../formats/schema/batch.ts';
import type { ByteStream } from '../../../formats/text/byte-stream.ts';
import { compressionOf, openTextStream } from '../../../formats/text/text-compression.ts';
import type { TextField } from '../../../formats/text/text-type.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import { rowBatches } from '../records.ts';
import type { BatchIterator, TaskBatch, TaskContext } from '../task-context.ts';
import { CountingSource } from './counting-source.ts';
import { findInputFiles, type InputPath, openInput } from './input-files.ts';

/** A range of a text that is read as rows. */
export interface RowRange {
  readonly stream: ByteStream;
  readonly path: string;
  readonly length?: number;
  readonly atStart: boolean;
}

/** Reads a range, batch by batch. */
export interface RowReader {
  next(): Batch | undefined;
}

/**
 * What scans of text formats with rows have in common: files that are found once, packed into partitions as Spark packs
 * them, and read range by range. Files named `*.gz` and `*.zst` are decompressed, and not cut.
 */
export abstract class RowScanNode extends ComputedNode {
  readonly className = 'FileScanRDD';
  readonly #fileSystem: FileSystem;
  readonly #path: InputPath;
  readonly #minPartitions: number;
  #files: readonly InputFile[] | undefined;

  constructor(origin: NodeOrigin, fileSystem: FileSystem, path: InputPath, minPartitions: number) {
    super(origin, []);
    this.#fileSystem = fileSystem;
    this.#path = path;
    this.#minPartitions = minPartitions;
  }

  /** The fields of its rows, in their order. May read the beginnings of files; raises what that raises. */
  abstract get rowFields(): readonly TextField[];

  protected abstract readonly canSplit: boolean;

  /** Whether files in which no field was found may have rows, or what is malformed; they are not read otherwise. */
  protected readonly hasRowsWithoutFields: boolean = false;

  protected abstract openReader(range: RowRange, maxRows: number): RowReader;

  /** The files from their beginnings, each opened when it is asked for and closed when the next one is. */
  protected *samples(): Generator<RowRange, void, undefined> {
    for (const file of this.#find()) {
      using handle = openInput(this.#fileSystem, file);
      yield { stream: openTextStream(handle, file.path), path: file.path, atStart: true };
    }
  }

  protected override computePartitions(): readonly Partition<readonly FileSplit[]>[] {
    // Where files cannot be understood, a job fails before its tasks run.
    if (this.rowFields.length === 0 && !this.hasRowsWithoutFields) return [];
    const packed = packSplits(this.#find(), {
      minPartitions: this.#minPartitions,
      isSplittable: (path) => this.canSplit && compressionOf(path) === 'none',
    });
    return partitionsOf(packed.length, (i) => packed[i] as FileSplit[]);
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    for (const split of partition.split as readonly FileSplit[]) yield* this.#read(split, task);
  }

  *#read({ file, start, length }: FileSplit, task: TaskContext): BatchIterator {
    using handle = openInput(task.fileSystem, file);
    const source = new CountingSource(handle, task);
    const isWhole = length === file.sizeBytes;
    const stream = openTextStream(source, file.path, start);
    const range = { stream, path: file.path, atStart: start === 0, ...(isWhole ? {} : { length }) };
    const reader = this.openReader(range, task.batchRows);
    for (let batch = reader.next(); batch !== undefined; batch = reader.next()) {
      task.throwIfCancelled();
      yield* cutBatch(batch, task.batchRows);
    }
  }

  #find(): readonly InputFile[] {
    this.#files ??= findInputFiles(this.#fileSystem, this.#path);
    return this.#files;
  }
}

/** A reader of a file with many rows a record may give more of them than a batch should have. */
function* cutBatch(batch: Batch, batchRows: number): Generator<TaskBatch, void, undefined> {
  if (batch.kind === 'rows') yield* rowBatches(batch.rows, batchRows, batch.from, batch.to);
  else yield batch;
}
