import { ComputedNode } from '../lineage-node.ts';
import type { Partition } from '../partition.ts';
import type { BatchIterator } from '../task-context.ts';

/** No records and no partitions. */
export class EmptyNode extends ComputedNode {
  readonly kind = 'empty';
  readonly className = 'EmptyRDD';

  protected override computePartitions(): readonly Partition[] {
    return [];
  }

  override *compute(): BatchIterator {}
}
