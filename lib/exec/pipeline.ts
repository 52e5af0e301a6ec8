import type { LineageNode } from '../lineage/lineage-node.ts';
import { StepNode } from '../lineage/nodes/step-node.ts';

/** A chain of steps to run over the records of `base`. */
export interface Pipeline {
  readonly base: LineageNode;
  /** In the order in which a record passes them. */
  readonly steps: readonly StepNode[];
}

/**
 * The longest chain of steps that ends in `node` and can be fused: it stops below a dataset that is kept in blocks or
 * checkpointed, since that one is read or stored. `node` itself is part of the chain even if its caller stores what
 * comes out, but not where its records are read from a checkpoint.
 */
export function pipelineOf(node: LineageNode): Pipeline {
  const steps: StepNode[] = [];
  let base = node;
  while (base instanceof StepNode && (base === node ? base.checkpoint === undefined : !base.endsChains)) {
    steps.push(base);
    base = base.parent;
  }
  return { base, steps: steps.reverse() };
}
