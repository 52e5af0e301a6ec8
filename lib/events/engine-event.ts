/**
 * What happened in a session, as plain data: the one source of progress, of the metadata that outlives the process
 * and of what the CLI shows. Events say what is already so; nothing waits for them and nothing is decided by them.
 *
 * Events of one job come in this order: job-submitted, then for each of its stages stage-skipped, or stage-submitted,
 * tasks, and stage-completed or stage-failed; then job-ended. A stage that is tried again has a higher `attempt`.
 */
import type { ConsumerUse } from '../../storage/memory/consumer-use.ts';
import type { SerializedError } from '../base/errors.ts';
import type { JobId, NodeId, RunId, ShuffleId, StageId, TaskId } from '../base/ids.ts';

/** What one task attempt did. Counts and bytes start at 0; bytes are as stored (compressed), unless said otherwise. */
export interface TaskMetrics {
  /** Records and bytes from inputs: collections, files, checkpoints and cached blocks. */
  readonly rowsRead: number;
  readonly bytesRead: number;
  /** Records and bytes to outputs: files and checkpoint parts. */
  readonly rowsWritten: number;
  readonly bytesWritten: number;
  readonly shuffleReadRecords: number;
  readonly shuffleReadBytes: number;
  readonly shuffleWriteRecords: number;
  readonly shuffleWriteBytes: number;
  /** Bytes of sorted runs written to disk for want of memory. */
  readonly spilledBytes: number;
  /** The most bytes of the memory budget the task held at once. */
  readonly peakMemoryBytes: number;
  /** What the parts of the task that gather records held at most each, and wrote out. */
  readonly consumers: readonly ConsumerUse[];
  /** From start to end where the task ran, without waiting for a slot. */
  readonly durationMs: number;
  /** Bytes of the result handed to the driver. */
  readonly resultBytes: number;
}

/** The metrics of a task that did nothing. */
export const NO_METRICS: TaskMetrics = Object.freeze({
  rowsRead: 0,
  bytesRead: 0,
  rowsWritten: 0,
  bytesWritten: 0,
  shuffleReadRecords: 0,
  shuffleReadBytes: 0,
  shuffleWriteRecords: 0,
  shuffleWriteBytes: 0,
  spilledBytes: 0,
  peakMemoryBytes: 0,
  consumers: Object.freeze([]),
  durationMs: 0,
  resultBytes: 0,
});

/** When it happened: milliseconds since the epoch. */
interface Moment {
  readonly atMs: number;
}

export interface SessionOpened extends Moment {
  readonly kind: 'session-opened';
  readonly runId: RunId;
  readonly name: string;
  readonly directory: string;
  /** How many tasks run at a time. */
  readonly slots: number;
  readonly memoryBytes: number;
}

export interface SessionClosed extends Moment {
  readonly kind: 'session-closed';
  readonly runId: RunId;
}

/** How a job ended. */
export type JobOutcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly error: SerializedError }
  | { readonly kind: 'cancelled'; readonly reason: string };

export interface JobSubmitted extends Moment {
  readonly kind: 'job-submitted';
  readonly jobId: JobId;
  /** The action, as `count at job.ts:14`. */
  readonly name: string;
  readonly pool: string;
  /** All stages of its graph, in ascending order; some may be skipped. */
  readonly stageIds: readonly StageId[];
}

export interface JobEnded extends Moment {
  readonly kind: 'job-ended';
  readonly jobId: JobId;
  readonly outcome: JobOutcome;
}

/** A stage whose work is already there. */
export interface StageSkipped extends Moment {
  readonly kind: 'stage-skipped';
  readonly jobId: JobId;
  readonly stageId: StageId;
  readonly name: string;
  readonly taskCount: number;
  /** What made it unnecessary; `earlier-run` is what another process committed before. */
  readonly reason: 'map-outputs' | 'blocks' | 'checkpoint' | 'earlier-run';
}

export interface StageSubmitted extends Moment {
  readonly kind: 'stage-submitted';
  readonly jobId: JobId;
  readonly stageId: StageId;
  /** 0 for the first try. */
  readonly attempt: number;
  /** The stage's last step and where it was written, as `map at job.ts:12`. */
  readonly name: string;
  /** Tasks of this attempt: only the partitions that are missing. */
  readonly taskCount: number;
  /** The shuffle it writes; undefined for a result stage. */
  readonly shuffleId: ShuffleId | undefined;
  /** The stages whose shuffles it reads, run or skipped. */
  readonly parentIds: readonly StageId[];
}

