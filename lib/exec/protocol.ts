/**
 * Everything that is said between the session's thread and a worker, over one message port of their own: the user's code
 * may do with `parentPort` what it likes. Messages keep their order, so that a task finds what was sent before it.
 *
 * Only control travels here. Map outputs and blocks on disk are files both sides open; records of collections, broadcasts
 * and blocks that change hands are frames in shared memory; results come back as frames, transferred.
 */
import type { CodecName } from '../../formats/bytes/compression.ts';
import type { BlockEvent } from '../../storage/block/block-event.ts';
import type { BlockId } from '../../storage/block/block-id.ts';
import type { ExportedBlock } from '../../storage/block/block-manager.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import type { SpillQuotaSettings } from '../../storage/spill/spill-quota.ts';
import type { NodeId, ShuffleId, StageId, TaskId } from '../base/ids.ts';
import type { BroadcastUpdate } from './broadcasts.ts';
import type { ShippedRows } from './collection-slices.ts';
import type { CodegenMode } from './fused-chain.ts';
import type { WorkerMemory } from './memory-shares.ts';
import type { ShippedClasses } from './ship-classes.ts';
import type { ShippedOutcome } from './ship-outcome.ts';
import type { ShippedStage } from './ship-stage.ts';
import type { TaskDescription } from './task.ts';

/** What a worker is started with, as its `workerData`. */
export interface WorkerSettings {
  /** `worker-2`: its name in events, errors and names of files. */
  readonly name: string;
  /** Letters and digits that no other thread of this session has: keeps names of files apart. */
  readonly label: string;
  readonly memory: WorkerMemory;
  readonly blockDirectory: string;
  readonly shuffleDirectory: string;
  /** The session's scratch space, to attach to. */
  readonly scratchPath: string;
  readonly codegen: CodegenMode;
  readonly batchRows: number;
  readonly storageCodec: CodecName;
  readonly shuffleCodec: CodecName;
  readonly spill: SpillQuotaSettings;
  /** Where the thread says what its task holds: the bytes of a `MemoryBoard`. */
  readonly board: Uint8Array;
  /** `CancelFlag` is read here by loops that never give the event loop a turn. */
  readonly flags: Int32Array;
}

/** Where in `WorkerSettings.flags` the mark of the task to stop is; 0 when none is. */
export const CANCELLED_TASK = 0;
/** How many flags there are. */
export const FLAG_COUNT = 1;

/** What stands for a task in a flag, which holds 32 bits: never 0, and not the same for two that one thread has at a time. */
export function markOf(taskId: TaskId): number {
  return (taskId % MOST_MARKS) + 1;
}

const MOST_MARKS = 2 ** 31 - 1;

/** A task attempt, its stage being known to the worker. */
export interface ShippedTask extends Omit<TaskDescription, 'work' | 'shuffles'> {
  /** The shuffles it reads; their outputs were sent before. One that is not complete is left out. */
  readonly shuffles: readonly ShuffleId[];
  /** Records of collections that it reads. */
  readonly slices: readonly ShippedSlice[];
  /** Blocks that it reads and that other workers hold. */
  readonly blocks: readonly ExportedBlock[];
  /** Blocks that it reads and that are on disk, as far as the session knows. */
  readonly onDisk: readonly BlockId[];
}

/** One slice of a collection. */
export interface ShippedSlice {
  readonly nodeId: NodeId;
  readonly slice: number;
  readonly rows: ShippedRows;
}

export type ToWorker =
  | { readonly kind: 'stage'; readonly stage: ShippedStage }
  | { readonly kind: 'classes'; readonly classes: ShippedClasses }
  | { readonly kind: 'broadcasts'; readonly update: BroadcastUpdate }
  /** The outputs of a shuffle, in place of those sent before. */
  | { readonly kind: 'outputs'; readonly shuffleId: ShuffleId; readonly outputs: readonly MapOutput[] }
  | { readonly kind: 'run'; readonly task: ShippedTask }
  | { readonly kind: 'cancel'; readonly taskId: TaskId }
  | { readonly kind: 'export-block'; readonly request: number; readonly blockId: BlockId }
  | { readonly kind: 'forget-stage'; readonly stageId: StageId }
  | { readonly kind: 'forget-shuffle'; readonly shuffleId: ShuffleId }
  /** A dataset is not kept any more: its blocks leave memory. The session's thread removes the files. */
  | { readonly kind: 'drop-blocks'; readonly nodeId: NodeId }
  /** A block that was stored late, of a dataset that is not kept any more. */
  | { readonly kind: 'drop-block'; readonly blockId: BlockId }
  /** No more messages come: the worker ends once it has nothing to do. */
  | { readonly kind: 'close' };

export type FromWorker =
  /** It runs. `heapLimitBytes` is what V8 grants it, which may not be what was asked for. */
  | { readonly kind: 'ready'; readonly heapLimitBytes: number }
  /** The task has all it needs, and runs. */
  | { readonly kind: 'began'; readonly taskId: TaskId }
  | { readonly kind: 'ended'; readonly taskId: TaskId; readonly outcome: ShippedOutcome }
  | { readonly kind: 'block'; readonly event: BlockEvent }
  | { readonly kind: 'exported'; readonly request: number; readonly block: ExportedBlock | undefined };
