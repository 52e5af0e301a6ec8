import { LineageNode, type NodeOrigin } from '../lineage-node.ts';
import type { Partition } from '../partition.ts';
import type { Step } from '../step.ts';

/**
 * One narrow per-record step over a parent. It does not compute itself: the executor fuses a chain of step nodes with
 * what feeds it and what consumes it.
 */
export class StepNode extends LineageNode {
  readonly kind = 'step';
  readonly className: string;
  readonly step: Step;

  /** `keepsPartitioning`: the step leaves every key where it is, so that the parent's partitioner still holds. */
  constructor(
    origin: NodeOrigin,
    parent: LineageNode,
    step: Step,
    options: { readonly keepsPartitioning?: boolean; readonly className?: string } = {},
  ) {
    super(origin, [{ kind: 'narrow', parent }], options.keepsPartitioning === true ? parent.partitioner : undefined);
    this.step = step;
    this.className = options.className ?? 'MapPartitionsRDD';
  }

  get parent(): LineageNode {
    return this.parentAt(0);
  }

  /** The parent's, found without recursion: chains of steps may be long. A truncated step knows its own. */
  protected override computePartitions(): readonly Partition[] {
    let node: LineageNode = this.parent;
    while (node instanceof StepNode && !node.arePartitionsKnown) node = node.parent;
    return node.partitions;
  }
}
