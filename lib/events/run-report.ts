/**
 * What became of each job and stage of a run, folded from its events: for progress, and for the CLI, which replays
 * the events it finds in the metadata. No clock, no I/O: the same events give the same report.
 */
import { mergeUses } from '../../storage/memory/consumer-use.ts';
import type { JobId, ShuffleId, StageId } from '../base/ids.ts';
import { type EngineEvent, type JobOutcome, NO_METRICS, type StageSkipped, type TaskMetrics } from './engine-event.ts';

export interface JobReport {
  readonly jobId: JobId;
  readonly name: string;
  readonly stageIds: readonly StageId[];
  readonly submittedAtMs: number;
  readonly endedAtMs: number | undefined;
  /** Undefined while it runs. */
  readonly outcome: JobOutcome | undefined;
}

export interface StageReport {
  readonly stageId: StageId;
  /** The job that ran it first, or skipped it first. */
  readonly jobId: JobId;
  readonly name: string;
  readonly shuffleId: ShuffleId | undefined;
  readonly status: 'running' | 'completed' | 'failed' | 'skipped';
  readonly skippedBecause: StageSkipped['reason'] | undefined;
  /** The latest attempt; the three counts below are of this attempt. */
  readonly attempt: number;
  readonly taskCount: number;
  readonly runningTasks: number;
  readonly doneTasks: number;
  /** Task attempts that failed, over all stage attempts. */
  readonly failedTasks: number;
  readonly submittedAtMs: number;
  readonly endedAtMs: number | undefined;
  /** Sums over all its task attempts; `peakMemoryBytes` is the largest of any. */
  readonly metrics: TaskMetrics;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Folds events. The reports it gives are live: they change with the events added later. */
export class RunReport {
  readonly #jobs = new Map<JobId, Mutable<JobReport>>();
  readonly #stages = new Map<StageId, Mutable<StageReport>>();

  /** In order of submission. */
  get jobs(): ReadonlyMap<JobId, JobReport> {
    return this.#jobs;
  }

  /** In order of submission. */
  get stages(): ReadonlyMap<StageId, StageReport> {
    return this.#stages;
  }

  /** Forgets a job that ended, and the stages it was the first to need, those that still run for others excepted. */
  forgetJob(id: JobId): void {
    this.#jobs.delete(id);
    for (const [stageId, { jobId, status }] of this.#stages) {
      if (jobId === id && status !== 'running') this.#stages.delete(stageId);
    }
  }

  /** Takes the next event. Events of jobs and stages it never saw begin are left out. */
  add(event: EngineEvent): void {
    switch (event.kind) {
      case 'job-submitted': {
        const { jobId, name, stageIds, atMs } = event;
        this.#jobs.set(jobId, { jobId, name, stageIds, submittedAtMs: atMs, endedAtMs: undefined, outcome: undefined });
        return;
      }
      case 'job-ended': {
        const job = this.#jobs.get(event.jobId);
        if (job !== undefined) Object.assign(job, { outcome: event.outcome, endedAtMs: event.atMs });
        return;
      }
      case 'stage-skipped':
        // A stage that ran for an earlier job keeps its own record.
        if (this.#stages.has(event.stageId)) return;
        this.#stages.set(event.stageId, {
          ...newStage(event, undefined),
          status: 'skipped',
          skippedBecause: event.reason,
          endedAtMs: event.atMs,
        });
        return;
      case 'stage-submitted': {
        const earlier = this.#stages.get(event.stageId);
        this.#stages.set(event.stageId, {
          ...newStage(event, event.shuffleId),
          attempt: event.attempt,
          jobId: earlier?.jobId ?? event.jobId,
          submittedAtMs: earlier?.submittedAtMs ?? event.atMs,
          failedTasks: earlier?.failedTasks ?? 0,
          metrics: earlier?.metrics ?? NO_METRICS,
        });
        return;
      }
      case 'stage-completed':
      case 'stage-failed': {
        const stage = this.#stages.get(event.stageId);
        if (stage === undefined || stage.attempt !== event.attempt) return;
        stage.status = event.kind === 'stage-completed' ? 'completed' : 'failed';
        stage.endedAtMs = event.atMs;
        return;
      }
      case 'task-started': {
        const stage = this.#stages.get(event.stageId);
        if (stage?.attempt === event.stageAttempt) stage.runningTasks++;
        return;
      }
      case 'task-ended': {
        const stage = this.#stages.get(event.stageId);
        if (stage === undefined) return;
        stage.metrics = addMetrics(stage.metrics, event.metrics);
        if (event.outcome.kind === 'failed') stage.failedTasks++;
        if (stage.attempt !== event.stageAttempt) return;
        stage.runningTasks--;
        if (event.outcome.kind === 'succeeded') stage.doneTasks++;
        return;
      }
      default:
        return;
    }
  }
}

function newStage(
  event: {
    readonly jobId: JobId;
    readonly stageId: StageId;
    readonly name: string;
    readonly taskCount: number;
    readonly atMs: number;
  },
  shuffleId: ShuffleId | undefined,
): Mutable<StageReport> {
  return {
    stageId: event.stageId,
    jobId: event.jobId,
    name: event.name,
    shuffleId,
    status: 'running',
    skippedBecause: undefined,
    attempt: 0,
    taskCount: event.taskCount,
    runningTasks: 0,
    doneTasks: 0,
    failedTasks: 0,
    submittedAtMs: event.atMs,
    endedAtMs: undefined,
    metrics: NO_METRICS,
  };
}

/** Sums, but for `peakMemoryBytes`, which is the larger; consumers by name, likewise. */
export function addMetrics(a: TaskMetrics, b: TaskMetrics): TaskMetrics {
  const sum: Mutable<TaskMetrics> = { ...a };
  for (const name of Object.keys(NO_METRICS) as (keyof TaskMetrics)[]) if (name !== 'consumers') sum[name] += b[name];
  sum.consumers = mergeUses(a.consumers, b.consumers);
  sum.peakMemoryBytes = Math.max(a.peakMemoryBytes, b.peakMemoryBytes);
  return sum;
}
