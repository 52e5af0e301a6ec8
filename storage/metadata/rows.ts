/**
 * The rows of the metadata database as the engine holds them: one interface per table, named by its singular.
 *
 * A property is its column in camel case (`startedAtMs` is `started_at_ms`). `null` is SQL's NULL: not known, or not
 * yet. All times are milliseconds since the epoch, all sizes bytes. `docs/metadata.md` describes the tables.
 */
import type { SerializedError } from '../../lib/base/errors.ts';
import type { JobId, NodeId, RunId, ShuffleId, StageId, TaskId } from '../../lib/base/ids.ts';

/** A value that survives JSON. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** `killed`: the process died, or the work was cancelled, before it could say how it ended. */
export type RunState = 'running' | 'succeeded' | 'failed' | 'killed';

/** What tells a live process from a dead one whose pid was given to another. */
export interface RunOwner {
  readonly pid: number;
  /** Changes with every start of the machine; empty where the system has none. */
  readonly bootId: string;
  /** When the process began, in the system's own words. */
  readonly processStart: string;
}

/** A session: from its opening to its closing. */
export interface RunRow extends RunOwner {
  readonly run: RunId;
  readonly startedAtMs: number;
  /** For a killed run the last moment it is known to have lived. */
  readonly endedAtMs: number | null;
  readonly state: RunState;
  readonly command: string;
  readonly master: string;
  readonly nodeVersion: string;
  readonly cairnVersion: string;
  readonly options: { readonly [option: string]: JsonValue };
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly error: SerializedError | null;
}

/** An action. */
export interface JobRow {
  readonly run: RunId;
  readonly job: JobId;
  /** The node the action was called on: the root of the job's lineage. */
  readonly node: NodeId;
  readonly action: string;
  readonly callSite: string;
  readonly jobGroup: string | null;
  readonly description: string | null;
  readonly pool: string;
  readonly state: RunState;
  readonly submittedAtMs: number;
  readonly endedAtMs: number | null;
  /** Stages of the job, skipped ones included. */
  readonly stageCount: number;
  /** Stages that needed no run: their map outputs, blocks or checkpoints were there. */
  readonly skippedStageCount: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly error: SerializedError | null;
}

export type StageKind = 'result' | 'shuffle-map';
/** A row is written when the work is over, so nothing is ever `running` here. */
export type WorkState = 'succeeded' | 'failed' | 'killed';

/** One attempt of a stage, with the sums over its tasks. */
export interface StageRow {
  readonly run: RunId;
  readonly stage: StageId;
  readonly attempt: number;
  /** The job that ran it; later jobs that find its output skip it. */
  readonly job: JobId;
  readonly name: string;
  readonly kind: StageKind;
  /** The shuffle a `shuffle-map` stage writes. */
  readonly shuffle: ShuffleId | null;
  readonly taskCount: number;
  readonly state: WorkState;
  readonly submittedAtMs: number;
  readonly completedAtMs: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly shuffleReadBytes: number;
  readonly shuffleWriteBytes: number;
  readonly spilledBytes: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** The most that a task of it held. */
  readonly peakMemoryBytes: number | null;
}

/** `stage` waits for `parent`'s map outputs. */
export interface StageParentRow {
  readonly run: RunId;
  readonly stage: StageId;
  readonly parent: StageId;
}

/** One attempt at one partition of a stage. */
export interface TaskRow {
  readonly run: RunId;
  readonly task: TaskId;
  readonly stage: StageId;
  readonly stageAttempt: number;
  readonly partition: number;
  readonly attempt: number;
  readonly state: WorkState;
  /** Where it ran: `driver` or a worker's name. */
  readonly executor: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly shuffleReadBytes: number;
  readonly shuffleReadRecords: number;
  readonly shuffleWriteBytes: number;
  readonly shuffleWriteRecords: number;
  readonly spilledBytes: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** The most that its parts which gather records held together, in bytes. */
  readonly peakMemoryBytes: number | null;
}

/** A part of a task that gathers records: what it held at most, and wrote out. */
export interface TaskConsumerRow {
  readonly run: RunId;
  readonly stage: StageId;
  readonly stageAttempt: number;
  readonly task: TaskId;
  /** What it does: `sort by key`. */
  readonly consumer: string;
  readonly peakBytes: number;
  readonly spilledBytes: number;
}

/** A node of the lineage. Written once; only `name` and `storageLevel` may change. */
export interface LineageNodeRow {
  readonly run: RunId;
  readonly node: NodeId;
  readonly kind: string;
  /** Spark's class name: `MapPartitionsRDD`. */
  readonly className: string;
  readonly name: string | null;
  /** `file:line` of the user's call. */
  readonly callSite: string;
  /** `map at job.ts:14`. */
  readonly callSiteShort: string;
  readonly partitionCount: number;
  readonly partitioner: string | null;
  /** Spark's text of the level; null when it is not persisted. */
  readonly storageLevel: string | null;
  /** The job at whose start it was first seen. */
  readonly firstJob: JobId;
  /** Hex; null when what the node computes cannot be told apart. */
  readonly fingerprint: string | null;
}

export type DependencyKind = 'narrow' | 'shuffle';

/** `child` is computed from `parent`; `ordinal` counts the child's dependencies from 0. */
export interface LineageEdgeRow {
  readonly run: RunId;
  readonly child: NodeId;
  readonly ordinal: number;
  readonly parent: NodeId;
  readonly kind: DependencyKind;
  readonly shuffle: ShuffleId | null;
}

