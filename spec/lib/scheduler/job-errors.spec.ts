import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { jobId, stageId, taskId } from '../../../lib/base/ids.ts';
import type { TaskDescription } from '../../../lib/exec/task.ts';
import type { JobSubmission } from '../../../lib/scheduler/dag-event.ts';
import { describeStage, resultFailure, stageFailure, taskFailure } from '../../../lib/scheduler/job-errors.ts';
import { type Stage, workOf } from '../../../lib/scheduler/stage.ts';
import { callSite, Lineage } from './support/lineages.ts';

const node = new Lineage().collection(1);
const job: JobSubmission = {
  jobId: jobId(3),
  node,
  partitions: [0],
  action: { kind: 'count' },
  callSite: callSite('count', 14),
  name: 'count at job.ts:14',
  group: undefined,
  pool: 'default',
};
const stage: Stage = {
  kind: 'result',
  id: stageId(5),
  node,
  name: 'count at job.ts:14',
  parents: [],
  action: { kind: 'count' },
  partitions: [0],
};
const task: TaskDescription = {
  taskId: taskId(17),
  jobId: job.jobId,
  stageId: stage.id,
  stageAttempt: 1,
  partition: 2,
  attempt: 3,
  executor: 'worker-2',
  speculative: false,
  work: workOf(stage),
  shuffles: new Map(),
};

describe('the failure of a task', () => {
  it("is told in Spark's words, with the dataset and the place of the action", () => {
    const thrown = new TypeError('x is undefined');
    const error = taskFailure(job, stage, task, 4, thrown);
    expect(error.message.split('\n')[0]).toBe(
      'JOB_FAILED: job 3 (count at job.ts:14) failed: Task 2 in stage 5.1 failed 4 times, most recent failure: ' +
        'Lost task 2.3 in stage 5.1 (TID 17) (executor worker-2), computing ParallelCollectionRDD[0] at parallelize at ' +
        'job.ts:1: TypeError: x is undefined',
    );
    expect(error.cause).toBe(thrown);
    expect(error.kind).toBe('user');
  });

  it('has the kind of its cause, and says once what to do', () => {
    const cause = new CairnError('DISK_FULL', { path: '/d', neededBytes: 2, freeBytes: 1 });
    const error = taskFailure(job, stage, task, 1, cause);
    expect(error.kind).toBe('resource');
    expect(error.cause).toBe(cause);
    expect(error.message).toContain('failed 1 time, most');
    expect(error.message).toMatch(/DISK_FULL: no space left to write \/d: 2 bytes needed, 1 free\n {2}hint: /);
    expect(error.message.match(/hint:/g)).toHaveLength(1);
  });

  it('to be shipped is told as it is', () => {
    const error = new CairnError('TASK_NOT_SERIALIZABLE', {
      path: 'closure',
      reason: 'captures a socket',
      remedy: 'x',
    });
    expect(taskFailure(job, stage, task, 1, error)).toBe(error);
  });

  it('is traced to what a user function threw', () => {
    const thrown = { not: 'an error' };
    const wrapped = new CairnError(
      'TASK_FAILED',
      { operation: 'map at job.ts:3', partition: 2, dataset: 'd', attempt: 3, reason: 'thrown value an object' },
      { cause: thrown },
    );
    const error = taskFailure(job, stage, task, 4, wrapped);
    expect(error.cause).toBe(thrown);
    expect(error.message).toContain('map at job.ts:3 threw');
  });
});

describe('the failure of a stage', () => {
  it('tells how often it lost its inputs, and why the last time', () => {
    const cause = new CairnError('SHUFFLE_OUTPUT_LOST', { map: 1, shuffle: 0, path: '/s', reason: 'gone' });
    const error = stageFailure(job, stage, 4, cause);
    expect(error.message).toContain(
      'ResultStage 5 (count at job.ts:14) has failed the maximum allowable number of times: 4. ' +
        'Most recent failure reason: SHUFFLE_OUTPUT_LOST: the output of map partition 1 for shuffle 0 at /s is lost: gone',
    );
    expect(error.cause).toBe(cause);
    expect(error.kind).toBe('corruption');
    expect(describeStage(stage)).toBe('ResultStage 5 (count at job.ts:14)');
  });
});

describe('results that are too large', () => {
  it('are an error of resources that names the limit and the remedy', () => {
    const error = resultFailure(job, 12, 3 * 1024, 2 * 1024);
    expect(error.message).toContain(
      'Total size of serialized results of 12 tasks (3.0 KiB) is bigger than result.maxBytes (2.0 KiB)',
    );
    expect(error.kind).toBe('resource');
    expect(error.cause).toBeInstanceOf(CairnError);
  });
});
