import { CairnError } from '../base/errors.ts';
import { LineageNode, type NodeOrigin } from '../lineage/lineage-node.ts';
import type { Partition } from '../lineage/partition.ts';

/**
 * The dataset before a shuffle, as a worker knows it that runs the stage after it: its name, for errors and generated
 * code, and nothing of its lineage.
 */
export class ShuffleParent extends LineageNode {
  readonly kind = 'shuffle-parent';
  readonly className: string;

  constructor(origin: NodeOrigin, className: string, name: string | undefined) {
    super(origin, []);
    this.className = className;
    this.name = name;
  }

  /** Raises INTERNAL: no task of this stage reads it. */
  protected override computePartitions(): readonly Partition[] {
    throw new CairnError('INTERNAL', { detail: `partitions of node ${this.id}, which is beyond a shuffle` });
  }
}
