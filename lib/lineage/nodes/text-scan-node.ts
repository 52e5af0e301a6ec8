import { type FileSplit, splitFiles } from '../../../formats/scan/file-splits.ts';
import { LineReader } from '../../../formats/text/line-reader.ts';
import { compressionOf, openTextStream } from '../../../formats/text/text-compression.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import { rowBatches } from '../records.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';
import { CountingSource } from './counting-source.ts';
import { findInputFiles, type InputPath, openInput } from './input-files.ts';

export interface TextScanOptions {
  readonly path: InputPath;
  /** Splits wished for; see `splitFiles`. */
  readonly minPartitions: number;
  /** The longest line, in bytes, 64 MiB unless said; a longer one raises LIMIT_EXCEEDED. */
  readonly maxLineBytes?: number;
}

/**
 * The lines of text files as strings, without their terminators: `textFile`. Files named `*.gz` and `*.zst` are
 * decompressed, each in one partition. Spark's `textFile` is this node and a step that passes records on.
 */
export class TextScanNode extends ComputedNode {
  readonly kind = 'text-scan';
  readonly className = 'HadoopRDD';
  readonly options: TextScanOptions;
  readonly #fileSystem: FileSystem;

  /** `fileSystem` is asked for the files when the partitions are; tasks read through their own. */
  constructor(origin: NodeOrigin, fileSystem: FileSystem, options: TextScanOptions) {
    super(origin, []);
    this.#fileSystem = fileSystem;
    this.options = options;
  }

  protected override computePartitions(): readonly Partition<FileSplit>[] {
    const { path, minPartitions } = this.options;
    const files = findInputFiles(this.#fileSystem, path);
    const splits = splitFiles(files, { minPartitions, isSplittable: (name) => compressionOf(name) === 'none' });
    return partitionsOf(splits.length, (i) => splits[i] as FileSplit);
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const { file, start, length } = partition.split as FileSplit;
    using handle = openInput(task.fileSystem, file);
    const source = new CountingSource(handle, task);
    const isCompressed = compressionOf(file.path) !== 'none';
    const reader = new LineReader(openTextStream(source, file.path, start), {
      path: file.path,
      atStart: start === 0,
      ...(isCompressed ? {} : { length }),
      ...(this.options.maxLineBytes === undefined ? {} : { maxLineBytes: this.options.maxLineBytes }),
    });
    for (let lines = reader.next(); lines !== undefined; lines = reader.next()) {
      task.throwIfCancelled();
      yield* rowBatches(lines, task.batchRows);
    }
  }
}
