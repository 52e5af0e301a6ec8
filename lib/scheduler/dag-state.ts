/**
 * What the scheduler knows and how it decides: `apply(event)` changes the state and gives the effects to perform, in
 * order. No I/O, clock, chance or timer, so that the same events always give the same effects.
 *
 * - A stage runs when every shuffle it reads is complete; only its missing partitions run.
 * - A partition of a stage never runs twice at a time, but for one copy of a task that is slow: one still running from
 *   an attempt that was given up keeps its place, and its late success counts.
 * - The first success of a partition is taken, with what it added to accumulators; other copies are cancelled then, and
 *   what becomes of them does not matter. While another copy runs, the failure of one decides nothing.
 * - A lost map output forgets that output alone; the stage that missed it is tried again after `post-resubmit`, and
 *   the stage that wrote it runs just what is missing.
 * - The state of a job, and of stages no other job needs, goes with the job; map outputs stay in the tracker.
 *
 * Every shuffle is read in the order of its map partitions, so that a partition computed again is the same again:
 * there are no indeterminate stages to roll back.
 */
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import { CairnError, serializeError } from '../base/errors.ts';
import type { JobId, ShuffleId } from '../base/ids.ts';
import { unreachable } from '../base/invariant.ts';
import type { JobOutcome, TaskEndOutcome } from '../events/engine-event.ts';
import type { TaskDescription, TaskOutcome } from '../exec/task.ts';
import type { DagEffect, DagEvent, JobSubmission } from './dag-event.ts';
import { EffectList } from './effect-list.ts';
import { resultFailure, stageFailure, taskFailure } from './job-errors.ts';
import type { MapOutputTracker } from './map-output-tracker.ts';
import { DEFAULT_POOL } from './pools.ts';
import { decideRetry, isRetryable } from './retry-policy.ts';
import type { ShuffleMapStage } from './stage.ts';
import { isAloneFor, isWanted, noteEnd, noteStart, triesOf } from './stage-attempts.ts';
import { buildResultStage, type MaterializedNodes } from './stage-builder.ts';
import { StageFlow } from './stage-flow.ts';
import { firstJobOf, StageGraph, type StageState } from './stage-graph.ts';

export interface DagStateOptions {
  readonly tracker: MapOutputTracker;
  readonly materialized: MaterializedNodes;
  /** Failures of one partition in one stage attempt that end the job. */
  readonly maxFailures: number;
  /** Attempts at a stage in a row that may lose one and the same map output; the last one ends its jobs. */
  readonly maxConsecutiveAttempts: number;
  /** What the results of one job may come to. */
  readonly maxResultBytes: number;
}

interface JobState {
  readonly submission: JobSubmission;
  /** Where the value of a partition goes. */
  readonly positions: ReadonlyMap<number, readonly number[]>;
  resultBytes: number;
}

type Succeeded = TaskOutcome & { readonly kind: 'succeeded' };
type Failed = TaskOutcome & { readonly kind: 'failed' };
type FetchFailed = TaskOutcome & { readonly kind: 'fetch-failed' };

export class DagState {
  readonly #options: DagStateOptions;
  readonly #tracker: MapOutputTracker;
  readonly #jobs = new Map<JobId, JobState>();
  readonly #graph = new StageGraph();
  readonly #effects = new EffectList();
  readonly #flow: StageFlow;

