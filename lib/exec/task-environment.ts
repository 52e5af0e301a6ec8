import type { CodecName } from '../../formats/bytes/compression.ts';
import type { BlockId } from '../../storage/block/block-id.ts';
import type { BlockManager, ExportedBlock } from '../../storage/block/block-manager.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { MemoryBudget } from '../../storage/memory/memory-budget.ts';
import type { MapOutputReader } from '../../storage/shuffle/map-output-reader.ts';
import type { SpillQuota } from '../../storage/spill/spill-quota.ts';
import type { Clock } from '../base/clock.ts';
import type { TaskId } from '../base/ids.ts';
import type { CodegenMode } from './fused-chain.ts';
import type { HeapWatch } from './heap-watch.ts';

/** What tasks of one thread run with: its stores and settings. Made once per session and thread. */
export interface TaskEnvironment {
  readonly fileSystem: FileSystem;
  readonly blocks: BlockManager;
  /** Where what tasks hold is counted; the blocks' own. */
  readonly budget: MemoryBudget;
  readonly mapOutputs: MapOutputReader;
  /** Where map outputs of this run go. */
  readonly shuffleDirectory: string;
  /** A path in scratch space that nobody else uses. */
  readonly newScratchPath: (stem: string) => string;
  readonly clock: Clock;
  readonly codegen: CodegenMode;
  readonly batchRows: number;
  readonly shuffleCodec: CodecName;
  /** Memory one task may hold for shuffles before it spills, in bytes. */
  readonly taskMemoryBytes: number;
  /** What bounds the run files of all threads. */
  readonly spillQuota: SpillQuota;
  /** What keeps the thread's garbage within its memory. */
  readonly heap?: HeapWatch;
  /** In a worker: takes what the running task holds, in words, for the error in case that the thread runs out of memory. */
  readonly reportMemory?: (holders: string) => void;
  /** In a worker: a block of another one's that was handed over for this task alone. */
  readonly borrowedBlock?: (id: BlockId) => ExportedBlock | undefined;
  /** In a worker: whether a task is to stop, asked by loops that no message can reach. */
  readonly isCancelled?: (taskId: TaskId) => boolean;
}
