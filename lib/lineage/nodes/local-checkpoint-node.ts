import { rddBlockId } from '../../../storage/block/block-id.ts';
import { CairnError } from '../../base/errors.ts';
import type { NodeId } from '../../base/ids.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { Partitioner } from '../partitioner.ts';
import type { BatchIterator } from '../task-context.ts';

/**
 * What stands behind the blocks of a locally checkpointed dataset: nothing. It is asked for records only when a block
 * is gone, and raises CHECKPOINT_BLOCK_LOST.
 */
export class LocalCheckpointNode extends ComputedNode {
  readonly kind = 'local-checkpoint';
  readonly className = 'LocalCheckpointRDD';
  /** The dataset that was checkpointed: its blocks are the checkpoint. */
  readonly of: NodeId;
  readonly numPartitions: number;

  constructor(origin: NodeOrigin, of: NodeId, numPartitions: number, partitioner: Partitioner | undefined) {
    super(origin, [], partitioner);
    this.of = of;
    this.numPartitions = numPartitions;
  }

  protected override computePartitions(): readonly Partition[] {
    return partitionsOf(this.numPartitions, () => undefined);
  }

  override compute(partition: Partition): BatchIterator {
    throw new CairnError('CHECKPOINT_BLOCK_LOST', { block: rddBlockId(this.of, partition.index) });
  }
}
