/**
 * Cuts a lineage into stages at its shuffle dependencies. Pure: it reads nodes and changes nothing.
 *
 * Every walk keeps its own stack and visits a node once, so that lineages of any depth need no deep call stack, and
 * shared ancestors cost once and not once a path. A shuffle that already has a stage keeps it and ends the walk there.
 * Stages are made parents first, so that their ids rise from sources to the result.
 */
import { CairnError } from '../base/errors.ts';
import { type ShuffleId, type StageId, stageId } from '../base/ids.ts';
import type { CallSite } from '../lineage/call-site.ts';
import type { NarrowDependency, ShuffleDependency } from '../lineage/dependency.ts';
import { findPartitions } from '../lineage/find-partitions.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { ResultAction } from '../lineage/result-action.ts';
import { type ResultStage, type ShuffleMapStage, stageName } from './stage.ts';

/** What of a lineage need not be computed. Asked again whenever a stage is about to run: answers may change. */
export interface MaterializedNodes {
  /** Whether every partition of the node has a block. Its stages are still made, as blocks may be lost. Must not raise. */
  isFullyCached(node: LineageNode): boolean;
  /** Whether a committed checkpoint holds the node, so that its lineage is cut off there. Default: none is. */
  isCheckpointed?(node: LineageNode): boolean;
}

/** What the builder needs to know of stages that exist. */
export interface StageContext {
  readonly materialized: MaterializedNodes;
  findStage(shuffleId: ShuffleId): ShuffleMapStage | undefined;
  /** The id the next new stage gets; those after it follow. */
  readonly nextStageId: number;
}

/** Stages that did not exist, in ascending order of ids. */
export interface NewStages {
  readonly created: readonly ShuffleMapStage[];
  readonly nextStageId: number;
}

export interface ResultStageRequest {
  readonly node: LineageNode;
  readonly partitions: readonly number[];
  readonly action: ResultAction;
  readonly callSite: CallSite;
}

/**
 * The result stage of a job and the stages it needs. Partitions asked for twice are computed once.
 * Raises NO_SUCH_PARTITION, and whatever finding out partitions raises; then no id is used up.
 */
export function buildResultStage(
  request: ResultStageRequest,
  context: StageContext,
): NewStages & { readonly stage: ResultStage } {
  const { node, partitions, action } = request;
  const count = partitions.length === 0 ? 0 : node.partitions.length;
  for (const partition of partitions) {
    if (!Number.isInteger(partition) || partition < 0 || partition >= count) {
      throw new CairnError('NO_SUCH_PARTITION', { partition, count });
    }
  }
  const builder = new Builder(context);
  const parents = builder.parentsOf(node);
  const stage: ResultStage = {
    kind: 'result',
    id: builder.takeId(),
    node,
    action,
    partitions: [...new Set(partitions)],
    name: stageName(request.callSite),
    parents,
  };
  return { stage, created: builder.created, nextStageId: builder.nextStageId };
}

/** The stage of one shuffle, which had none, and the stages it needs in turn. */
export function buildMapStage(
  dependency: ShuffleDependency,
  context: StageContext,
): NewStages & { readonly stage: ShuffleMapStage } {
  const builder = new Builder(context);
  const stage = builder.stageOf(dependency);
  return { stage, created: builder.created, nextStageId: builder.nextStageId };
}

/**
 * The shuffles a node reads through narrow dependencies alone, each once, left to right. The walk ends at checkpointed
 * nodes, and at nodes `stop` answers true for.
 */
export function shufflesReadBy(
  node: LineageNode,
  materialized: MaterializedNodes,
  stop: (node: LineageNode) => boolean = () => false,
): ShuffleDependency[] {
  const shuffles = new Map<ShuffleId, ShuffleDependency>();
  const visited = new Set<LineageNode>();
  const stack: (NarrowDependency | ShuffleDependency)[] = [{ kind: 'narrow', parent: node }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.kind === 'shuffle') {
      if (!shuffles.has(next.shuffleId)) shuffles.set(next.shuffleId, next);
      continue;
    }
    const { parent } = next;
    if (visited.has(parent)) continue;
    visited.add(parent);
    if (materialized.isCheckpointed?.(parent) === true || stop(parent)) continue;
    // Put on from right to left, so that they come off from left to right.
    for (const dependency of parent.dependencies.toReversed()) stack.push(dependency);
  }
  return [...shuffles.values()];
}

/**
 * Finds out the partitions of every stage a job may need. The only step of planning that may read a directory; raises
 * what that raises. Shuffles that have a stage went through it before.
 */
export function resolvePartitions(node: LineageNode, context: Pick<StageContext, 'materialized' | 'findStage'>): void {
  const visited = new Set<LineageNode>([node]);
  const stack = [node];
  for (let last = stack.pop(); last !== undefined; last = stack.pop()) {
    findPartitions(last);
    for (const { shuffleId, parent } of shufflesReadBy(last, context.materialized)) {
      if (visited.has(parent) || context.findStage(shuffleId) !== undefined) continue;
      visited.add(parent);
      stack.push(parent);
    }
  }
}

/** One planning: makes what is missing, parents first. */
class Builder {
  readonly created: ShuffleMapStage[] = [];
  nextStageId: number;
  readonly #context: StageContext;
  readonly #new = new Map<ShuffleId, ShuffleMapStage>();
  /** Several shuffles of one node read the same ones. */
  readonly #reads = new Map<LineageNode, readonly ShuffleDependency[]>();

  constructor(context: StageContext) {
    this.#context = context;
    this.nextStageId = context.nextStageId;
  }

  takeId(): StageId {
    return stageId(this.nextStageId++);
  }

  parentsOf(node: LineageNode): ShuffleMapStage[] {
    return this.#shufflesOf(node).map((dependency) => this.stageOf(dependency));
  }

  stageOf(wanted: ShuffleDependency): ShuffleMapStage {
    const stack = [wanted];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (this.#find(top.shuffleId) !== undefined) {
        stack.pop();
        continue;
      }
      const reads = this.#shufflesOf(top.parent);
      const missing = reads.filter((read) => this.#find(read.shuffleId) === undefined);
      if (missing.length > 0) {
        for (const read of missing.reverse()) stack.push(read);
        continue;
      }
      stack.pop();
      this.#create(
        top,
        reads.map((read) => this.#find(read.shuffleId) as ShuffleMapStage),
      );
    }
    return this.#find(wanted.shuffleId) as ShuffleMapStage;
  }

  #create(dependency: ShuffleDependency, parents: readonly ShuffleMapStage[]): void {
    const { parent: node, shuffleId } = dependency;
    const stage: ShuffleMapStage = {
      kind: 'shuffle-map',
      id: this.takeId(),
      node,
      dependency,
      numPartitions: node.partitions.length,
      name: stageName(node.callSite),
      parents,
    };
    this.#new.set(shuffleId, stage);
    this.created.push(stage);
  }

  #find(shuffleId: ShuffleId): ShuffleMapStage | undefined {
    return this.#new.get(shuffleId) ?? this.#context.findStage(shuffleId);
  }

  #shufflesOf(node: LineageNode): readonly ShuffleDependency[] {
    let reads = this.#reads.get(node);
    if (reads === undefined) {
      reads = shufflesReadBy(node, this.#context.materialized);
      this.#reads.set(node, reads);
    }
    return reads;
  }
}
