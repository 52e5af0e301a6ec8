import { join } from 'node:path';
import { CairnError } from '../../lib/base/errors.ts';
import { reasonOf } from '../block/damage.ts';
import { findMapOutput } from '../shuffle/find-map-output.ts';
import { mapOutputDataPath, mapOutputIndexPath } from '../shuffle/map-output-place.ts';
import { MapOutputReader } from '../shuffle/map-output-reader.ts';
import { corrupt } from '../spill/chunk-reader.ts';
import type { RetainedOptions } from './reconcile-retained.ts';
import type { RetainedOutputRow } from './rows.ts';
import type { RetainedShuffle, ShuffleCatalog } from './shuffle-catalog.ts';

export interface CheckRetainedOptions extends RetainedOptions {
  /** Reads all data; else the indexes and the lengths. */
  readonly everyByte: boolean;
}

/** A retained map output that is not as its row says. */
export interface RetainedDamage {
  readonly shuffle: RetainedShuffle;
  readonly mapIndex: number;
  /** The file that is gone or damaged. */
  readonly path: string;
  readonly reason: string;
  /** Where in the file damage was found. */
  readonly offset: number | undefined;
  /** Both of the output's files, be they there or not. */
  readonly files: readonly string[];
}

/** How many outputs were looked at, and those that are gone or damaged. */
export interface RetainedVerdict {
  readonly checked: number;
  readonly damaged: readonly RetainedDamage[];
}

/**
 * Compares the rows of retained map outputs with their files; changes neither. Raises what the catalog raises, and what
 * keeps a file from being looked at.
 */
export function checkRetained(catalog: ShuffleCatalog, options: CheckRetainedOptions): RetainedVerdict {
  const damaged: RetainedDamage[] = [];
  let checked = 0;
  for (const shuffle of catalog.list()) {
    if (options.isLive(shuffle.run)) continue;
    for (const output of shuffle.outputs) {
      checked++;
      try {
        check(shuffle, output, options);
      } catch (error) {
        if (!CairnError.is(error, 'SHUFFLE_OUTPUT_LOST')) throw error;
        // What was wrong is told by the cause, which may be about the other file.
        const { path = error.params.path, offset } = error.cause instanceof CairnError ? error.cause.params : {};
        const folder = join(options.shuffleRoot, shuffle.run);
        const names = { shuffleId: shuffle.shuffle, taskId: output.task };
        damaged.push({
          ...{ shuffle, mapIndex: output.mapIndex, path: String(path), reason: String(error.params.reason) },
          offset: typeof offset === 'number' ? offset : undefined,
          files: [mapOutputIndexPath(folder, names), mapOutputDataPath(folder, names)],
        });
      }
    }
  }
  return { checked, damaged };
}

function check(
  { run, shuffle: shuffleId, reducerCount: partitionCount }: RetainedShuffle,
  { mapIndex, task: taskId, bytes, rowCount }: RetainedOutputRow,
  { fileSystem, shuffleRoot, everyByte }: CheckRetainedOptions,
): void {
  const directory = join(shuffleRoot, run);
  const origin = { run, shuffleId, taskId };
  const output = findMapOutput(fileSystem, { directory, origin, mapIndex, partitionCount, shuffleId });
  new MapOutputReader({ fileSystem, directory }).check(output, { everyByte });
  const found = [sumOf(output.partitionRows), sumOf(output.partitionBytes)];
  if (found[0] === rowCount && found[1] === bytes) return;
  const expected = `${rowCount} records in ${bytes} bytes`;
  const path = mapOutputIndexPath(directory, output);
  const cause = corrupt(path, 0, expected, `${found[0]} in ${found[1]}`);
  const params = { shuffle: shuffleId, map: mapIndex, path, reason: reasonOf(cause) };
  throw new CairnError('SHUFFLE_OUTPUT_LOST', params, { cause });
}

function sumOf(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
