import { describe, expect, it } from 'vitest';
import { CairnError, serializeError } from '../../../lib/base/errors.ts';
import { jobId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';
import {
  type EngineEvent,
  NO_METRICS,
  type StageSubmitted,
  type TaskEndOutcome,
  type TaskMetrics,
} from '../../../lib/events/engine-event.ts';
import { addMetrics, RunReport } from '../../../lib/events/run-report.ts';

const JOB = jobId(0);
const MAP = stageId(0);
const RESULT = stageId(1);
const ERROR = serializeError(new CairnError('INTERNAL', { detail: 'x' }));

function report(events: readonly EngineEvent[]): RunReport {
  const result = new RunReport();
  for (const event of events) result.add(event);
  return result;
}

const submitted = (more: Partial<StageSubmitted>): EngineEvent => ({
  kind: 'stage-submitted',
  atMs: 20,
  jobId: JOB,
  stageId: MAP,
  attempt: 0,
  name: 'map at job.ts:3',
  taskCount: 2,
  shuffleId: shuffleId(0),
  parentIds: [],
  ...more,
});
const task = (id: number, stageAttempt = 0) =>
  ({ atMs: 30, taskId: taskId(id), stageId: MAP, stageAttempt, partition: id, attempt: 0 }) as const;
const started = (id: number, stageAttempt = 0): EngineEvent => ({
  kind: 'task-started',
  ...task(id, stageAttempt),
  executor: 'driver',
  speculative: false,
});
const ended = (
  id: number,
  outcome: TaskEndOutcome,
  metrics: Partial<TaskMetrics> = {},
  stageAttempt = 0,
): EngineEvent => ({ kind: 'task-ended', ...task(id, stageAttempt), outcome, metrics: { ...NO_METRICS, ...metrics } });
const SUCCEEDED: TaskEndOutcome = { kind: 'succeeded' };

describe('RunReport', () => {
  it('follows a job from its submission to its end', () => {
    const { jobs } = report([
      {
        kind: 'job-submitted',
        atMs: 10,
        jobId: JOB,
        name: 'count at job.ts:5',
        pool: 'default',
        stageIds: [MAP, RESULT],
      },
      { kind: 'job-ended', atMs: 90, jobId: JOB, outcome: { kind: 'failed', error: ERROR } },
    ]);
    expect(jobs.get(JOB)).toEqual({
      jobId: JOB,
      name: 'count at job.ts:5',
      stageIds: [MAP, RESULT],
      submittedAtMs: 10,
      endedAtMs: 90,
      outcome: { kind: 'failed', error: ERROR },
    });
  });

  it('counts the tasks of a stage and sums what they did, failed ones included', () => {
    const { stages } = report([
      submitted({}),
      started(0),
      started(1),
      started(2),
      ended(0, SUCCEEDED, { rowsRead: 5, peakMemoryBytes: 7, spilledBytes: 3 }),
      ended(1, { kind: 'failed', error: ERROR, willRetry: true }, { rowsRead: 2, peakMemoryBytes: 9 }),
    ]);
    expect(stages.get(MAP)).toMatchObject({
      status: 'running',
      taskCount: 2,
      runningTasks: 1,
      doneTasks: 1,
      failedTasks: 1,
      metrics: { rowsRead: 7, peakMemoryBytes: 9, spilledBytes: 3 },
    });
  });

  it('counts a new attempt from nothing, but keeps what earlier ones cost', () => {
    const { stages } = report([
      submitted({}),
      started(0),
      ended(0, { kind: 'fetch-failed', shuffleId: shuffleId(9), mapIndex: 0 }, { rowsRead: 5 }),
      started(1),
      { kind: 'stage-failed', atMs: 40, stageId: MAP, attempt: 0, error: ERROR, willRetry: true },
      submitted({ attempt: 1, taskCount: 1, atMs: 50 }),
      ended(1, SUCCEEDED, { rowsRead: 1 }, 0),
      started(2, 1),
      ended(2, SUCCEEDED, { rowsRead: 1 }, 1),
      { kind: 'stage-completed', atMs: 70, stageId: MAP, attempt: 1 },
      { kind: 'stage-failed', atMs: 80, stageId: MAP, attempt: 0, error: ERROR, willRetry: true },
    ]);
    expect(stages.get(MAP)).toMatchObject({
      status: 'completed',
      attempt: 1,
      taskCount: 1,
      runningTasks: 0,
      doneTasks: 1,
      submittedAtMs: 20,
      endedAtMs: 70,
      metrics: { rowsRead: 7 },
    });
  });

  it('shows a skipped stage with the reason, unless it ran before', () => {
    const skipped: EngineEvent = {
      kind: 'stage-skipped',
      atMs: 15,
      jobId: JOB,
      stageId: MAP,
      name: 'map at job.ts:3',
      taskCount: 2,
      reason: 'earlier-run',
    };
    expect(report([skipped]).stages.get(MAP)).toMatchObject({ status: 'skipped', skippedBecause: 'earlier-run' });
    expect(report([submitted({}), skipped]).stages.get(MAP)).toMatchObject({ status: 'running' });
    expect(report([skipped, submitted({})]).stages.get(MAP)).toMatchObject({
      status: 'running',
      skippedBecause: undefined,
      endedAtMs: undefined,
    });
  });

  it('leaves out what it never saw begin', () => {
    const { jobs, stages } = report([
      { kind: 'job-ended', atMs: 1, jobId: JOB, outcome: { kind: 'succeeded' } },
      { kind: 'stage-completed', atMs: 1, stageId: MAP, attempt: 0 },
      started(0),
      ended(0, SUCCEEDED),
      { kind: 'warning', atMs: 1, message: 'x' },
    ]);
    expect([jobs.size, stages.size]).toEqual([0, 0]);
  });

  it('forgets a job with its stages, but for those that run for another one', () => {
    const all = report([
      { kind: 'job-submitted', atMs: 10, jobId: JOB, name: 'count', pool: 'default', stageIds: [MAP, RESULT] },
      submitted({}),
      submitted({ stageId: RESULT }),
      { kind: 'stage-completed', atMs: 40, stageId: RESULT, attempt: 0 },
    ]);
    all.forgetJob(JOB);
    expect([...all.jobs.keys(), ...all.stages.keys()]).toEqual([MAP]);
  });
});

describe('addMetrics', () => {
  it('sums every figure but the peak, of which it takes the larger, and changes neither side', () => {
    const names = (Object.keys(NO_METRICS) as (keyof TaskMetrics)[]).filter((name) => name !== 'consumers');
    const filled = (step: number) => {
      const consumers = [{ name: 'sort by key', peakBytes: step, spilledBytes: step }];
      return {
        ...Object.fromEntries(names.map((name, i) => [name, (i + 1) * step])),
        consumers,
      } as unknown as TaskMetrics;
    };
    const one = Object.freeze(filled(1));
    const sum = addMetrics(one, Object.freeze(filled(10)));
    for (const name of names) expect(sum[name]).toBe(one[name] * (name === 'peakMemoryBytes' ? 10 : 11));
    expect(sum.consumers).toEqual([{ name: 'sort by key', peakBytes: 10, spilledBytes: 11 }]);
  });
});
