import { type InputFile, packBinaryFiles, packWholeFiles } from '../../../formats/scan/file-splits.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { readWholeText } from '../../../formats/text/whole-text.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { CairnError } from '../../base/errors.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';
import { findInputFiles, type InputPath, openInput } from './input-files.ts';

/** Whole files are one value each: V8's strings end at 2^29 - 24 characters, and buffers are copied between threads. */
const MAX_WHOLE_FILE_BYTES = 512 * 1024 * 1024 - 24;

export interface WholeFileScanOptions {
  readonly path: InputPath;
  readonly minPartitions: number;
  /** Bytes of the largest file, 512 MiB unless said; a larger one raises LIMIT_EXCEEDED before it is read. */
  readonly maxFileBytes?: number;
}

/** What the two kinds of whole-file scan share: files packed into partitions, one pair a file, one file at a time. */
abstract class FilePairsNode extends ComputedNode {
  readonly options: WholeFileScanOptions;
  readonly #fileSystem: FileSystem;

  constructor(origin: NodeOrigin, fileSystem: FileSystem, options: WholeFileScanOptions) {
    super(origin, []);
    this.#fileSystem = fileSystem;
    this.options = options;
  }

  protected override computePartitions(): readonly Partition<readonly InputFile[]>[] {
    const packed = this.pack(findInputFiles(this.#fileSystem, this.options.path));
    return partitionsOf(packed.length, (i) => packed[i] as InputFile[]);
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const limit = this.options.maxFileBytes ?? MAX_WHOLE_FILE_BYTES;
    for (const file of partition.split as readonly InputFile[]) {
      task.throwIfCancelled();
      if (file.sizeBytes > limit) {
        throw new CairnError('LIMIT_EXCEEDED', {
          what: `the size of ${file.path} in bytes`,
          found: file.sizeBytes,
          limit,
          remedy: "read it with 'textFile' or 'binaryRecords', which hold a part of it at a time",
        });
      }
      yield rowBatch([[file.path, this.read(file, limit, task)]]);
    }
  }

  protected abstract pack(files: readonly InputFile[]): InputFile[][];
  protected abstract read(file: InputFile, limit: number, task: TaskContext): unknown;
}

/**
 * `[path, content]` for each text file: `wholeTextFiles`. Content is UTF-8, without a byte-order mark; `*.gz` and
 * `*.zst` are decompressed. Empty files are records too.
 */
export class WholeTextScanNode extends FilePairsNode {
  readonly kind = 'whole-text-scan';
  readonly className = 'WholeTextFileRDD';

  protected override pack(files: readonly InputFile[]): InputFile[][] {
    return packWholeFiles(files, this.options.minPartitions);
  }

  protected override read(file: InputFile, limit: number, task: TaskContext): string {
    using handle = openInput(task.fileSystem, file);
    const text = readWholeText(handle, file.path, limit);
    task.countInput(file.sizeBytes);
    return text;
  }
}

/** `[path, Buffer]` for each file: `binaryFiles`. Empty files are records too. */
export class BinaryFileScanNode extends FilePairsNode {
  readonly kind = 'binary-file-scan';
  readonly className = 'BinaryFileRDD';
  /** The session's default number of partitions. */
  readonly parallelism: number;

  constructor(origin: NodeOrigin, fileSystem: FileSystem, options: WholeFileScanOptions, parallelism: number) {
    super(origin, fileSystem, options);
    this.parallelism = parallelism;
  }

  protected override pack(files: readonly InputFile[]): InputFile[][] {
    return packBinaryFiles(files, this.options.minPartitions, this.parallelism);
  }

  protected override read(file: InputFile, _limit: number, task: TaskContext): Buffer {
    using handle = openInput(task.fileSystem, file);
    const content = Buffer.from(new ArrayBuffer(file.sizeBytes));
    const count = handle.read(content, 0);
    if (count < content.length) {
      throw new CairnError('INPUT_CHANGED', { path: file.path, expected: file.sizeBytes, found: count });
    }
    task.countInput(count);
    return content;
  }
}
