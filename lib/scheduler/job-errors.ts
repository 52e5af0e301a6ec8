import { formatByteSize } from '../base/byte-size.ts';
import type { ErrorCode, ErrorKind } from '../base/error-table.ts';
import { CairnError, serializeError } from '../base/errors.ts';
import type { TaskDescription } from '../exec/task.ts';
import { describeNode } from '../lineage/explain-lineage.ts';
import type { JobSubmission } from './dag-event.ts';
import { originalError } from './retry-policy.ts';
import type { Stage } from './stage.ts';

const OF_THE_PROGRAM: ReadonlySet<ErrorCode> = new Set([
  'TASK_NOT_SERIALIZABLE',
  'CAPTURE_MISSING',
  'INSPECTOR_UNAVAILABLE',
]);

/**
 * What ends a job for a task that failed `failures` times: JOB_FAILED in Spark's words. Its cause is the task's last
 * error as its thrower made it (the same object when it was thrown in this thread), and it has that error's kind.
 * What says that functions cannot travel stays as it is: it speaks of the program and not of a task, and Spark throws it
 * from the action.
 */
export function taskFailure(
  job: JobSubmission,
  stage: Stage,
  task: TaskDescription,
  failures: number,
  error: unknown,
): CairnError {
  if (error instanceof CairnError && OF_THE_PROGRAM.has(error.code)) return error;
  const where = `stage ${task.stageId}.${task.stageAttempt}`;
  const times = failures === 1 ? '1 time' : `${failures} times`;
  return jobFailure(
    job,
    `Task ${task.partition} in ${where} failed ${times}, most recent failure: ` +
      `Lost task ${task.partition}.${task.attempt} in ${where} (TID ${task.taskId}) (executor ${task.executor}), ` +
      `computing ${describeNode(stage.node)}: ${describeError(error)}`,
    originalError(error),
  );
}

/** JOB_FAILED for a stage whose inputs were lost too often in a row, in Spark's words. */
export function stageFailure(
  job: JobSubmission,
  stage: Stage,
  attempts: number,
  error: unknown,
): CairnError<'JOB_FAILED'> {
  return jobFailure(
    job,
    `${describeStage(stage)} has failed the maximum allowable number of times: ${attempts}. ` +
      `Most recent failure reason: ${describeError(error)}`,
    error,
  );
}

/** JOB_FAILED for results that are larger than the driver should hold, in Spark's words. */
export function resultFailure(
  job: JobSubmission,
  tasks: number,
  totalBytes: number,
  maxBytes: number,
): CairnError<'JOB_FAILED'> {
  const found = formatByteSize(totalBytes);
  const limit = formatByteSize(maxBytes);
  const cause = new CairnError('LIMIT_EXCEEDED', {
    what: `the size of the results of job ${job.jobId}`,
    found,
    limit,
    remedy: "write the data with a save method instead of collecting it, or raise 'result.maxBytes'",
  });
  return jobFailure(
    job,
    `Total size of serialized results of ${tasks} tasks (${found}) is bigger than result.maxBytes (${limit})`,
    cause,
  );
}

function jobFailure(job: JobSubmission, reason: string, cause: unknown): CairnError<'JOB_FAILED'> {
  const kind: ErrorKind = cause instanceof CairnError ? cause.kind : 'user';
  return new CairnError('JOB_FAILED', { job: job.jobId, name: job.name, reason }, { cause, kind });
}

/** `ShuffleMapStage 3 (map at job.ts:12)`. */
export function describeStage(stage: Stage): string {
  return `${stage.kind === 'result' ? 'ResultStage' : 'ShuffleMapStage'} ${stage.id} (${stage.name})`;
}

/** The text of what was thrown, without the hint: the job's own error ends with one. Never throws. */
function describeError(error: unknown): string {
  const { name, message } = serializeError(error);
  if (!(error instanceof CairnError)) return `${name}: ${message}`;
  const hint = message.lastIndexOf('\n  hint: ');
  return hint === -1 ? message : message.slice(0, hint);
}