/** `partial`: some map outputs are missing; `removed`: its files are gone for good. */
export type ShuffleState = 'complete' | 'partial' | 'removed';

/** A shuffle with the sums over its map outputs. */
export interface ShuffleRow {
  readonly run: RunId;
  readonly shuffle: ShuffleId;
  readonly mapCount: number;
  readonly reducerCount: number;
  /** The node that reads the shuffle. */
  readonly node: NodeId;
  readonly state: ShuffleState;
  readonly totalBytes: number;
  readonly rowCount: number;
}

/** What one map task wrote for a shuffle; a later attempt replaces it. */
export interface MapOutputRow {
  readonly run: RunId;
  readonly shuffle: ShuffleId;
  readonly mapIndex: number;
  readonly task: TaskId;
  readonly bytes: number;
  readonly rowCount: number;
  /** Relative to the data directory. */
  readonly path: string;
}

/** `lost`: it should be there and is not, or is damaged; `dropped`: given up on purpose. */
export type BlockState = 'present' | 'lost' | 'dropped';

/** A stored partition (`rdd_3_7`). */
export interface BlockRow {
  readonly run: RunId;
  readonly block: string;
  readonly node: NodeId;
  readonly partition: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly storageLevel: string;
  readonly state: BlockState;
}

/**
 * `writing`: its files are being written, and are removed when its run is found dead; `complete`: every byte is on
 * disk; `lost`: it should be there and is not, or is damaged; `removing`: given up, its files are going.
 */
export type CheckpointState = 'writing' | 'complete' | 'lost' | 'removing';

/** A checkpoint. Outlives the rows of the run that wrote it. */
export interface CheckpointRow {
  /** Counted from 1 in its data directory. */
  readonly checkpoint: number;
  readonly run: RunId;
  readonly node: NodeId;
  readonly name: string | null;
  /** Of what was computed; null when it cannot be told apart, so that it is found by name alone. */
  readonly fingerprint: string | null;
  /** What its parts are marked with. */
  readonly owner: string;
  /** Its directory: relative to the data directory where it lies below it, absolute elsewhere. */
  readonly path: string;
  readonly state: CheckpointState;
  /** Why it is lost. */
  readonly reason: string | null;
  readonly partitionCount: number;
  /** Sums over the parts; 0 until it is complete. */
  readonly rowCount: number;
  readonly totalBytes: number;
  /** As the lineage shows it; the manifest has all of it. */
  readonly partitioner: string | null;
  readonly formatVersion: number;
  readonly createdAtMs: number;
  readonly committedAtMs: number | null;
  /** Task time that its run, and the runs it went on from, had spent when it was committed: what reusing it saves. */
  readonly elapsedMs: number | null;
}

/** A part of a complete checkpoint, as its manifest names it. */
export interface CheckpointPartRow {
  readonly checkpoint: number;
  readonly partition: number;
  readonly bytes: number;
  readonly rowCount: number;
  /** Unsigned 32 bits. */
  readonly checksum: number;
  readonly codec: string;
}

/** A shuffle of which map outputs stay for later runs. Outlives the rows of its run. */
export interface RetainedShuffleRow {
  /** That wrote the outputs; their files are in its folder. */
  readonly run: RunId;
  readonly shuffle: ShuffleId;
  /** Of the shuffle: the same one means the same outputs. */
  readonly fingerprint: string;
  readonly mapCount: number;
  readonly reducerCount: number;
  readonly createdAtMs: number;
}

/** A map output that stays: complete on disk when its row was written. */
export interface RetainedOutputRow {
  readonly mapIndex: number;
  /** The attempt that wrote it, part of its file names. */
  readonly task: TaskId;
  /** The length of its data file. */
  readonly bytes: number;
  readonly rowCount: number;
  /** How long its task took. */
  readonly durationMs: number;
}

/** What stands behind the fingerprint of a dataset or of a shuffle. */
export interface FingerprintRow {
  readonly fingerprint: string;
  /** The fingerprints it follows from directly. */
  readonly inputs: readonly string[];
  /** JSON text. */
  readonly record: string;
}

export type ReuseKind = 'checkpoint' | 'shuffle';

/**
 * `partial`: some map outputs were there; `refused`: there was something, of another fingerprint; `new`: there was
 * nothing; `volatile`: it has no fingerprint to be found by; `damaged`: what was there could not be read.
 */
export type ReuseOutcome = 'reused' | 'partial' | 'refused' | 'new' | 'volatile' | 'damaged';

/** What a run found of earlier ones for one checkpoint or shuffle, and what it did with it. */
export interface ReuseDecisionRow {
  readonly run: RunId;
  /** Counted from 0 in its run, in the order of the decisions. */
  readonly seq: number;
  readonly kind: ReuseKind;
  readonly node: NodeId;
  /** Null for a checkpoint. */
  readonly shuffle: ShuffleId | null;
  readonly callSite: string;
  readonly decision: ReuseOutcome;
  /** The run that wrote what was found. */
  readonly fromRun: RunId | null;
  readonly partsReused: number;
  readonly partCount: number;
  /** Of what was reused. */
  readonly bytes: number;
  /** Task time that was not spent again, where it is known. */
  readonly savedMs: number | null;
  /** Why not, or not all; the most telling one first. */
  readonly reasons: readonly string[];
}