  constructor(options: DagStateOptions) {
    this.#options = options;
    this.#tracker = options.tracker;
    this.#flow = new StageFlow({
      graph: this.#graph,
      tracker: options.tracker,
      materialized: options.materialized,
      effects: this.#effects,
      poolOf: (jobId) => this.#jobs.get(jobId)?.submission.pool ?? DEFAULT_POOL,
    });
  }

  /** Jobs and stages it holds; both 0 when no job runs. */
  get size(): { readonly jobs: number; readonly stages: number } {
    return { jobs: this.#jobs.size, stages: this.#graph.size };
  }

  /** The stage of a shuffle that some job needs now. */
  findStage(shuffleId: ShuffleId): ShuffleMapStage | undefined {
    return this.#graph.findStage(shuffleId);
  }

  apply(event: DagEvent): readonly DagEffect[] {
    switch (event.kind) {
      case 'job-submitted':
        this.#submitJob(event.job);
        break;
      case 'job-cancelled':
        this.#cancelJob(event.jobId, event.reason, event.cause);
        break;
      case 'group-cancelled':
        for (const [jobId, { submission }] of [...this.#jobs]) {
          if (submission.group === event.group) this.#cancelJob(jobId, event.reason);
        }
        break;
      case 'job-broken':
        this.#failJobs([event.jobId], () => event.error);
        break;
      case 'task-started':
        this.#startTask(event.task);
        break;
      case 'task-ended':
        this.#endTask(event.task, event.outcome);
        break;
      case 'task-slow':
        this.#copyTask(event.task);
        break;
      case 'resubmit':
        this.#flow.resubmit();
        break;
      case 'closed':
        this.#failJobs(this.#jobs.keys(), ({ jobId, name }) => {
          return new CairnError('SESSION_CLOSED', { what: `job ${jobId} (${name})` });
        });
        break;
      default:
        unreachable(event);
    }
    return this.#effects.take();
  }

  // Jobs

  #submitJob(job: JobSubmission): void {
    const { jobId, name, pool } = job;
    if (job.partitions.length === 0) {
      this.#effects.emit({ kind: 'job-submitted', jobId, name, pool, stageIds: [] });
      this.#completeJob(job);
      return;
    }
    let result: StageState;
    try {
      result = this.#graph.add(buildResultStage(job, this.#flow.context()));
    } catch (error) {
      this.#effects.add({ kind: 'fail-job', jobId, error });
      return;
    }
    this.#jobs.set(jobId, { submission: job, positions: positionsOf(job.partitions), resultBytes: 0 });
    this.#flow.link(jobId, result);
    const stageIds = this.#graph.stagesOf(jobId).map(({ stage }) => stage.id);
    this.#effects.emit({ kind: 'job-submitted', jobId, name, pool, stageIds });
    this.#effects.inOrder(
      () => this.#flow.emitSkipped(jobId),
      () => this.#flow.submit(result),
    );
  }

  #cancelJob(jobId: JobId, reason: string, cause?: unknown): void {
    this.#failJobs([jobId], ({ name }) => {
      return new CairnError('JOB_CANCELLED', { job: jobId, name, reason }, cause === undefined ? {} : { cause });
    });
  }

  #completeJob(job: JobSubmission): void {
    const { jobId, name } = job;
    const reason = 'the job has its result, and no other job needs this stage';
    this.#dropJob(jobId, new CairnError('JOB_CANCELLED', { job: jobId, name, reason }));
    this.#effects.emit({ kind: 'job-ended', jobId, outcome: { kind: 'succeeded' } });
    this.#effects.add({ kind: 'complete-job', jobId });
  }

  /** Ends those of the jobs that still run, in the order they were submitted. */
  #failJobs(jobIds: Iterable<JobId>, errorOf: (job: JobSubmission) => unknown): void {
    for (const jobId of [...jobIds].sort((a, b) => a - b)) {
      const job = this.#jobs.get(jobId);
      if (job === undefined) continue;
      const error = errorOf(job.submission);
      this.#dropJob(jobId, error);
      this.#effects.emit({ kind: 'job-ended', jobId, outcome: outcomeOf(error) });
      this.#effects.add({ kind: 'fail-job', jobId, error });
    }
  }

  #dropJob(jobId: JobId, error: unknown): void {
    this.#jobs.delete(jobId);
    for (const state of this.#graph.unlink(jobId)) this.#flow.drop(state, error);
  }

  // Tasks

  #startTask(task: TaskDescription): void {
    const { executor, speculative } = task;
    const state = this.#graph.find(task.stageId);
    if (state !== undefined) noteStart(state, task);
    this.#effects.emit({ kind: 'task-started', ...identify(task), executor, speculative });
  }

  /** A task may be left over from an attempt that was given up: the current one waits for it, and copies it. */
  #copyTask(original: TaskDescription): void {
    const state = this.#graph.find(original.stageId);
    if (state === undefined || !isAloneFor(state, original)) return;
    const attempt = triesOf(state, original.partition).starts;
    this.#effects.add({ kind: 'enqueue-copy', original, stageAttempt: state.attempt, attempt });
  }

  #endTask(task: TaskDescription, given: TaskOutcome): void {
    const outcome = checkOutcome(task, given);
    const state = this.#graph.find(task.stageId);
    if (state !== undefined) noteEnd(state, task);
    switch (outcome.kind) {
      case 'succeeded':
        this.#succeed(state, task, outcome);
        break;
      case 'failed':
        this.#fail(state, task, outcome);
        break;
      case 'fetch-failed': {
        const { shuffleId, mapIndex } = outcome;
        this.#emitEnd(task, outcome, { kind: 'fetch-failed', shuffleId, mapIndex });
        this.#failFetch(state, task, outcome);
        break;
      }
      case 'cancelled':
        this.#emitEnd(task, outcome, { kind: 'cancelled' });
        if (state !== undefined) this.#stray(state, task);
        break;
      default:
        unreachable(outcome);
    }
  }

  #succeed(state: StageState | undefined, task: TaskDescription, outcome: Succeeded): void {
    const { partition } = task;
    const { mapOutput } = outcome;
    const isFirst = state !== undefined && this.#isFirst(state, partition, mapOutput);
    // One that comes too late did its work for nothing, as if it had been stopped in time.
    this.#emitEnd(task, outcome, { kind: isFirst ? 'succeeded' : 'cancelled' });
    if (mapOutput !== undefined && !isFirst) this.#effects.add({ kind: 'discard-output', output: mapOutput });
    if (state === undefined) return;
    state.unfinished.delete(partition);
    for (const taskId of state.running.get(partition) ?? []) this.#effects.add({ kind: 'cancel-task', taskId });
    if (state.stage.kind === 'result') {
      if (isFirst) this.#takeResult(state, partition, outcome);
      return;
    }
    const { dependency } = state.stage;
    const { shuffleId } = dependency;
    if (isFirst && mapOutput !== undefined) {
      const { durationMs } = outcome.metrics;
      this.#effects.add({ kind: 'keep-output', dependency, output: mapOutput, durationMs });
    }
    if (isFirst && outcome.accumulators.length > 0 && this.#tracker.countOnce(shuffleId, partition)) {
      this.#effects.add({ kind: 'accumulate', jobIds: [...state.jobs], updates: outcome.accumulators });
    }
    if (state.phase === 'running' && state.unfinished.size === 0) this.#flow.finishMapStage(state);
  }

  /** Whether the stage had no result of the partition yet. A map output is registered then. */
  #isFirst(state: StageState, partition: number, mapOutput: MapOutput | undefined): boolean {
    return mapOutput === undefined ? state.withoutValue.has(partition) : this.#tracker.register(mapOutput);
  }

  #takeResult(state: StageState, partition: number, { value, metrics, accumulators }: Succeeded): void {
    const job = this.#jobs.get(firstJobOf(state));
    if (job === undefined) return;
    state.withoutValue.delete(partition);
    const { submission, positions } = job;
    const { jobId } = submission;
    const { maxResultBytes } = this.#options;
    job.resultBytes += metrics.resultBytes;
    if (job.resultBytes > maxResultBytes) {
      const tasks = positions.size - state.withoutValue.size;
      this.#failJobs([jobId], () => resultFailure(submission, tasks, job.resultBytes, maxResultBytes));
      return;
    }
    if (accumulators.length > 0) this.#effects.add({ kind: 'accumulate', jobIds: [jobId], updates: accumulators });
    for (const index of positions.get(partition) ?? []) this.#effects.add({ kind: 'deliver', jobId, index, value });
    if (state.withoutValue.size > 0) return;
    if (state.phase === 'running') this.#flow.complete(state);
    this.#completeJob(submission);
  }

  #fail(state: StageState | undefined, task: TaskDescription, outcome: Failed): void {
    const { error } = outcome;
    if (state === undefined || !isWanted(state, task)) {
      this.#emitEnd(task, outcome, { kind: 'failed', error: serializeError(error), willRetry: false });
      if (state !== undefined) this.#release(state, task);
      return;
    }
    const failures = ++triesOf(state, task.partition).failures;
    const hasCopy = state.running.has(task.partition);
    const willRetry = hasCopy
      ? isRetryable(error)
      : decideRetry(error, failures, this.#options.maxFailures) === 'retry';
    this.#emitEnd(task, outcome, { kind: 'failed', error: serializeError(error), willRetry });
    if (!willRetry) this.#abortForTask(state, task, failures, error);
    else if (!hasCopy) this.#enqueue(state, task.partition);
  }

  /** Cancelled, but not by us: it runs again, though not for ever, should the executor be going down. */
  #stray(state: StageState, task: TaskDescription): void {
    if (!isWanted(state, task)) {
      this.#release(state, task);
      return;
    }
    const strays = ++triesOf(state, task.partition).strays;
    if (state.running.has(task.partition)) return;
    if (strays < this.#options.maxFailures) this.#enqueue(state, task.partition);
    else this.#abortForTask(state, task, strays, new CairnError('TASK_CANCELLED', { task: task.taskId }));
  }

  #failFetch(state: StageState | undefined, task: TaskDescription, { shuffleId, mapIndex, error }: FetchFailed): void {
    // The file this task was told to read; another may have taken its place since.
    const seen = task.shuffles.get(shuffleId)?.[mapIndex];
    if (seen !== undefined && this.#tracker.unregister(shuffleId, mapIndex, seen)) {
      const reason = serializeError(error).message;
      this.#effects.emit({ kind: 'shuffle-output-lost', shuffleId, mapIndex, reason });
    }
    if (state === undefined) return;
    if (!isWanted(state, task)) {
      this.#release(state, task);
      return;
    }
    const { maxConsecutiveAttempts } = this.#options;
    const lost = `${shuffleId}/${mapIndex}`;
    const losses = (state.losses.get(lost) ?? 0) + 1;
    state.losses.set(lost, losses);
    if (losses < maxConsecutiveAttempts) this.#flow.giveUp(state, error);
    else this.#failJobs(state.jobs, (job) => stageFailure(job, state.stage, maxConsecutiveAttempts, error));
  }

  /** A leftover of an earlier attempt ended without success: the current attempt may run its partition now. */
  #release(state: StageState, { partition }: TaskDescription): void {
    if (state.phase !== 'running' || !state.unfinished.has(partition) || state.running.has(partition)) return;
    this.#enqueue(state, partition);
  }

  #enqueue(state: StageState, partition: number): void {
    const { stage, attempt: stageAttempt } = state;
    const attempt = triesOf(state, partition).starts;
    this.#effects.add({ kind: 'enqueue-task', stageId: stage.id, stageAttempt, partition, attempt });
  }

  #abortForTask(state: StageState, task: TaskDescription, failures: number, error: unknown): void {
    this.#failJobs(state.jobs, (job) => taskFailure(job, state.stage, task, failures, error));
  }

  #emitEnd(task: TaskDescription, { metrics }: TaskOutcome, outcome: TaskEndOutcome): void {
    this.#effects.emit({ kind: 'task-ended', ...identify(task), outcome, metrics });
  }
}

