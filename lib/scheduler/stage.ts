import type { StageId } from '../base/ids.ts';
import type { StageWork } from '../exec/task.ts';
import { type CallSite, describeCallSite } from '../lineage/call-site.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { ResultAction } from '../lineage/result-action.ts';

interface StageShape {
  readonly id: StageId;
  /** The last node of the stage: tasks compute its partitions, and with them every narrow step above. */
  readonly node: LineageNode;
  /** As `map at job.ts:12`. */
  readonly name: string;
  /** The stages whose shuffles it reads, in the order of its dependencies, cached or not. */
  readonly parents: readonly ShuffleMapStage[];
}

/** Writes the map outputs of one shuffle, one task for each partition of its node. Jobs share it by shuffle id. */
export interface ShuffleMapStage extends StageShape {
  readonly kind: 'shuffle-map';
  readonly dependency: ShuffleDependency;
  readonly numPartitions: number;
}

/** Ends a job: one task for each partition the job asks for. */
export interface ResultStage extends StageShape {
  readonly kind: 'result';
  readonly action: ResultAction;
  /** Partitions of `node`, each once, in the order asked for. */
  readonly partitions: readonly number[];
}

/** The tasks between two shuffles. */
export type Stage = ShuffleMapStage | ResultStage;

/** What each task of the stage does. */
export function workOf(stage: Stage): StageWork {
  return stage.kind === 'result'
    ? { kind: 'result', node: stage.node, action: stage.action }
    : { kind: 'shuffle-map', node: stage.node, dependency: stage.dependency };
}

/** The name of a stage: where its last node was made, or for the end of a job, where its action was called. */
export function stageName(site: CallSite): string {
  return describeCallSite(site);
}
