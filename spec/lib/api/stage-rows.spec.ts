import { describe, expect, it } from 'vitest';
import type { GatheredStage, GatheredTask } from '../../../lib/api/stage-journal.ts';
import { toStageRows } from '../../../lib/api/stage-rows.ts';
import { CairnError, serializeError } from '../../../lib/base/errors.ts';
import { jobId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';
import { NO_METRICS, type TaskEndOutcome, type TaskMetrics } from '../../../lib/events/engine-event.ts';

function task(id: number, outcome?: TaskEndOutcome, metrics: Partial<TaskMetrics> = {}): GatheredTask {
  const moment = { taskId: taskId(id), stageId: stageId(4), stageAttempt: 1, partition: id, attempt: 0 };
  return {
    started: { kind: 'task-started', ...moment, atMs: 10, executor: 'worker-1', speculative: false },
    ended: outcome && { kind: 'task-ended', ...moment, atMs: 20 + id, outcome, metrics: { ...NO_METRICS, ...metrics } },
  };
}

function stage(tasks: readonly GatheredTask[], error?: Error): GatheredStage {
  const id = { stageId: stageId(4), attempt: 1 };
  return {
    submitted: {
      kind: 'stage-submitted',
      ...id,
      atMs: 5,
      jobId: jobId(2),
      name: 'map at job.ts:2',
      taskCount: 3,
      shuffleId: shuffleId(6),
      parentIds: [stageId(1), stageId(3)],
    },
    end:
      error === undefined
        ? { kind: 'stage-completed', ...id, atMs: 40 }
        : { kind: 'stage-failed', ...id, atMs: 40, error: serializeError(error), willRetry: false },
    tasks,
  };
}

describe('a stage as rows', () => {
  it('has the sums of its tasks, failed ones included; records count from inputs and shuffles alike', () => {
    const metrics = { rowsRead: 1, shuffleReadRecords: 10, rowsWritten: 2, shuffleWriteRecords: 20, bytesRead: 3 };
    const more = { bytesWritten: 4, shuffleReadBytes: 5, shuffleWriteBytes: 6, spilledBytes: 7, peakMemoryBytes: 8 };
    const failed = { kind: 'failed', error: serializeError(new TypeError('bad')), willRetry: true } as const;
    const { stage: row, tasks } = toStageRows(
      stage([task(0, failed, metrics), task(1, { kind: 'succeeded' }, { ...metrics, ...more })]),
    );
    expect(row).toMatchObject({ stage: 4, attempt: 1, job: 2, kind: 'shuffle-map', shuffle: 6, parents: [1, 3] });
    expect(row).toMatchObject({ state: 'succeeded', submittedAtMs: 5, completedAtMs: 40, taskCount: 3 });
    expect(row).toMatchObject({ rowsIn: 22, rowsOut: 44, bytesIn: 6, bytesOut: 4 });
    expect(row).toMatchObject({ shuffleReadBytes: 5, shuffleWriteBytes: 6, spilledBytes: 7, peakMemoryBytes: 8 });
    expect(tasks).toMatchObject([
      { task: 0, state: 'failed', error: { message: 'bad' }, startedAtMs: 10, endedAtMs: 20 },
      {
        task: 1,
        state: 'succeeded',
        executor: 'worker-1',
        rowsRead: 1,
        shuffleReadRecords: 10,
        peakMemoryBytes: 8,
        consumers: [],
      },
    ]);
    expect(tasks[1]).not.toHaveProperty('error');
  });

  it.each([
    [new CairnError('JOB_CANCELLED', { job: 2, name: 'x', reason: 'y' }), 'killed'],
    [new CairnError('SESSION_CLOSED', { what: 'x' }), 'killed'],
    [new TypeError('x'), 'failed'],
  ])('that ended by %s is %s', (error, state) => {
    expect(toStageRows(stage([], error)).stage).toMatchObject({ state, error: { message: error.message } });
  });

  it('has tasks that were cut short, and those that missed an input, which failed for the reason of the stage', () => {
    const lost = new CairnError('SHUFFLE_OUTPUT_LOST', { map: 0, shuffle: 5, path: '/x', reason: 'gone' });
    const missed = { kind: 'fetch-failed', shuffleId: shuffleId(5), mapIndex: 0 } as const;
    const { tasks } = toStageRows(stage([task(0, missed), task(1, { kind: 'cancelled' }), task(2)], lost));
    expect(tasks).toMatchObject([
      { state: 'failed', error: { code: 'SHUFFLE_OUTPUT_LOST' } },
      { state: 'killed', endedAtMs: 21 },
      { state: 'killed', endedAtMs: 40, rowsRead: 0 },
    ]);
  });
});
