/**
 * What an `Rdd` needs of its session: ids and call sites for new nodes, and jobs. Not public. `SessionEngine` implements it.
 */

import type { NodeStatus } from '../../storage/block/block-manager.ts';
import type { StorageLevel } from '../../storage/block/storage-level.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { NodeId, RunId, ShuffleId } from '../base/ids.ts';
import type { CallSite } from '../lineage/call-site.ts';
import type { FingerprintRecord } from '../lineage/fingerprint-record.ts';
import type { Fingerprints } from '../lineage/fingerprints.ts';
import type { LineageNode, NodeOrigin } from '../lineage/lineage-node.ts';
import type { ResultAction } from '../lineage/result-action.ts';

/** How one job is run, beyond what is in the session's settings. */
export interface JobOptions {
  /** The action's name, for the call site: `collect`. */
  readonly method: string;
  /** Partitions to run, all unless given. */
  readonly partitions?: readonly number[];
  /** Cancels the job when it aborts: JOB_CANCELLED. */
  readonly signal?: AbortSignal | undefined;
}

/** What a checkpoint is known by. */
export interface CheckpointSettings {
  /** The user's name for it. */
  readonly name?: string | undefined;
  /** The name is one that the engine made, and other checkpoints of the session may have it. */
  readonly mayRepeatName?: boolean | undefined;
  /** Of what the dataset computes, where that can be told. */
  readonly fingerprint?: string | undefined;
  /** Asked when all parts are written: whether the fingerprint still holds. Otherwise it is committed without one. */
  readonly stillHolds?: (() => Promise<boolean>) | undefined;
}

/** What became of a loop: what it went on from, or why it began anew. */
export interface LoopDecision {
  readonly callSite: CallSite;
  /** `refused`: an earlier loop of this name computes something else. `volatile`: it cannot be found again. */
  readonly decision: 'reused' | 'refused' | 'new' | 'volatile';
  /** Of the state it goes on from. */
  readonly fingerprint: string | undefined;
  /** Of that state's checkpoint. */
  readonly directory: string | undefined;
  /** After which that is the state. */
  readonly iteration: number | undefined;
  /** Whose work was there; of a state that it goes on from, the run that wrote it is on record. */
  readonly fromRun?: RunId | undefined;
  /** Why not. */
  readonly reasons: readonly string[];
}

/** What earlier runs left, for a session that goes on from it. */
export interface Reuse {
  readonly fingerprints: Fingerprints;
  /** The newest complete checkpoint of a fingerprint, verified whole; one that is damaged is noted as lost, and passed over. */
  findCheckpoint(fingerprint: string): Promise<{ readonly directory: string } | undefined>;
  /** Keeps records for as long as something is stored under a fingerprint that they lead to. */
  keepRecords(record: FingerprintRecord): void;
  /** The record kept of a fingerprint, last, and what was kept of what it leads to. */
  findRecord(fingerprint: string): FingerprintRecord | undefined;
  noteLoop(decision: LoopDecision): void;
}

export interface Engine {
  /** Partitions of a dataset made without a count. */
  readonly defaultParallelism: number;
  /** The `parallelism` option when the user set it: shuffles follow it then. */
  readonly configuredParallelism: number | undefined;
  readonly fileSystem: FileSystem;
  /** A path in the session's scratch space that nobody else uses. */
  newScratchPath(stem: string): string;
  /** Where the session keeps what is its own: its data directory, and that of its checkpoints where there is one. */
  readonly ownDirectories: readonly string[];
  /** The id and call site of a new node. Raises SESSION_CLOSED, and ACTION_INSIDE_TASK within a user's function. */
  origin(method: string): NodeOrigin;
  /**
   * Raises at once what shipping a function (or an object with functions) to the tasks would raise:
   * TASK_NOT_SERIALIZABLE. Nothing where tasks run in this thread.
   */
  checkClosure(fn: unknown): void;
  nextShuffleId(): ShuffleId;
  /** Runs a job; one result a partition, in order. Prepares what the lineage needs first. */
  runJob(node: LineageNode, action: ResultAction, options: JobOptions): Promise<unknown[]>;
  /** Keeps a dataset's blocks at this level once computed; NONE drops them. */
  persist(node: LineageNode, level: StorageLevel): void;
  unpersist(node: LineageNode): void;
  /** Marks a dataset for a checkpoint. Raises CHECKPOINT_DIR_NOT_SET, CHECKPOINT_NAME_TAKEN. */
  checkpoint(node: LineageNode, settings: CheckpointSettings): void;
  /** Marks a dataset for a local checkpoint, and keeps it at a level that goes with that. */
  localCheckpoint(node: LineageNode): void;
  /** Whether the dataset is marked for a local checkpoint, or has one. */
  isLocalCheckpoint(node: LineageNode): boolean;
  /** Writes the checkpoint of a marked dataset now. Raises what hinders it; the dataset is marked still then. */
  materialize(node: LineageNode, options: JobOptions): Promise<void>;
  /** Removes the map outputs that only the dataset's former lineage needs; none that a dataset made before `since` reads. */
  cleanShuffles(node: LineageNode, since?: NodeId): void;
  rename(node: LineageNode, name: string): void;
  blocksOf(id: NodeId): NodeStatus;
}
