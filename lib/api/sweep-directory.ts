/**
 * Puts a data directory in order without a session: rows and files are made to agree, and what nobody needs any more is
 * removed. A dry run does the same to a copy of the metadata in memory, with files whose removal is noted alone, so that
 * what it tells is what would be done.
 */
import { join, resolve } from 'node:path';
import { DirectoryLock } from '../../storage/fs/directory-lock.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { type ProcessTable, systemProcesses } from '../../storage/fs/process-identity.ts';
import { RemovalJournal, type RemovedFile } from '../../storage/fs/removal-journal.ts';
import { adoptCheckpoints } from '../../storage/metadata/adopt-checkpoints.ts';
import { checkRetained } from '../../storage/metadata/check-retained.ts';
import { CheckpointCatalog } from '../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import { FingerprintStore } from '../../storage/metadata/fingerprint-store.ts';
import { FoundValues } from '../../storage/metadata/found-values.ts';
import { RunReader } from '../../storage/metadata/run-reader.ts';
import { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { CairnError } from '../base/errors.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { resolveConfig } from '../config/config.ts';
import { findLiveRuns, type LiveRuns, NO_LIVE_RUNS } from './live-runs.ts';
import { type RecoveryReport, recoverDirectory } from './recover-directory.ts';
import { DATABASE_FILE } from './session-storage.ts';

/** How a data directory is swept. */
export interface SweepDirectoryOptions {
  /** Tells what would be done, and does nothing; needs no lock, and passes over what a session is working with. */
  readonly dryRun?: boolean;
  /** Reads every byte of checkpoints and retained map outputs: damaged ones count as gone. */
  readonly everyByte?: boolean;
  /** How long map outputs of runs that did not complete stay, in milliseconds or as `'7 d'`; the option `shuffle.retain` unless said. */
  readonly retain?: number | string;
}

/** What a sweep did, or would do. */
export interface DirectorySweep {
  /** Absolute. */
  readonly directory: string;
  /** In the order of removal. */
  readonly removed: readonly RemovedFile[];
  /** Checkpoints whose bytes are gone or damaged: their rows say so now. */
  readonly lostCheckpoints: readonly { readonly directory: string; readonly reason: string }[];
  /** Directories of complete checkpoints whose rows were missing, or did not say so. */
  readonly foundCheckpoints: readonly string[];
  /** Retained map outputs whose rows went since a file is gone or damaged, by the path of that file. */
  readonly lostOutputs: readonly string[];
  /** Shuffles that were retained too long ago. */
  readonly expiredShuffles: number;
  /** Records behind fingerprints, and values found for map outputs, that nothing stored leads to. */
  readonly prunedRecords: number;
  /** What could not be looked at or removed, `path: reason`. */
  readonly failures: readonly string[];
}

/** What specs replace. */
export interface DirectoryParts {
  readonly fileSystem?: FileSystem;
  readonly processes?: ProcessTable;
  readonly clock?: Clock;
}

/**
 * Removes what dead runs left, map outputs that were retained too long, what checkpoints that were not completed left, and
 * records that nothing leads to; rows whose files are gone go too or say so, and complete checkpoints below the
 * directory that no row names are named again. Takes the directory's lock as a session does: raises DIRECTORY_LOCKED and
 * its kin while one has it open, CATALOG_NOT_FOUND where no session has been, INVALID_OPTION for `retain`, and what the
 * metadata raises. What cannot be removed is among `failures`.
 *
 * ```ts
 * for (const { path, sizeBytes } of sweepDirectory('.cairn', { dryRun: true }).removed) console.log(path, sizeBytes);
 * ```
 */
export function sweepDirectory(
  directory = '.cairn',
  options: SweepDirectoryOptions = {},
  parts: DirectoryParts = {},
): DirectorySweep {
  const { fileSystem = nodeFileSystem, processes = systemProcesses(), clock = systemClock } = parts;
  const { dryRun = false, everyByte = false, retain } = options;
  const retainMs = resolveConfig(retain === undefined ? {} : { shuffle: { retain } })['shuffle.retain'];
  const path = resolve(directory);
  requireCatalog(fileSystem, path);
  if (!dryRun) {
    using _lock = DirectoryLock.acquire(fileSystem, path, processes, { clock });
    using database = MetadataDatabase.open(join(path, DATABASE_FILE), { fileSystem, clock });
    // Ours is the lock: whatever is there belongs to nobody else.
    const nobody: ProcessTable = { ...processes, stateOf: () => 'dead' };
    return sweepWith({
      path,
      fileSystem,
      processes: nobody,
      database,
      live: NO_LIVE_RUNS,
      dryRun,
      everyByte,
      retainMs,
    });
  }
  using database = MetadataDatabase.openCopy(join(path, DATABASE_FILE), { fileSystem, clock });
  const live = findLiveRuns(fileSystem, path, processes, new RunReader(database).listRuns());
  return sweepWith({ path, fileSystem, processes, database, live, dryRun, everyByte, retainMs });
}

driverOnly('directory function', sweepDirectory);

/** Raises CATALOG_NOT_FOUND where no session has been. */
export function requireCatalog(fileSystem: FileSystem, directory: string): void {
  if (fileSystem.stat(join(directory, DATABASE_FILE), { follow: true }) === undefined) {
    throw new CairnError('CATALOG_NOT_FOUND', { directory });
  }
}

interface SweepParts {
  readonly path: string;
  readonly fileSystem: FileSystem;
  readonly processes: ProcessTable;
  readonly database: MetadataDatabase;
  readonly live: LiveRuns;
  readonly dryRun: boolean;
  readonly everyByte: boolean;
  readonly retainMs: number;
}

/** Sweeps with the given metadata, which may be a copy. Shared with `verifyDirectory`, which looks at what would be done. */
export function sweepWith(parts: SweepParts): DirectorySweep {
  const { path, processes, database, live, dryRun, everyByte, retainMs } = parts;
  const { isAlive, isLive } = live;
  const journal = new RemovalJournal(parts.fileSystem, { dryRun });
  const shuffles = new ShuffleCatalog(database);
  const damaged: string[] = [];
  if (everyByte) {
    const options = { fileSystem: journal, shuffleRoot: join(path, 'shuffle'), isLive, everyByte };
    for (const each of checkRetained(shuffles, options).damaged) {
      shuffles.forgetOutput(each.shuffle.run, each.shuffle.shuffle, each.mapIndex);
      damaged.push(each.path);
    }
  }
  const directory = { directory: path, fileSystem: journal, database, processes };
  const recovered: RecoveryReport = recoverDirectory({ ...directory, retainMs, isAlive, isLive, everyByte });
  const adoption = adoptCheckpoints(new CheckpointCatalog(database), { fileSystem: journal, directory: path });
  return {
    directory: path,
    removed: journal.removed,
    lostCheckpoints: recovered.lostCheckpoints,
    foundCheckpoints: [...recovered.foundCheckpoints, ...adoption.adopted],
    lostOutputs: [...damaged, ...recovered.missingOutputs],
    expiredShuffles: recovered.expiredShuffles,
    prunedRecords: new FingerprintStore(database).prune() + new FoundValues(database).prune(),
    failures: [...recovered.failures, ...adoption.failures.map((failure) => `${failure.path}: ${failure.reason}`)],
  };
}
