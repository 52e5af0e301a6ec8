import type { RunId, ShuffleId } from '../../lib/base/ids.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { type SweepReport, sweep } from '../sweep/sweeper.ts';
import type { ShuffleCatalog } from './shuffle-catalog.ts';

/**
 * Removes what is retained of a run that is over, or of one of its shuffles: rows first, so that at no moment one names
 * files that are gone, then the files; what cannot be removed is reported and goes with the next sweep. `shuffleRoot` holds
 * one folder a run. Raises what the catalog and listing that folder raise.
 */
export function removeRetained(
  fileSystem: FileSystem,
  catalog: ShuffleCatalog,
  shuffleRoot: string,
  what: RunId | { readonly run: RunId; readonly shuffle: ShuffleId },
): SweepReport {
  const { run, shuffle } = typeof what === 'string' ? { run: what, shuffle: undefined } : what;
  if (shuffle === undefined) catalog.forgetRun(run);
  else catalog.forgetShuffle(run, shuffle);
  return sweep({
    fileSystem,
    directory: shuffleRoot,
    isLive: (other) => other !== run,
    isKnown: ({ id }) => shuffle !== undefined && 'shuffleId' in id && id.shuffleId !== shuffle,
  });
}
