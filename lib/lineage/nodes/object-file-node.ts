import { readObjectFile } from '../../../formats/binary/object-file-reader.ts';
import type { InputFile } from '../../../formats/scan/file-splits.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';
import { findInputFiles, type InputPath, openInput } from './input-files.ts';

/**
 * The records that `saveAsObjectFile` wrote: `objectFile`. Each part is one partition, those without records too, so
 * that a dataset comes back with the partitions it was saved with. Damage raises CORRUPT_FILE with path and offset.
 */
export class ObjectFileNode extends ComputedNode {
  readonly kind = 'object-file';
  readonly className = 'HadoopRDD';
  readonly path: InputPath;
  readonly #fileSystem: FileSystem;

  constructor(origin: NodeOrigin, fileSystem: FileSystem, path: InputPath) {
    super(origin, []);
    this.#fileSystem = fileSystem;
    this.path = path;
  }

  protected override computePartitions(): readonly Partition<InputFile>[] {
    const files = findInputFiles(this.#fileSystem, this.path);
    return partitionsOf(files.length, (i) => files[i] as InputFile);
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const file = partition.split as InputFile;
    using handle = openInput(task.fileSystem, file);
    // The size of now: a part that was written anew is read as it is, and a part that grew is damaged.
    for (const batch of readObjectFile(handle, handle.sizeBytes(), file.path, (bytes) => task.countInput(bytes))) {
      task.throwIfCancelled();
      yield batch;
    }
  }
}
