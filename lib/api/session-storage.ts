/**
 * A session's hold on its data directory: the lock, the metadata database, and folders of its own for what does not
 * outlive it. Opening takes over from dead owners: their runs are marked killed and their files removed; a live
 * owner's are never touched. Layout: storage/README.md.
 */
import { dirname, join, resolve } from 'node:path';
import { DirectoryLock } from '../../storage/fs/directory-lock.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { type ProcessTable, systemProcesses } from '../../storage/fs/process-identity.ts';
import { ScratchSpace } from '../../storage/fs/scratch-space.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import { FingerprintStore } from '../../storage/metadata/fingerprint-store.ts';
import { FoundValues } from '../../storage/metadata/found-values.ts';
import { hasRun } from '../../storage/metadata/job-log.ts';
import { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import { attemptAll } from '../base/attempt-all.ts';
import type { Clock } from '../base/clock.ts';
import { CairnError } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import { type RunId, runId } from '../base/ids.ts';
import { freshSeed } from '../base/random.ts';
import { recoverDirectory, sweepShuffles } from './recover-directory.ts';

export interface SessionStorageOptions {
  readonly directory: string;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly processes?: ProcessTable;
  /** How long map outputs of runs that did not complete stay; without end unless said. */
  readonly retainMs?: number;
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
  readonly #shuffles: ShuffleCatalog;
  #leaving: { readonly sessionName: string; readonly isComplete: boolean } | undefined;
  #isDisposed = false;
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
    this.#shuffles = new ShuffleCatalog(database);
    let run = newRunId();
    while (hasRun(database, run)) run = newRunId();
    this.run = run;
  }

  /** Raises DIRECTORY_LOCKED when another session owns the directory, INVALID_OPTION for a file, and what the database raises. */
  static open(options: SessionStorageOptions): SessionStorage {
    const { fileSystem, clock, processes = systemProcesses(), retainMs = Number.POSITIVE_INFINITY } = options;
    const lock = lockDirectory(fileSystem, resolve(options.directory), processes, clock);
    failpoint('session/after-lock');
    let database: MetadataDatabase | undefined;
    let scratch: ScratchSpace | undefined;
    try {
      const { directory } = lock;
      database = MetadataDatabase.open(join(directory, DATABASE_FILE), { clock, fileSystem });
      // We hold the lock: whatever run was not ended, and whatever scratch space there is, belongs to a process that died,
      // or to a session of this very process that lost the directory.
      const nobody: ProcessTable = { ...processes, stateOf: () => 'dead' };
      const { failures } = recoverDirectory({ directory, fileSystem, database, processes: nobody, retainMs });
      scratch = ScratchSpace.open(fileSystem, directory, processes);
      const storage = new SessionStorage(options, lock, database, scratch, failures);
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
   * Says what becomes of map outputs that rows name when this is disposed of: those of a run that is not complete stay for
   * later ones. With a complete one, the sessions of that name have done what they were for: its own go, and what
   * earlier runs of that name left. Where nothing is said, its own go and others' stay.
   */
  leaveWork(sessionName: string, isComplete: boolean): void {
    this.#leaving = { sessionName, isComplete };
  }

  /**
   * Removes the run's folders, but for what is retained, closes the database and gives the directory up, each whatever
   * becomes of the others; what stays behind goes with the next session's opening. Twice does nothing. Raises the first
   * error.
   */
  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    attemptAll([
      () => failpoint('session/before-folders-removed'),
      () => this.#scratch.close(),
      () => this.#fileSystem.removeTree(this.blockDirectory),
      () => this.#leaveShuffles(),
      () => this.database.close(),
      () => failpoint('session/before-unlock'),
      () => this.#lock.release(),
    ]);
  }

  /** Rows before their files. */
  #leaveShuffles(): void {
    const root = dirname(this.shuffleDirectory);
    const leaving = this.#leaving;
    if (leaving?.isComplete === false) {
      sweepShuffles(this.#fileSystem, this.#shuffles, root, (run) => run !== this.run);
      return;
    }
    try {
      this.#shuffles.forgetRun(this.run);
      if (leaving !== undefined) {
        this.#shuffles.forgetSession(leaving.sessionName);
        // What only completed or explained what has gone.
        new FoundValues(this.database).prune();
        new FingerprintStore(this.database).prune();
      }
    } catch (error) {
      // Rows without files are let go at the next opening: not worth an error when nothing else was.
      if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
    }
    failpoint('session/after-retained-rows');
    this.#fileSystem.removeTree(this.shuffleDirectory);
    if (leaving !== undefined) sweepShuffles(this.#fileSystem, this.#shuffles, root, (run) => run === this.run);
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

function newRunId(): RunId {
  return runId((freshSeed() >>> 0).toString(16).padStart(8, '0'));
}
