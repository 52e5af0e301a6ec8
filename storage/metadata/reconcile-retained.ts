import { join } from 'node:path';
import { CairnError } from '../../lib/base/errors.ts';
import type { RunId } from '../../lib/base/ids.ts';
import { reasonOf } from '../block/damage.ts';
import { HashedDirectory } from '../block/hashed-directory.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { mapOutputDataPath, mapOutputIndexPath } from '../shuffle/map-output-place.ts';
import type { ShuffleCatalog } from './shuffle-catalog.ts';

export interface RetainedOptions {
  readonly fileSystem: FileSystem;
  /** Holds one folder a run. */
  readonly shuffleRoot: string;
  /** Whether the run may still be writing: its rows are passed over. */
  readonly isLive: (run: RunId) => boolean;
}

export interface RetainedReport {
  /** Outputs whose files are gone, by the path of the first that is; their rows have gone too. */
  readonly forgotten: readonly string[];
  /** Runs whose folder could not be looked at: their rows stay as they are. */
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Lets go the rows of retained map outputs whose files are gone: of a whole run where its folder is. One listing a run:
 * what is in the files is looked at when they are reused. Raises what the catalog raises, and nothing of a single run.
 */
export function reconcileRetained(catalog: ShuffleCatalog, options: RetainedOptions): RetainedReport {
  const { fileSystem, shuffleRoot, isLive } = options;
  const forgotten: string[] = [];
  const failures: { readonly path: string; readonly reason: string }[] = [];
  const filesOf = new Map<RunId, ReadonlySet<string> | undefined>();
  for (const { run, shuffle, outputs } of catalog.list()) {
    if (isLive(run)) continue;
    const folder = join(shuffleRoot, run);
    if (!filesOf.has(run)) filesOf.set(run, findFiles(fileSystem, folder, failures));
    const files = filesOf.get(run);
    if (files === undefined) continue;
    for (const { mapIndex, task, bytes } of outputs) {
      const names = { shuffleId: shuffle, taskId: task };
      const paths = [mapOutputIndexPath(folder, names), ...(bytes > 0 ? [mapOutputDataPath(folder, names)] : [])];
      const missing = paths.find((path) => !files.has(path));
      if (missing === undefined) continue;
      catalog.forgetOutput(run, shuffle, mapIndex);
      forgotten.push(missing);
    }
  }
  return { forgotten, failures };
}

/** Every file of a run; undefined when its folder cannot be looked at, which says nothing about what is in it. */
function findFiles(
  fileSystem: FileSystem,
  folder: string,
  failures: { readonly path: string; readonly reason: string }[],
): ReadonlySet<string> | undefined {
  try {
    return new Set([...new HashedDirectory(fileSystem, folder).files()].map(({ path }) => path));
  } catch (error) {
    if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
    failures.push({ path: folder, reason: reasonOf(error) });
    return undefined;
  }
}
