import type { StageEnd } from '../../storage/metadata/job-log.ts';
import type { StageRow, WorkState } from '../../storage/metadata/rows.ts';
import { deserializeError, type SerializedError } from '../base/errors.ts';
import { NO_METRICS, type TaskMetrics } from '../events/engine-event.ts';
import type { GatheredStage, GatheredTask } from './stage-journal.ts';

type Measures = Pick<
  StageRow,
  | 'rowsIn'
  | 'rowsOut'
  | 'bytesIn'
  | 'bytesOut'
  | 'shuffleReadBytes'
  | 'shuffleWriteBytes'
  | 'spilledBytes'
  | 'peakMemoryBytes'
>;

/** An attempt at a stage as rows, without what it stored. */
export function toStageRows(gathered: GatheredStage): Pick<StageEnd, 'stage' | 'tasks'> {
  const { submitted, end, tasks } = gathered;
  const failure = end.kind === 'stage-failed' ? end.error : undefined;
  const error = failure === undefined ? undefined : deserializeError(failure);
  return {
    stage: {
      stage: submitted.stageId,
      attempt: submitted.attempt,
      job: submitted.jobId,
      name: submitted.name,
      kind: submitted.shuffleId === undefined ? 'result' : 'shuffle-map',
      shuffle: submitted.shuffleId ?? null,
      taskCount: submitted.taskCount,
      state: stateOf(failure),
      submittedAtMs: submitted.atMs,
      completedAtMs: end.atMs,
      ...sumOf(tasks),
      parents: submitted.parentIds,
      ...(error === undefined ? {} : { error }),
    },
    tasks: tasks.map((task) => toTaskRow(task, end.atMs, error)),
  };
}

/** A stage is cut short when no job needs it any more. */
function stateOf(failure: SerializedError | undefined): WorkState {
  if (failure === undefined) return 'succeeded';
  return failure.code === 'JOB_CANCELLED' || failure.code === 'SESSION_CLOSED' ? 'killed' : 'failed';
}

function toTaskRow({ started, ended }: GatheredTask, stageEndedAtMs: number, stageError: Error | undefined) {
  const metrics = ended?.metrics ?? NO_METRICS;
  return {
    task: started.taskId,
    partition: started.partition,
    attempt: started.attempt,
    executor: started.executor,
    startedAtMs: started.atMs,
    endedAtMs: ended?.atMs ?? stageEndedAtMs,
    rowsRead: metrics.rowsRead,
    rowsWritten: metrics.rowsWritten,
    bytesRead: metrics.bytesRead,
    bytesWritten: metrics.bytesWritten,
    shuffleReadBytes: metrics.shuffleReadBytes,
    shuffleReadRecords: metrics.shuffleReadRecords,
    shuffleWriteBytes: metrics.shuffleWriteBytes,
    shuffleWriteRecords: metrics.shuffleWriteRecords,
    spilledBytes: metrics.spilledBytes,
    peakMemoryBytes: metrics.peakMemoryBytes,
    consumers: metrics.consumers,
    ...howItEnded(ended, stageError),
  };
}

function howItEnded(ended: GatheredTask['ended'], stageError: Error | undefined): { state: WorkState; error?: Error } {
  switch (ended?.outcome.kind) {
    case 'succeeded':
      return { state: 'succeeded' };
    case 'failed':
      return { state: 'failed', error: deserializeError(ended.outcome.error) };
    case 'fetch-failed':
      // The stage failed for the same reason.
      return { state: 'failed', ...(stageError === undefined ? {} : { error: stageError }) };
    default:
      return { state: 'killed' };
  }
}

/** Records count wherever they come from and go to: inputs or shuffles. */
function sumOf(tasks: readonly GatheredTask[]): Measures {
  const sum = { rowsIn: 0, rowsOut: 0, bytesIn: 0, bytesOut: 0 };
  let peakMemoryBytes = 0;
  const shuffle = { shuffleReadBytes: 0, shuffleWriteBytes: 0, spilledBytes: 0 };
  for (const { ended } of tasks) {
    const metrics: TaskMetrics = ended?.metrics ?? NO_METRICS;
    sum.rowsIn += metrics.rowsRead + metrics.shuffleReadRecords;
    sum.rowsOut += metrics.rowsWritten + metrics.shuffleWriteRecords;
    sum.bytesIn += metrics.bytesRead;
    sum.bytesOut += metrics.bytesWritten;
    shuffle.shuffleReadBytes += metrics.shuffleReadBytes;
    shuffle.shuffleWriteBytes += metrics.shuffleWriteBytes;
    shuffle.spilledBytes += metrics.spilledBytes;
    peakMemoryBytes = Math.max(peakMemoryBytes, metrics.peakMemoryBytes);
  }
  return { ...sum, ...shuffle, peakMemoryBytes };
}
