/**
 * A session's hold on its data directory: the lock, the metadata database, and folders of its own for what does not
 * outlive it. Opening takes over from dead owners: their runs are marked killed and their files removed; a live
 * owner's are never touched. Layout: storage/README.md.
 */
import { join, resolve } from 'node:path';
import { reasonOf } from '../../storage/block/damage.ts';
import { DirectoryLock } from '../../storage/fs/directory-lock.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { type ProcessTable, systemProcesses } from '../../storage/fs/process-identity.ts';
import { ScratchSpace } from '../../storage/fs/scratch-space.ts';
import { CheckpointCatalog } from '../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import { hasRun, markDeadRuns } from '../../storage/metadata/job-log.ts';
import { reconcileCheckpoints } from '../../storage/metadata/reconcile-checkpoints.ts';
import { sweep } from '../../storage/sweep/sweeper.ts';
import { attemptAll } from '../base/attempt-all.ts';
import type { Clock } from '../base/clock.ts';
import { CairnError } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import { type RunId, runId } from '../base/ids.ts';
import { freshSeed } from '../base/random.ts';

export interface SessionStorageOptions {
  readonly directory: string;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly processes?: ProcessTable;
}

/** The metadata database in a data directory. */
export const DATABASE_FILE = 'cairn.sqlite';

/** Folders below the data directory that hold one folder per run, with files named as blocks. */
const RUN_FOLDERS = ['blocks', 'shuffle'] as const;

export class SessionStorage implements Disposable {
  readonly directory: string;
  readonly run: RunId;
  readonly database: MetadataDatabase;
  readonly processes: ProcessTable;
  readonly #fileSystem: FileSystem;
  readonly #lock: DirectoryLock;
  readonly #scratch: ScratchSpace;
  /** What earlier runs left and could not be removed: `path: reason`. The next session tries again. */
  readonly notSwept: readonly string[];

  private constructor(
    options: SessionStorageOptions,
    lock: DirectoryLock,
    database: MetadataDatabase,
    scratch: ScratchSpace,
    notSwept: readonly string[],
  ) {
    this.#scratch = scratch;
    this.notSwept = notSwept;
    this.directory = lock.directory;
    this.processes = options.processes ?? systemProcesses();
    this.#fileSystem = options.fileSystem;
    this.#lock = lock;
    this.database = database;
    let run = newRunId();
    while (hasRun(database, run)) run = newRunId();
    this.run = run;
  }

  /** Raises DIRECTORY_LOCKED when another session owns the directory, INVALID_OPTION for a file, and what the database raises. */
  static open(options: SessionStorageOptions): SessionStorage {
    const { fileSystem, clock, processes = systemProcesses() } = options;
    const lock = lockDirectory(fileSystem, resolve(options.directory), processes, clock);
    failpoint('session/after-lock');
    let database: MetadataDatabase | undefined;
    let scratch: ScratchSpace | undefined;
    try {
      database = MetadataDatabase.open(join(lock.directory, DATABASE_FILE), { clock, fileSystem });
      // We hold the lock: whatever run was not ended belongs to a process that died, or lost the directory.
      markDeadRuns(database, () => false);
      const notSwept = RUN_FOLDERS.flatMap((folder) => sweepRuns(fileSystem, join(lock.directory, folder)));
      const { failures } = reconcileCheckpoints(new CheckpointCatalog(database), { fileSystem, isLive: () => false });
      notSwept.push(...failures.map((failure) => `${failure.directory}: ${failure.reason}`));
      // Nor does another owner of scratch space, be it this very process: its session has lost the directory.
      scratch = ScratchSpace.open(fileSystem, lock.directory, { ...processes, stateOf: () => 'dead' });
      notSwept.push(
        ...scratch.notRemoved.map(
          ({ path, error }) => `${path}: ${error instanceof CairnError ? reasonOf(error) : String(error)}`,
        ),
      );
      const storage = new SessionStorage(options, lock, database, scratch, notSwept);
      failpoint('session/after-sweep');
      for (const folder of RUN_FOLDERS) fileSystem.makeDirectory(storage.#folder(folder));
      failpoint('session/after-folders');
      return storage;
    } catch (error) {
      attemptAll([
        () => {
          throw error;
        },
        () => scratch?.close(),
        () => database?.close(),
        () => lock.release(),
      ]);
      throw error;
    }
  }

  get blockDirectory(): string {
    return this.#folder('blocks');
  }

  get shuffleDirectory(): string {
    return this.#folder('shuffle');
  }

  /** The run's scratch space, for workers to attach to. */
  get scratchPath(): string {
    return this.#scratch.path;
  }

  /** A path in scratch space that nobody else uses. */
  newScratchPath(stem: string): string {
    return this.#scratch.newPath(stem);
  }

  /**
   * Removes the run's folders, closes the database and gives the directory up, each whatever becomes of the others;
   * what stays behind goes with the next session's opening. Twice does nothing. Raises the first error.
   */
  [Symbol.dispose](): void {
    attemptAll([
      () => failpoint('session/before-folders-removed'),
      () => this.#scratch.close(),
      ...RUN_FOLDERS.map((folder) => () => this.#fileSystem.removeTree(this.#folder(folder))),
      () => this.database.close(),
      () => failpoint('session/before-unlock'),
      () => this.#lock.release(),
    ]);
  }

  #folder(name: (typeof RUN_FOLDERS)[number]): string {
    return join(this.directory, name, this.run);
  }
}

/** The lock of a data directory. A file in its place is an option that is wrong, not a file to be removed. */
function lockDirectory(fs: FileSystem, directory: string, processes: ProcessTable, clock: Clock): DirectoryLock {
  try {
    return DirectoryLock.acquire(fs, directory, processes, { clock });
  } catch (error) {
    if (!CairnError.is(error, 'FILE_EXISTS')) throw error;
    const found = `a file: ${directory}`;
    throw new CairnError('INVALID_OPTION', { option: 'dir', expected: 'a directory', found }, { cause: error });
  }
}

/** Removes what dead runs left in `blocks` or `shuffle`. We hold the lock, so that no other run lives. */
function sweepRuns(fileSystem: FileSystem, directory: string): string[] {
  const { failures } = sweep({ fileSystem, directory, isLive: () => false, isKnown: () => false });
  return failures.map(({ path, reason }) => `${path}: ${reason}`);
}

function newRunId(): RunId {
  return runId((freshSeed() >>> 0).toString(16).padStart(8, '0'));
}
