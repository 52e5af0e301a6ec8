import type { ShuffleId, TaskId } from '../../lib/base/ids.ts';

/** What one map task wrote for a shuffle: where it is and how much of it each reduce partition gets. */
export interface MapOutput {
  readonly shuffleId: ShuffleId;
  /** The map partition, 0-based. */
  readonly mapIndex: number;
  /** The attempt that wrote it, part of its file names. */
  readonly taskId: TaskId;
  /** Stored bytes per reduce partition; 0 means that it has no records. */
  readonly partitionBytes: readonly number[];
  readonly partitionRows: readonly number[];
}
