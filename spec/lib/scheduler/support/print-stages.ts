import { describeNode } from '../../../../lib/lineage/explain-lineage.ts';
import type { LineageNode } from '../../../../lib/lineage/lineage-node.ts';
import type { Stage } from '../../../../lib/scheduler/stage.ts';
import type { MaterializedNodes } from '../../../../lib/scheduler/stage-builder.ts';

/** The stage graph of a job as text, sources first: what each stage computes and what it reads. */
export function printStages(stages: readonly Stage[], materialized: MaterializedNodes): string {
  return stages.map((stage) => printStage(stage, materialized)).join('\n');
}

function printStage(stage: Stage, materialized: MaterializedNodes): string {
  const what =
    stage.kind === 'result'
      ? `ResultStage ${stage.id}: ${stage.name}, partitions [${stage.partitions.join(', ')}]`
      : `ShuffleMapStage ${stage.id}: ${stage.name}, ${stage.numPartitions} partitions, writes shuffle ${stage.dependency.shuffleId}`;
  const reads = stage.parents.map((parent) => `shuffle ${parent.dependency.shuffleId} of stage ${parent.id}`);
  const nodes = nodesOf(stage.node).map((node) => {
    const cached = materialized.isFullyCached(node) ? ' (cached)' : '';
    const checkpointed = materialized.isCheckpointed?.(node) === true ? ' (checkpointed)' : '';
    return `  ${describeNode(node)}${cached}${checkpointed}\n`;
  });
  return `${what}\n  reads ${reads.join(', ') || 'inputs only'}\n${nodes.join('')}`;
}

/** The nodes a task of a stage goes through, the last one first. */
function nodesOf(last: LineageNode): LineageNode[] {
  const nodes = new Set([last]);
  for (const node of nodes) {
    for (const dependency of node.dependencies) if (dependency.kind === 'narrow') nodes.add(dependency.parent);
  }
  return [...nodes];
}
