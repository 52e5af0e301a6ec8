import { type FileSplit, splitRecordFiles } from '../../../formats/scan/file-splits.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { CairnError } from '../../base/errors.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';
import { findInputFiles, type InputPath, openInput } from './input-files.ts';

/** Bytes of records read at a time; one record at least. */
const READ_BYTES = 1024 * 1024;

/**
 * Records of one length as Buffers: `binaryRecords`. Records of a batch are views of one block of memory.
 * Asking for the partitions raises PARTIAL_RECORD when a file does not hold whole records.
 */
export class BinaryRecordsNode extends ComputedNode {
  readonly kind = 'binary-records';
  readonly className = 'NewHadoopRDD';
  readonly path: InputPath;
  readonly recordLength: number;
  readonly #fileSystem: FileSystem;

  /** `recordLength` is a positive whole number of bytes. */
  constructor(origin: NodeOrigin, fileSystem: FileSystem, path: InputPath, recordLength: number) {
    super(origin, []);
    this.#fileSystem = fileSystem;
    this.path = path;
    this.recordLength = recordLength;
  }

  protected override computePartitions(): readonly Partition<FileSplit>[] {
    const { recordLength } = this;
    const files = findInputFiles(this.#fileSystem, this.path);
    for (const { path, sizeBytes } of files) {
      if (sizeBytes % recordLength !== 0) throw new CairnError('PARTIAL_RECORD', { path, sizeBytes, recordLength });
    }
    const splits = splitRecordFiles(files, recordLength);
    return partitionsOf(splits.length, (i) => splits[i] as FileSplit);
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const { file, start, length } = partition.split as FileSplit;
    const { recordLength } = this;
    using handle = openInput(task.fileSystem, file);
    const perRead = Math.max(1, Math.min(task.batchRows, Math.floor(READ_BYTES / recordLength)));
    for (let at = start; at < start + length; ) {
      task.throwIfCancelled();
      const size = Math.min(perRead * recordLength, start + length - at);
      const bytes = Buffer.from(new ArrayBuffer(size));
      const count = handle.read(bytes, at);
      if (count < size) {
        throw new CairnError('INPUT_CHANGED', { path: file.path, expected: file.sizeBytes, found: at + count });
      }
      task.countInput(count);
      at += count;
      const rows = Array.from({ length: size / recordLength }, (_, i) =>
        bytes.subarray(i * recordLength, (i + 1) * recordLength),
      );
      yield rowBatch(rows);
    }
  }
}
