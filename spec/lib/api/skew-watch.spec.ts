import { describe, expect, it } from 'vitest';
import { SkewWatch } from '../../../lib/api/skew-watch.ts';
import { serializeError } from '../../../lib/base/errors.ts';
import { jobId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';
import { NO_METRICS, type TaskEndOutcome } from '../../../lib/events/engine-event.ts';

const MIB = 1024 * 1024;

function watched(parents: readonly number[] = [0]) {
  const said: string[] = [];
  const watch = new SkewWatch((message) => said.push(message));
  const stage = { atMs: 0, stageId: stageId(3), attempt: 0 } as const;
  const submit = (attempt = 0) =>
    watch.add({
      ...stage,
      kind: 'stage-submitted',
      attempt,
      jobId: jobId(0),
      name: 'groupByKey at job.ts:14',
      taskCount: 4,
      shuffleId: undefined,
      parentIds: parents.map(stageId),
    });
  const end = (partition: number, bytes: number, durationMs: number, outcome: TaskEndOutcome = { kind: 'succeeded' }) =>
    watch.add({
      kind: 'task-ended',
      atMs: 0,
      stageId: stageId(3),
      stageAttempt: 0,
      taskId: taskId(partition),
      partition,
      attempt: 0,
      outcome,
      metrics: { ...NO_METRICS, shuffleReadBytes: bytes, shuffleReadRecords: bytes / 1024, durationMs },
    });
  return { said, watch, submit, end, complete: () => watch.add({ ...stage, kind: 'stage-completed' }) };
}

describe('SkewWatch', () => {
  it('names the stage, the partition and what is usual', () => {
    const { said, submit, end, complete } = watched();
    submit();
    for (let p = 0; p < 3; p++) end(p, MIB, 200);
    end(3, 80 * MIB, 4200);
    complete();
    expect(said).toEqual([
      'stage 3 (groupByKey at job.ts:14) is skewed: partition 3 of 4 read 80.0 MiB in 81920 records against a median of 1024.0 KiB, ' +
        'and took 4.2 s against 0.2 s. A few keys hold most of the records: combine them before the shuffle (reduceByKey, ' +
        'aggregateByKey), or spread them with saltKeys',
    ]);
  });

  it('says nothing of stages without a shuffle, of even ones, and of tasks that failed', () => {
    for (const parents of [[], [0]]) {
      const { said, submit, end, complete } = watched(parents);
      submit();
      for (let p = 0; p < 3; p++) end(p, MIB, 200);
      const failed = { kind: 'fetch-failed', shuffleId: shuffleId(0), mapIndex: 0 } as const;
      end(3, 80 * MIB, 4200, parents.length === 0 ? { kind: 'succeeded' } : failed);
      end(3, MIB, 200);
      complete();
      expect(said).toEqual([]);
    }
  });

  it('starts again with another attempt at the stage', () => {
    const { said, watch, submit, end, complete } = watched();
    submit();
    end(3, 80 * MIB, 4200);
    const error = serializeError(new TypeError('x'));
    watch.add({ kind: 'stage-failed', atMs: 0, stageId: stageId(3), attempt: 0, error, willRetry: true });
    submit();
    for (let p = 0; p < 4; p++) end(p, MIB, 200);
    complete();
    expect(said).toEqual([]);
  });
});