export interface StageCompleted extends Moment {
  readonly kind: 'stage-completed';
  readonly stageId: StageId;
  readonly attempt: number;
}

export interface StageFailed extends Moment {
  readonly kind: 'stage-failed';
  readonly stageId: StageId;
  readonly attempt: number;
  readonly error: SerializedError;
  /** Whether another attempt follows. */
  readonly willRetry: boolean;
}

/** How a task attempt ended. `fetch-failed`: map outputs it reads were lost; it says nothing against the task. */
export type TaskEndOutcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly error: SerializedError; readonly willRetry: boolean }
  | { readonly kind: 'fetch-failed'; readonly shuffleId: ShuffleId; readonly mapIndex: number }
  | { readonly kind: 'cancelled' };

interface TaskMoment extends Moment {
  readonly taskId: TaskId;
  readonly stageId: StageId;
  readonly stageAttempt: number;
  readonly partition: number;
  /** 0 for the first try of this partition in this stage attempt. */
  readonly attempt: number;
}

export interface TaskStarted extends TaskMoment {
  readonly kind: 'task-started';
  /** Where it runs: `driver` when inline. */
  readonly executor: string;
  /** Whether it is a second copy of a slow task. */
  readonly speculative: boolean;
}

export interface TaskEnded extends TaskMoment {
  readonly kind: 'task-ended';
  readonly outcome: TaskEndOutcome;
  readonly metrics: TaskMetrics;
}

/** A block was stored, or stored elsewhere; sizes are where it is now, 0 where it is not. */
export interface BlockStored extends Moment {
  readonly kind: 'block-stored';
  /** Its name, as `rdd_3_7`. */
  readonly block: string;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** A block left memory to make room. */
export interface BlockEvicted extends Moment {
  readonly kind: 'block-evicted';
  readonly block: string;
  readonly freedBytes: number;
  /** Its size on disk now; 0 when it is not there, and is computed again when needed. */
  readonly diskBytes: number;
}

/** A block was given up because the user unpersisted its dataset. */
export interface BlockDropped extends Moment {
  readonly kind: 'block-dropped';
  readonly block: string;
}

/** A block was found missing or damaged; it is computed again when needed. */
export interface BlockLost extends Moment {
  readonly kind: 'block-lost';
  readonly block: string;
  readonly reason: string;
}

/** A map output was found missing or damaged; its map task runs again. */
export interface ShuffleOutputLost extends Moment {
  readonly kind: 'shuffle-output-lost';
  readonly shuffleId: ShuffleId;
  readonly mapIndex: number;
  readonly reason: string;
}

/** A sort or an aggregation wrote a sorted run for want of memory. */
export interface Spilled extends Moment {
  readonly kind: 'spilled';
  readonly taskId: TaskId;
  readonly rowCount: number;
  readonly sizeBytes: number;
}

/** A checkpoint became visible, whole. */
export interface CheckpointCommitted extends Moment {
  readonly kind: 'checkpoint-committed';
  readonly nodeId: NodeId;
  readonly path: string;
  readonly partCount: number;
  readonly rowCount: number;
  readonly sizeBytes: number;
}

/** What earlier runs committed takes the place of computing it. */
export interface WorkReused extends Moment {
  readonly kind: 'work-reused';
  /** The runs that committed it. */
  readonly fromRuns: readonly RunId[];
  readonly checkpoints: number;
  /** Map outputs that are read where they were left, and the map tasks of their shuffles. */
  readonly mapOutputs: number;
  readonly mapTasks: number;
  readonly bytes: number;
  /** Task time that need not be spent again. */
  readonly savedMs: number;
}

/** What earlier runs committed is not what is computed now. */
export interface ReuseRefused extends Moment {
  readonly kind: 'reuse-refused';
  readonly fromRuns: readonly RunId[];
  readonly checkpoints: number;
  readonly shuffles: number;
  /** Which input, function or captured variable is another one; the causes first. */
  readonly reasons: readonly string[];
}

/** Something went on, but not as wanted; also given to the session's logger. */
export interface Warning extends Moment {
  readonly kind: 'warning';
  readonly message: string;
}

export type EngineEvent =
  | SessionOpened
  | SessionClosed
  | JobSubmitted
  | JobEnded
  | StageSkipped
  | StageSubmitted
  | StageCompleted
  | StageFailed
  | TaskStarted
  | TaskEnded
  | BlockStored
  | BlockEvicted
  | BlockDropped
  | BlockLost
  | ShuffleOutputLost
  | Spilled
  | CheckpointCommitted
  | WorkReused
  | ReuseRefused
  | Warning;
