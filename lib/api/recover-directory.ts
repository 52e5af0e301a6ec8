/**
 * What is done in a data directory before anyone works in it: the runs of dead owners are marked killed, and what they
 * left is removed, but for what rows name. Rows and files are compared; where they come apart the files lead, and a row
 * goes before its files do.
 */
import { join } from 'node:path';
import { reasonOf } from '../../storage/block/damage.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { ProcessTable } from '../../storage/fs/process-identity.ts';
import { ScratchSpace } from '../../storage/fs/scratch-space.ts';
import { CheckpointCatalog } from '../../storage/metadata/checkpoint-catalog.ts';
import type { MetadataDatabase } from '../../storage/metadata/database.ts';
import { markDeadRuns } from '../../storage/metadata/job-log.ts';
import { reconcileCheckpoints } from '../../storage/metadata/reconcile-checkpoints.ts';
import { reconcileRetained } from '../../storage/metadata/reconcile-retained.ts';
import type { RunOwner } from '../../storage/metadata/rows.ts';
import { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import { sweep } from '../../storage/sweep/sweeper.ts';
import { CairnError } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import type { RunId } from '../base/ids.ts';

export interface RecoveryOptions {
  readonly directory: string;
  readonly fileSystem: FileSystem;
  readonly database: MetadataDatabase;
  /** Tells which scratch folders are of dead owners. */
  readonly processes: ProcessTable;
  /** How long map outputs of runs that did not complete stay. */
  readonly retainMs: number;
  /** Reads every byte of checkpoints. */
  readonly everyByte?: boolean;
  /** Whether the process still is the one that wrote a run's row; nobody's is where the lock is ours. */
  readonly isAlive?: (owner: RunOwner) => boolean;
  /** Whether the run may be at work; none is where the lock is ours. */
  readonly isLive?: (run: RunId) => boolean;
}

/** Rows that were changed, and what could not be looked at or removed. */
export interface RecoveryReport {
  readonly killedRuns: readonly RunId[];
  /** Directories of checkpoints whose bytes are gone, with the reason. */
  readonly lostCheckpoints: readonly { readonly directory: string; readonly reason: string }[];
  /** Directories of checkpoints that are complete, whose rows did not say so. */
  readonly foundCheckpoints: readonly string[];
  /** Shuffles that were retained too long ago. */
  readonly expiredShuffles: number;
  /** Files that are gone, whose rows went too. */
  readonly missingOutputs: readonly string[];
  /** `path: reason`. The next session tries again. */
  readonly failures: readonly string[];
}

/** See the file header. Raises what the database and the listing of the directory's own folders raise. */
export function recoverDirectory(options: RecoveryOptions): RecoveryReport {
  const { directory, fileSystem, database, everyByte = false } = options;
  const { isAlive = () => false, isLive = () => false } = options;
  const killedRuns = markDeadRuns(database, isAlive);
  const shuffles = new ShuffleCatalog(database);
  const expiredShuffles = shuffles.forgetExpired(options.retainMs);
  failpoint('session/after-expired');
  const shuffleRoot = join(directory, 'shuffle');
  const retained = reconcileRetained(shuffles, { fileSystem, shuffleRoot, isLive });
  const blocks = sweep({ fileSystem, directory: join(directory, 'blocks'), isLive, isKnown: () => false });
  const outputs = sweepShuffles(fileSystem, shuffles, shuffleRoot, isLive);
  const checkpoints = reconcileCheckpoints(new CheckpointCatalog(database), { fileSystem, isLive, everyByte });
  const scratch = ScratchSpace.removeDead(fileSystem, directory, options.processes);
  return {
    killedRuns,
    lostCheckpoints: checkpoints.lost,
    foundCheckpoints: checkpoints.found,
    expiredShuffles,
    missingOutputs: retained.forgotten,
    failures: [
      ...[...retained.failures, ...blocks.failures, ...outputs].map(({ path, reason }) => `${path}: ${reason}`),
      ...checkpoints.failures.map((failure) => `${failure.directory}: ${failure.reason}`),
      ...scratch.map(({ path, error }) => `${path}: ${error instanceof CairnError ? reasonOf(error) : String(error)}`),
    ],
  };
}

/** Removes the map outputs of runs that are over, but for those that rows name. Gives what could not be removed. */
export function sweepShuffles(
  fileSystem: FileSystem,
  shuffles: ShuffleCatalog,
  shuffleRoot: string,
  isLive: (run: RunId) => boolean,
): readonly { readonly path: string; readonly reason: string }[] {
  const { failures } = sweep({
    fileSystem,
    directory: shuffleRoot,
    isLive,
    isKnown: ({ run, id }) =>
      (id.kind === 'shuffle-data' || id.kind === 'shuffle-index') && shuffles.isKnown(run, id.shuffleId, id.taskId),
  });
  return failures;
}
