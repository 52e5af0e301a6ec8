import type { ShuffleId } from '../../base/ids.ts';
import { invariant } from '../../base/invariant.ts';
import type { Aggregator, ShuffleDependency } from '../dependency.ts';
import type { KeyOrder } from '../key-order.ts';
import { ComputedNode, type LineageNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { Partitioner } from '../partitioner.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

export interface ShuffleOptions {
  readonly shuffleId: ShuffleId;
  readonly aggregator?: Aggregator | undefined;
  readonly mapSideCombine?: boolean;
  readonly keyOrder?: KeyOrder | undefined;
}

/** Pairs brought together by key: the reduce side of a shuffle. */
export class ShuffledNode extends ComputedNode {
  readonly kind = 'shuffled';
  readonly className = 'ShuffledRDD';

  constructor(origin: NodeOrigin, parent: LineageNode, partitioner: Partitioner, options: ShuffleOptions) {
    const shuffle: ShuffleDependency = {
      kind: 'shuffle',
      parent,
      shuffleId: options.shuffleId,
      partitioner,
      aggregator: options.aggregator,
      mapSideCombine: options.mapSideCombine ?? false,
      keyOrder: options.keyOrder,
    };
    super(origin, [shuffle], partitioner);
  }

  /** Raises INTERNAL once truncated. */
  get shuffle(): ShuffleDependency {
    const [shuffle] = this.dependencies;
    invariant(shuffle?.kind === 'shuffle', `node ${this.id} reads a shuffle`);
    return shuffle;
  }

  protected override computePartitions(): readonly Partition[] {
    return partitionsOf(this.shuffle.partitioner.numPartitions, () => undefined);
  }

  override compute(partition: Partition, task: TaskContext): BatchIterator {
    return task.readShuffle(this.shuffle, partition.index);
  }
}
