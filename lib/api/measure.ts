import type { JobId, StageId } from '../base/ids.ts';
import { type EngineEvent, NO_METRICS, type TaskMetrics } from '../events/engine-event.ts';
import { addMetrics } from '../events/run-report.ts';
import { checkAnyFunction } from './check-argument.ts';
import { followJobs } from './job-scope.ts';

/** What `Session.measure` gives. */
export interface Measured<T> {
  /** What the work gave. */
  readonly result: T;
  /** Sums over the tasks of its jobs, those that failed included; `peakMemoryBytes` is the largest of any. */
  readonly metrics: TaskMetrics;
}

/** Runs `work` and adds up what the tasks of the jobs that are started in it do, until it is done. */
export async function measure<T>(
  subscribe: (listener: (event: EngineEvent) => void) => Disposable,
  work: () => T | PromiseLike<T>,
): Promise<Measured<T>> {
  checkAnyFunction('measure', 'work', work);
  const jobs = new Set<JobId>();
  const stages = new Set<StageId>();
  let metrics = NO_METRICS;
  using _ = subscribe((event) => {
    // A stage that two jobs share is counted where it runs: with the job that asked for it first.
    if (event.kind === 'stage-submitted' && jobs.has(event.jobId)) stages.add(event.stageId);
    if (event.kind === 'task-ended' && stages.has(event.stageId)) metrics = addMetrics(metrics, event.metrics);
  });
  const result = await followJobs((id) => void jobs.add(id), work);
  return { result, metrics };
}
