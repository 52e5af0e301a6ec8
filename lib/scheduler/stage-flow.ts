/**
 * When stages run: parents before children, only what is missing, again when their inputs were lost. Part of
 * `DagState`, and pure as it is: it changes stage states and adds effects.
 */
import { serializeError } from '../base/errors.ts';
import type { JobId } from '../base/ids.ts';
import type { StageSkipped } from '../events/engine-event.ts';
import type { EffectList } from './effect-list.ts';
import type { MapOutputTracker } from './map-output-tracker.ts';
import { workOf } from './stage.ts';
import { buildMapStage, type MaterializedNodes, type StageContext, shufflesReadBy } from './stage-builder.ts';
import { firstJobOf, type StageGraph, type StageState, taskCount } from './stage-graph.ts';

export interface StageFlowOptions {
  readonly graph: StageGraph;
  readonly tracker: MapOutputTracker;
  readonly materialized: MaterializedNodes;
  readonly effects: EffectList;
  poolOf(jobId: JobId): string;
}

export class StageFlow {
  readonly #graph: StageGraph;
  readonly #tracker: MapOutputTracker;
  readonly #materialized: MaterializedNodes;
  readonly #effects: EffectList;
  readonly #poolOf: (jobId: JobId) => string;
  readonly #failed = new Set<StageState>();
  #resubmitPosted = false;

  constructor(options: StageFlowOptions) {
    this.#graph = options.graph;
    this.#tracker = options.tracker;
    this.#materialized = options.materialized;
    this.#effects = options.effects;
    this.#poolOf = (jobId) => options.poolOf(jobId);
  }

  /** What the builder may know. */
  context(): StageContext {
    const graph = this.#graph;
    const { nextStageId } = graph;
    return { materialized: this.#materialized, findStage: (id) => graph.findStage(id), nextStageId };
  }

  /** Notes that a job needs a stage and all it reads. */
  link(jobId: JobId, from: StageState): void {
    for (const { stage } of this.#graph.link(jobId, from)) {
      if (stage.kind === 'shuffle-map') this.#tracker.registerShuffle(stage.dependency.shuffleId, stage.numPartitions);
    }
  }

  /** Runs a stage, or first, depth first, what it needs that is missing. */
  submit(first: StageState): void {
    const stack = [first];
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      if (state.phase !== 'idle') continue;
      const missing = this.#missingParents(state);
      const next = missing.length > 0 ? this.#wait(state, missing) : this.#run(state);
      for (const each of next.reverse()) stack.push(each);
    }
  }

  /** The current attempt at a map stage is through: those who wait go on, unless outputs were lost meanwhile. */
  finishMapStage(state: StageState): void {
    this.complete(state);
    state.losses.clear();
    this.submit(state);
  }

  /** The current attempt did all it had to. */
  complete(state: StageState): void {
    const stageId = state.stage.id;
    state.phase = 'idle';
    this.#effects.emit({ kind: 'stage-completed', stageId, attempt: state.attempt });
    this.#effects.add({ kind: 'retire-tasks', stageId, stageAttempt: state.attempt });
  }

