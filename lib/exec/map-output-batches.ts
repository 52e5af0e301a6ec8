import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import type { MapOutputReader } from '../../storage/shuffle/map-output-reader.ts';
import { CairnError } from '../base/errors.ts';
import type { ShuffleId } from '../base/ids.ts';
import type { BatchIterator } from '../lineage/task-context.ts';
import type { MetricsCounter } from './metrics-counter.ts';

/**
 * A partition of all map outputs of a shuffle, by map partition, counted in `metrics`. Raises SHUFFLE_OUTPUT_LOST when the
 * task was given none, and what reading raises.
 */
export function* mapOutputBatches(
  reader: MapOutputReader,
  shuffles: ReadonlyMap<ShuffleId, readonly MapOutput[]>,
  shuffleId: ShuffleId,
  partition: number,
  metrics: MetricsCounter,
): BatchIterator {
  const outputs = shuffles.get(shuffleId);
  // A shuffle that was complete when the stage was planned may have lost an output since, or a cached block that stood
  // for it: the scheduler computes what is missing.
  if (outputs === undefined) {
    const [path, reason] = ['the shuffle directory', 'not all of its map outputs are there'];
    throw new CairnError('SHUFFLE_OUTPUT_LOST', { shuffle: shuffleId, map: -1, path, reason });
  }
  for (const output of outputs) {
    metrics.shuffleReadBytes += output.partitionBytes[partition] as number;
    metrics.shuffleReadRecords += output.partitionRows[partition] as number;
    yield* reader.readPartition(output, partition);
  }
}

/** The records of a partition of all map outputs. */
export function mapOutputRows(outputs: readonly MapOutput[], partition: number): number {
  let rows = 0;
  for (const { partitionRows } of outputs) rows += partitionRows[partition] as number;
  return rows;
}
