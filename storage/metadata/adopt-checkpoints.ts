/**
 * Checkpoints below the data directory that no row names: what is left when rows were lost, as when an older copy of
 * the database was put back. The manifest was the commit, so that a complete one gets its row again; what is none, and
 * has nothing but the engine's files, is what a removal or a killed process left, and goes.
 *
 * Outside of the data directory nothing is looked for: a checkpoint directory may be shared with other data directories.
 */
import { join } from 'node:path';
import type { ErrorCode } from '../../lib/base/error-table.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { reasonOf } from '../block/damage.ts';
import { kindOfName } from '../checkpoint/checkpoint-names.ts';
import { openCheckpoint, verifyCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { removeCheckpoint } from '../checkpoint/remove-checkpoint.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { CheckpointCatalog } from './checkpoint-catalog.ts';

export interface AdoptionReport {
  /** Directories of complete checkpoints, which have rows now. */
  readonly adopted: readonly string[];
  readonly removed: readonly string[];
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
}

/** Folders of the data directory in which there are no checkpoints. */
const OTHER_FOLDERS: ReadonlySet<string> = new Set(['blocks', 'shuffle', 'scratch']);

/** What says that there is no checkpoint, rather than that it cannot be looked at, or is one of a newer release. */
const NO_CHECKPOINT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CHECKPOINT_NOT_FOUND',
  'CORRUPT_DATA',
  'CORRUPT_FILE',
  'FILE_NOT_FOUND',
]);

/** See the file header. `directory` is the data directory. Raises what the catalog raises. */
export function adoptCheckpoints(
  catalog: CheckpointCatalog,
  { fileSystem, directory }: { readonly fileSystem: FileSystem; readonly directory: string },
): AdoptionReport {
  const report = {
    adopted: [] as string[],
    removed: [] as string[],
    failures: [] as AdoptionReport['failures'][number][],
  };
  const named = new Set(catalog.list().map((entry) => entry.directory));
  const visit = (path: string, isTop: boolean): void => {
    attempt(path, () => {
      for (const { name, kind } of fileSystem.list(path)) {
        // Links are not followed: they may lead anywhere, and round.
        if (kind !== 'directory' || (isTop && OTHER_FOLDERS.has(name))) continue;
        const below = join(path, name);
        if (!/^rdd-\d+$/.test(name)) visit(below, false);
        else if (!named.has(below)) attempt(below, () => settle(below));
      }
    });
  };
  const settle = (path: string): void => {
    try {
      const checkpoint = openCheckpoint(fileSystem, path);
      // It is not known since when it lies there: each byte is looked at.
      verifyCheckpoint(fileSystem, checkpoint);
      catalog.recordAdopted(checkpoint.place.directory, checkpoint.manifest);
      report.adopted.push(path);
    } catch (error) {
      if (!(error instanceof CairnError) || !NO_CHECKPOINT.has(error.code)) throw error;
      const names = fileSystem.list(path);
      if (names.length > 0 && names.every(({ name }) => kindOfName(name) === 'foreign')) return;
      removeCheckpoint(fileSystem, path);
      report.removed.push(path);
    }
  };
  const attempt = (path: string, step: () => void): void => {
    try {
      step();
    } catch (error) {
      if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
      report.failures.push({ path, reason: reasonOf(error) });
    }
  };
  visit(directory, true);
  return report;
}
