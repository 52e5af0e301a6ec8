/**
 * The stages that jobs need now, who needs each, and how far each one is. A stage is here as long as a job needs it;
 * one shuffle never has two.
 */
import type { JobId, ShuffleId, StageId, TaskId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import type { ShuffleMapStage, Stage } from './stage.ts';
import type { NewStages } from './stage-builder.ts';

/** How often a partition was tried in the current attempt at its stage. */
export interface Tries {
  /** Copies included. */
  starts: number;
  failures: number;
  /** Cancelled though no one asked for it. */
  strays: number;
}

export interface StageState {
  readonly stage: Stage;
  /** The stages it reads. More may come: a checkpoint that is lost uncovers the lineage behind it. */
  readonly parents: Set<StageState>;
  readonly jobs: Set<JobId>;
  /** `idle`: not wanted yet, or done. `failed`: waits for the next resubmission. */
  phase: 'idle' | 'waiting' | 'running' | 'failed';
  /** The current or latest attempt; -1 before the first. */
  attempt: number;
  /** While `waiting`: the parents that are not complete. */
  readonly waitingFor: Set<StageState>;
  /** Stages that wait for this one. */
  readonly waiters: Set<StageState>;
  /**
   * How often a map output it reads was lost, by shuffle and map partition. Each output has a count of its own: where
   * many are lost at once, attempts find them one by one, and every one of them gets on.
   */
  readonly losses: Map<string, number>;
  /** Partitions the current attempt has yet to finish. */
  readonly unfinished: Set<number>;
  /** Of a result stage: partitions without a value, whatever the attempt. */
  readonly withoutValue: Set<number>;
  readonly tries: Map<number, Tries>;
  /**
   * Attempts that run, those left over from earlier stage attempts included, by partition: one, or a slow one and its
   * copy.
   */
  readonly running: Map<number, readonly TaskId[]>;
}

/** Stages by id, by shuffle and by job. */
export class StageGraph {
  readonly #states = new Map<StageId, StageState>();
  readonly #byShuffle = new Map<ShuffleId, StageState>();
  readonly #byJob = new Map<JobId, Set<StageState>>();
  nextStageId = 0;

  get size(): number {
    return this.#states.size;
  }

  find(id: StageId): StageState | undefined {
    return this.#states.get(id);
  }

  findByShuffle(shuffleId: ShuffleId): StageState | undefined {
    return this.#byShuffle.get(shuffleId);
  }

  findStage(shuffleId: ShuffleId): ShuffleMapStage | undefined {
    return this.#byShuffle.get(shuffleId)?.stage as ShuffleMapStage | undefined;
  }

  /** The stages a job needs, ascending. */
  stagesOf(jobId: JobId): StageState[] {
    return [...(this.#byJob.get(jobId) ?? [])].sort((a, b) => a.stage.id - b.stage.id);
  }

  /** Takes over what a planning made, and gives the stage it was for. */
  add(plan: NewStages & { readonly stage: Stage }): StageState {
    for (const stage of plan.created) this.#insert(stage);
    this.nextStageId = plan.nextStageId;
    return this.#states.get(plan.stage.id) ?? this.#insert(plan.stage);
  }

  /** Notes that a job needs this stage and all it reads. Gives the stages it did not need before. */
  link(jobId: JobId, from: StageState): readonly StageState[] {
    let stages = this.#byJob.get(jobId);
    if (stages === undefined) {
      stages = new Set();
      this.#byJob.set(jobId, stages);
    }
    if (stages.has(from)) return [];
    const linked = [from];
    stages.add(from);
    for (let state = linked[0], i = 0; state !== undefined; state = linked[++i]) {
      state.jobs.add(jobId);
      for (const parent of state.parents) {
        if (stages.has(parent)) continue;
        stages.add(parent);
        linked.push(parent);
      }
    }
    return linked;
  }

  /** Forgets a job. Gives the stages no job needs any more, ascending: they are no longer here. */
  unlink(jobId: JobId): StageState[] {
    const stages = this.stagesOf(jobId);
    this.#byJob.delete(jobId);
    const removed: StageState[] = [];
    for (const state of stages) {
      state.jobs.delete(jobId);
      if (state.jobs.size > 0) continue;
      for (const parent of state.waitingFor) parent.waiters.delete(state);
      this.#states.delete(state.stage.id);
      if (state.stage.kind === 'shuffle-map') this.#byShuffle.delete(state.stage.dependency.shuffleId);
      removed.push(state);
    }
    return removed;
  }

  #insert(stage: Stage): StageState {
    const parents = stage.parents.map((parent) => {
      const known = this.#states.get(parent.id);
      invariant(known !== undefined, `stage ${stage.id} reads stage ${parent.id}, which is not here`);
      return known;
    });
    const state: StageState = {
      stage,
      parents: new Set(parents),
      jobs: new Set(),
      phase: 'idle',
      attempt: -1,
      waitingFor: new Set(),
      waiters: new Set(),
      losses: new Map(),
      unfinished: new Set(),
      withoutValue: new Set(stage.kind === 'result' ? stage.partitions : []),
      tries: new Map(),
      running: new Map(),
    };
    this.#states.set(stage.id, state);
    if (stage.kind === 'shuffle-map') this.#byShuffle.set(stage.dependency.shuffleId, state);
    return state;
  }
}

/** The job that decides the turn of a stage: the earliest one that needs it. */
export function firstJobOf(state: StageState): JobId {
  let first: JobId | undefined;
  for (const jobId of state.jobs) if (first === undefined || jobId < first) first = jobId;
  invariant(first !== undefined, `no job needs stage ${state.stage.id}`);
  return first;
}

/** The partitions a stage would compute, were nothing there yet. */
export function taskCount(stage: Stage): number {
  return stage.kind === 'result' ? stage.partitions.length : stage.numPartitions;
}
