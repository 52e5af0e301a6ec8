import type { RunId, ShuffleId, TaskId } from '../../lib/base/ids.ts';

/** What names the files of an output that another run wrote: shuffles and tasks are counted in each run. */
export interface MapOutputOrigin {
  readonly run: RunId;
  readonly shuffleId: ShuffleId;
  readonly taskId: TaskId;
}

/** What one map task wrote for a shuffle: where it is and how much of it each reduce partition gets. */
export interface MapOutput {
  /** The shuffle in this run. */
  readonly shuffleId: ShuffleId;
  /** The map partition, 0-based; the same in every run. */
  readonly mapIndex: number;
  /** The attempt that wrote it, part of its file names; counted in the run that wrote it. */
  readonly taskId: TaskId;
  /** Stored bytes per reduce partition; 0 means that it has no records. */
  readonly partitionBytes: readonly number[];
  readonly partitionRows: readonly number[];
  /** The other run that wrote it, whose files are read where they are. Undefined for an output of this run. */
  readonly from?: MapOutputOrigin;
}

/** Bytes and records of an output, all partitions together. */
export function totalsOf({ partitionBytes, partitionRows }: MapOutput): {
  readonly bytes: number;
  readonly rowCount: number;
} {
  return { bytes: sumOf(partitionBytes), rowCount: sumOf(partitionRows) };
}

function sumOf(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