  /** Gives up the current attempt, to try again after a while. */
  giveUp(state: StageState, error: Error): void {
    const stageId = state.stage.id;
    state.phase = 'failed';
    this.#failed.add(state);
    this.#effects.add({ kind: 'retire-tasks', stageId, stageAttempt: state.attempt });
    this.#emitFailed(state, error, true);
    if (this.#resubmitPosted) return;
    this.#resubmitPosted = true;
    this.#effects.add({ kind: 'post-resubmit' });
  }

  /** Tries the stages again that were given up. */
  resubmit(): void {
    this.#resubmitPosted = false;
    const failed = [...this.#failed].sort((a, b) => a.stage.id - b.stage.id);
    this.#failed.clear();
    for (const state of failed) state.phase = 'idle';
    for (const state of failed) this.submit(state);
  }

  /** Ends a stage no job needs; `error` is told when it still ran. */
  drop(state: StageState, error: unknown): void {
    const stageId = state.stage.id;
    this.#failed.delete(state);
    if (state.running.size > 0 || state.phase === 'running') this.#effects.add({ kind: 'cancel-tasks', stageId });
    if (state.phase === 'running') this.#emitFailed(state, error, false);
    state.phase = 'idle';
    this.#effects.add({ kind: 'forget-stage', stageId });
  }

  /** Tells of the stages of a submitted job that need not run. Why is found from the result backwards. */
  emitSkipped(jobId: JobId): void {
    const stages = this.#graph.stagesOf(jobId);
    const reasons = new Map<StageState, StageSkipped['reason']>();
    const inherited = new Map<StageState, StageSkipped['reason']>();
    for (const state of stages.toReversed()) {
      const { stage } = state;
      if (state.phase !== 'idle' || stage.kind === 'result') continue;
      const { shuffleId } = stage.dependency;
      const complete = this.#tracker.isRestored(shuffleId) ? 'earlier-run' : 'map-outputs';
      const reason = this.#tracker.isComplete(shuffleId) ? complete : (inherited.get(state) ?? 'blocks');
      reasons.set(state, reason);
      for (const parent of state.parents) if (!inherited.has(parent)) inherited.set(parent, reason);
    }
    for (const state of stages) {
      const reason = reasons.get(state);
      if (reason === undefined) continue;
      const { id: stageId, name } = state.stage;
      this.#effects.emit({ kind: 'stage-skipped', jobId, stageId, name, taskCount: taskCount(state.stage), reason });
    }
  }

  /** Stages to complete before this one can run, ascending. What blocks or checkpoints hold needs none. */
  #missingParents(state: StageState): StageState[] {
    const cached = (node: StageState['stage']['node']) => this.#materialized.isFullyCached(node);
    const missing: StageState[] = [];
    for (const dependency of shufflesReadBy(state.stage.node, this.#materialized, cached)) {
      const { shuffleId } = dependency;
      if (this.#tracker.isComplete(shuffleId)) continue;
      let parent = this.#graph.findByShuffle(shuffleId);
      parent ??= this.#graph.add(buildMapStage(dependency, this.context()));
      if (!state.parents.has(parent)) {
        // What hid it is lost. It belongs to the jobs of the stage that needs it.
        state.parents.add(parent);
        for (const jobId of state.jobs) this.link(jobId, parent);
      }
      if (!this.#tracker.isComplete(shuffleId)) missing.push(parent);
    }
    return missing.sort((a, b) => a.stage.id - b.stage.id);
  }

  #wait(state: StageState, missing: StageState[]): StageState[] {
    state.phase = 'waiting';
    for (const parent of missing) {
      state.waitingFor.add(parent);
      parent.waiters.add(state);
    }
    return missing;
  }

  /** Starts an attempt for what is missing. Gives the stages that can go on when nothing is. */
  #run(state: StageState): StageState[] {
    const { stage } = state;
    const shuffleId = stage.kind === 'shuffle-map' ? stage.dependency.shuffleId : undefined;
    const partitions = shuffleId === undefined ? [...state.withoutValue] : this.#tracker.missing(shuffleId);
    if (partitions.length === 0) return this.#wake(state);
    const { id: stageId, name } = stage;
    const jobId = firstJobOf(state);
    const attempt = ++state.attempt;
    state.phase = 'running';
    state.tries.clear();
    state.unfinished.clear();
    for (const partition of partitions) state.unfinished.add(partition);
    const parentIds = [...state.parents].map((parent) => parent.stage.id);
    this.#effects.emit({
      kind: 'stage-submitted',
      jobId,
      stageId,
      attempt,
      name,
      taskCount: partitions.length,
      shuffleId,
      parentIds,
    });
    this.#effects.add({
      kind: 'submit-tasks',
      taskSet: {
        stageId,
        stageAttempt: attempt,
        jobId,
        pool: this.#poolOf(jobId),
        work: workOf(stage),
        shuffleIds: shufflesReadBy(stage.node, this.#materialized).map((dependency) => dependency.shuffleId),
        partitions: partitions.filter((partition) => !state.running.has(partition)),
      },
    });
    return [];
  }

  /** The stages for which this complete one was the last missing, ascending. */
  #wake(state: StageState): StageState[] {
    const ready: StageState[] = [];
    for (const waiter of state.waiters) {
      waiter.waitingFor.delete(state);
      if (waiter.waitingFor.size > 0) continue;
      waiter.phase = 'idle';
      ready.push(waiter);
    }
    state.waiters.clear();
    return ready.sort((a, b) => a.stage.id - b.stage.id);
  }

  #emitFailed(state: StageState, error: unknown, willRetry: boolean): void {
    const { attempt } = state;
    this.#effects.emit({
      kind: 'stage-failed',
      stageId: state.stage.id,
      attempt,
      error: serializeError(error),
      willRetry,
    });
  }
}
