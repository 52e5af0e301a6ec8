/**
 * Where the files of a map output lie, and whose they say they are. Those of another run stay in that run's directory,
 * `<data>/shuffle/<run>`, a sibling of this run's, and under the names and checksums they were written with.
 */
import { dirname, join } from 'node:path';
import { shuffleDataFile, shuffleIndexFile } from '../block/block-id.ts';
import { subdirectoryOf } from '../block/hashed-directory.ts';
import { joinInside } from '../fs/safe-path.ts';
import type { MapOutput } from './map-output.ts';
import type { MapOutputOwner } from './map-output-index.ts';

/** What leads to an output's files. */
export type PlacedMapOutput = Pick<MapOutput, 'shuffleId' | 'taskId' | 'from'>;

/** The file of an output's records; `directory` is this run's shuffle directory. */
export function mapOutputDataPath(directory: string, output: PlacedMapOutput): string {
  const { shuffleId, taskId } = output.from ?? output;
  return placeOf(directory, output, shuffleDataFile(shuffleId, taskId));
}

/** The file that says where each reduce partition lies; `directory` is this run's shuffle directory. */
export function mapOutputIndexPath(directory: string, output: PlacedMapOutput): string {
  const { shuffleId, taskId } = output.from ?? output;
  return placeOf(directory, output, shuffleIndexFile(shuffleId, taskId));
}

/** Whom both files name as their owner. */
export function writerOf(output: PlacedMapOutput & Pick<MapOutput, 'mapIndex'>): MapOutputOwner {
  const { shuffleId, taskId } = output.from ?? output;
  return { shuffleId, taskId, mapIndex: output.mapIndex };
}

function placeOf(directory: string, { from }: PlacedMapOutput, file: string): string {
  // The run comes from a row: it must not lead elsewhere.
  const home = from === undefined ? directory : joinInside(dirname(directory), from.run);
  return join(home, subdirectoryOf(file), file);
}
