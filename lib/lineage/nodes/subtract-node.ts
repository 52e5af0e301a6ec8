import { rowBatch } from '../../../formats/schema/batch.ts';
import type { ShuffleId } from '../../base/ids.ts';
import { ComputedNode, type LineageNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { Partitioner } from '../partitioner.ts';
import { rowsOf } from '../records.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';
import { coGroupDependencies, coGroupInputs } from './co-group-node.ts';

/** Ordinary batches that one may come to. */
const MOST_BATCHES = 4;

/** The left's pairs whose key the right does not have, all values of a key together. Read as `CoGroupNode` reads. */
export class SubtractNode extends ComputedNode {
  readonly kind = 'subtract';
  readonly className = 'SubtractedRDD';

  constructor(
    origin: NodeOrigin,
    left: LineageNode,
    right: LineageNode,
    partitioner: Partitioner,
    nextShuffleId: () => ShuffleId,
  ) {
    super(origin, coGroupDependencies([left, right], partitioner, nextShuffleId), partitioner);
  }

  protected override computePartitions(): readonly Partition[] {
    return partitionsOf((this.partitioner as Partitioner).numPartitions, () => undefined);
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    for (const batch of task.coGroup(coGroupInputs(this, partition, task))) {
      if (batch.kind === 'pending') {
        yield batch;
        continue;
      }
      let pairs: unknown[] = [];
      const { rows, from, to } = rowsOf(batch);
      for (let i = from; i < to; i++) {
        const [key, [lefts, rights]] = rows[i] as [unknown, [unknown[], unknown[]]];
        if (rights.length > 0) continue;
        for (const left of lefts) {
          pairs.push([key, left]);
          // A key may have more values than memory holds.
          if (pairs.length < MOST_BATCHES * task.batchRows) continue;
          yield rowBatch(pairs);
          pairs = [];
        }
      }
      if (pairs.length > 0) yield rowBatch(pairs);
    }
  }
}
