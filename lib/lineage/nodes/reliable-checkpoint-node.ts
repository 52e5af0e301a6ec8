import type { CheckpointPart, CheckpointPlace } from '../../../storage/checkpoint/checkpoint-part.ts';
import { CheckpointPartReader } from '../../../storage/checkpoint/part-reader.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { Partitioner } from '../partitioner.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

/**
 * The records of a committed checkpoint: partition i is its part i. A part is verified whole before its first record is
 * handed out; CORRUPT_FILE, with path and offset, where it is damaged, missing or another checkpoint's.
 */
export class ReliableCheckpointNode extends ComputedNode {
  readonly kind = 'reliable-checkpoint';
  readonly className = 'ReliableCheckpointRDD';
  readonly place: CheckpointPlace;
  readonly #parts: readonly CheckpointPart[];

  /** One part for each partition, in order; none where the partitions come with the origin, as in a worker. */
  constructor(
    origin: NodeOrigin,
    place: CheckpointPlace,
    parts: readonly CheckpointPart[],
    partitioner: Partitioner | undefined,
  ) {
    super(origin, [], partitioner);
    this.place = place;
    this.#parts = parts;
  }

  protected override computePartitions(): readonly Partition<CheckpointPart>[] {
    return partitionsOf(this.#parts.length, (i) => this.#parts[i] as CheckpointPart);
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    using reader = CheckpointPartReader.open(task.fileSystem, this.place, partition.split as CheckpointPart);
    task.countInput(reader.sizeBytes);
    for (const batch of reader.batches()) {
      task.throwIfCancelled();
      yield batch;
    }
  }
}
