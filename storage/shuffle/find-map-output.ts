import type { ShuffleId } from '../../lib/base/ids.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { lostUnlessRead } from './lost-output.ts';
import type { MapOutput, MapOutputOrigin } from './map-output.ts';
import { describeOutput, readIndex } from './map-output-index.ts';
import { mapOutputIndexPath, writerOf } from './map-output-place.ts';

/** An output of another run, as the catalog names it, and the shuffle of this run it is to serve. */
export interface MapOutputQuery {
  /** This run's shuffle directory. */
  readonly directory: string;
  readonly origin: MapOutputOrigin;
  readonly mapIndex: number;
  /** Reduce partitions. */
  readonly partitionCount: number;
  readonly shuffleId: ShuffleId;
}

/**
 * The output as a reader takes it. Its index is verified: whose it is, for how many partitions, and its checksum; of the
 * data nothing is looked at, which is what `MapOutputReader.check` is for. Raises SHUFFLE_OUTPUT_LOST when the index is
 * missing or damaged; other errors of the file system pass through.
 */
export function findMapOutput(fileSystem: FileSystem, query: MapOutputQuery): MapOutput {
  const { directory, origin, mapIndex, partitionCount, shuffleId } = query;
  const named = { shuffleId, mapIndex, taskId: origin.taskId, from: origin };
  const path = mapOutputIndexPath(directory, named);
  const { chunks } = lostUnlessRead(named, path, () => readIndex(fileSystem, path, writerOf(named), partitionCount));
  return { ...describeOutput(named, partitionCount, chunks), from: origin };
}