/** A map task that gives no output, or another one's, is a bug: it shall end its job and not the process. */
function checkOutcome(task: TaskDescription, outcome: TaskOutcome): TaskOutcome {
  const { work, partition } = task;
  if (outcome.kind !== 'succeeded' || work.kind === 'result') return outcome;
  const { mapOutput, metrics } = outcome;
  const { shuffleId } = work.dependency;
  if (mapOutput?.shuffleId === shuffleId && mapOutput.mapIndex === partition) return outcome;
  const detail = `task ${task.taskId} gave no output of map partition ${partition} for shuffle ${shuffleId}`;
  return { kind: 'failed', error: new CairnError('INTERNAL', { detail }), metrics };
}

function positionsOf(partitions: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const positions = new Map<number, number[]>();
  for (const [index, partition] of partitions.entries()) {
    const known = positions.get(partition);
    if (known === undefined) positions.set(partition, [index]);
    else known.push(index);
  }
  return positions;
}

function identify(task: TaskDescription) {
  const { taskId, stageId, stageAttempt, partition, attempt } = task;
  return { taskId, stageId, stageAttempt, partition, attempt };
}

function outcomeOf(error: unknown): JobOutcome {
  if (CairnError.is(error, 'JOB_CANCELLED')) return { kind: 'cancelled', reason: String(error.params.reason) };
  if (CairnError.is(error, 'SESSION_CLOSED')) return { kind: 'cancelled', reason: 'the session was closed' };
  return { kind: 'failed', error: serializeError(error) };
}
