/**
 * A session's hold on its data directory: the lock, the metadata database, and folders of its own for what does not
 * outlive it. Opening takes over from dead owners: their runs are marked killed and their files removed; a live
 * owner's are never touched. Layout: storage/README.md.
 */
import { join, resolve } from 'node:path';
import { DirectoryLock } from '../../storage/fs/directory-lock.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { type ProcessTable, systemProcesses } from '../../storage/fs/process-identity.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import { hasRun, markDeadRuns } from '../../storage/metadata/job-log.ts';
import { attemptAll } from '../base/attempt-all.ts';
import type { Clock } from '../base/clock.ts';
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

/** Folders below the data directory that hold one folder per run. */
const RUN_FOLDERS = ['scratch', 'blocks', 'shuffle'] as const;

export class SessionStorage implements Disposable {
  readonly directory: string;
  readonly run: RunId;
  readonly database: MetadataDatabase;
  readonly processes: ProcessTable;
  readonly #fileSystem: FileSystem;
  readonly #lock: DirectoryLock;
  #nextScratch = 0;

  private constructor(options: SessionStorageOptions, lock: DirectoryLock, database: MetadataDatabase) {
    this.directory = lock.directory;
    this.processes = options.processes ?? systemProcesses();
    this.#fileSystem = options.fileSystem;
    this.#lock = lock;
    this.database = database;
    let run = newRunId();
    while (hasRun(database, run)) run = newRunId();
    this.run = run;
  }

  /** Raises DIRECTORY_LOCKED when another session owns the directory, and what the database raises. */
  static open(options: SessionStorageOptions): SessionStorage {
    const { fileSystem, clock, processes = systemProcesses() } = options;
    const lock = DirectoryLock.acquire(fileSystem, resolve(options.directory), processes, { clock });
    let database: MetadataDatabase | undefined;
    try {
      database = MetadataDatabase.open(join(lock.directory, DATABASE_FILE), { clock, fileSystem });
      // We hold the lock: whatever run was not ended belongs to a process that died, or lost the directory.
      markDeadRuns(database, () => false);
      for (const folder of RUN_FOLDERS) fileSystem.removeTree(join(lock.directory, folder));
      const storage = new SessionStorage(options, lock, database);
      for (const folder of RUN_FOLDERS) fileSystem.makeDirectory(storage.#folder(folder));
      return storage;
    } catch (error) {
      attemptAll([
        () => {
          throw error;
        },
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

  /** A path in scratch space that nobody else uses. */
  newScratchPath(stem: string): string {
    return join(this.#folder('scratch'), `${stem}_${this.#nextScratch++}`);
  }

  /**
   * Removes the run's folders, closes the database and gives the directory up, each whatever becomes of the others;
   * what stays behind goes with the next session's opening. Twice does nothing. Raises the first error.
   */
  [Symbol.dispose](): void {
    attemptAll([
      ...RUN_FOLDERS.map((folder) => () => this.#fileSystem.removeTree(this.#folder(folder))),
      () => this.database.close(),
      () => this.#lock.release(),
    ]);
  }

  #folder(name: (typeof RUN_FOLDERS)[number]): string {
    return join(this.directory, name, this.run);
  }
}

function newRunId(): RunId {
  return runId((freshSeed() >>> 0).toString(16).padStart(8, '0'));
}
