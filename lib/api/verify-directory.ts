/**
 * Whether the metadata and the files of a data directory agree, and every byte is what was written. Reads only: what a
 * sweep would change is found by doing it to a copy in memory.
 */
import { join, resolve } from 'node:path';
import { reasonOf } from '../../storage/block/damage.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { type ProcessTable, systemProcesses } from '../../storage/fs/process-identity.ts';
import { checkRetained } from '../../storage/metadata/check-retained.ts';
import { CheckpointCatalog, type CheckpointEntry } from '../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import { RunReader } from '../../storage/metadata/run-reader.ts';
import { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import { CairnError } from '../base/errors.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { findLiveRuns, type LiveRuns } from './live-runs.ts';
import { DATABASE_FILE } from './session-storage.ts';
import { verifyCheckpoint } from './stored-checkpoints.ts';
import { type DirectoryParts, requireCatalog, sweepWith } from './sweep-directory.ts';

/**
 * Something that is not as it should be. `database`: damage within the metadata; `checkpoint` and `map-output`: a row
 * whose files are gone or damaged, or files whose row is; `file`: one that no row names and nobody uses.
 */
export interface DirectoryProblem {
  readonly kind: 'database' | 'checkpoint' | 'map-output' | 'file';
  /** Of the file, or of a checkpoint's directory. */
  readonly path: string;
  readonly reason: string;
  /** Where in the file damage was found. */
  readonly offset: number | undefined;
}

/** What was found in a data directory. */
export interface DirectoryReport {
  /** Absolute. */
  readonly directory: string;
  /** The process that has the directory open; what its runs work with was passed over. */
  readonly livePid: number | undefined;
  /** Rows of checkpoints by what they say. */
  readonly checkpoints: { readonly complete: number; readonly lost: number };
  /** Retained map outputs that were looked at. */
  readonly mapOutputs: number;
  /** None when all is well. A checkpoint that is lost, and whose row says so, is none. */
  readonly problems: readonly DirectoryProblem[];
}

/**
 * Verifies a data directory; changes nothing, and may run beside a session. Reads every byte of checkpoints and retained map
 * outputs unless `everyByte` is false: then manifests, indexes and lengths. Raises CATALOG_NOT_FOUND where no session has
 * been, UNSUPPORTED_VERSION for what a newer release wrote, and what keeps files from being looked at.
 *
 * ```ts
 * verifyDirectory('.cairn').problems;   // []
 * ```
 */
export function verifyDirectory(
  directory = '.cairn',
  { everyByte = true }: { readonly everyByte?: boolean } = {},
  parts: DirectoryParts = {},
): DirectoryReport {
  const { fileSystem = nodeFileSystem, processes = systemProcesses() } = parts;
  const path = resolve(directory);
  requireCatalog(fileSystem, path);
  const verification = { path, fileSystem, processes, everyByte };
  const first = verifyOnce(verification);
  if (first.problems.length === 0 || first.livePid === undefined) return first;
  // Rows and files cannot be read in one moment: what a session has changed meanwhile is not there when looked at again.
  const second = verifyOnce(verification);
  const again = new Set(second.problems.map(keyOf));
  return { ...second, problems: first.problems.filter((problem) => again.has(keyOf(problem))) };
}

driverOnly('directory function', verifyDirectory);

interface Verification {
  readonly path: string;
  readonly fileSystem: FileSystem;
  readonly processes: ProcessTable;
  readonly everyByte: boolean;
}

function verifyOnce({ path, fileSystem, processes, everyByte }: Verification): DirectoryReport {
  const databasePath = join(path, DATABASE_FILE);
  const empty = { directory: path, livePid: undefined, checkpoints: { complete: 0, lost: 0 }, mapOutputs: 0 };
  const damage = findDatabaseDamage(databasePath, fileSystem);
  // Damaged metadata say nothing reliable of files.
  if (damage.length > 0) return { ...empty, problems: damage };
  using database = MetadataDatabase.openCopy(databasePath, { fileSystem });
  const live = findLiveRuns(fileSystem, path, processes, new RunReader(database).listRuns());
  const entries = new CheckpointCatalog(database).list();
  const complete = entries.filter(({ state }) => state === 'complete');
  const problems = complete.flatMap((entry) => (everyByte ? damageOf(entry, fileSystem) : []));
  for (const { state, run, directory } of entries) {
    if ((state !== 'writing' && state !== 'removing') || live.isLive(run)) continue;
    const reason = `its row says '${state}', and nobody is at it`;
    problems.push({ kind: 'checkpoint', path: directory, reason, offset: undefined });
  }
  const options = { fileSystem, shuffleRoot: join(path, 'shuffle'), isLive: live.isLive, everyByte };
  const retained = checkRetained(new ShuffleCatalog(database), options);
  for (const { path: file, reason, offset } of retained.damaged) {
    problems.push({ kind: 'map-output', path: file, reason, offset });
  }
  const known = [...problems.map((problem) => problem.path), ...retained.damaged.flatMap(({ files }) => files)];
  problems.push(...findDisagreements(database, { path, fileSystem, processes, live }, known));
  return {
    ...empty,
    livePid: live.pid,
    checkpoints: { complete: complete.length, lost: entries.filter(({ state }) => state === 'lost').length },
    mapOutputs: retained.checked,
    problems,
  };
}

function findDatabaseDamage(path: string, fileSystem: FileSystem): DirectoryProblem[] {
  try {
    using database = MetadataDatabase.open(path, { readOnly: true, fileSystem });
    return database.findDamage().map((reason) => ({ kind: 'database', path, reason, offset: undefined }));
  } catch (error) {
    if (!CairnError.is(error, 'CORRUPT_FILE')) throw error;
    return [problemOf('database', path, error)];
  }
}

/** What a sweep would do, but for what is about `known` paths. */
function findDisagreements(
  database: MetadataDatabase,
  { path, fileSystem, processes, live }: Omit<Verification, 'everyByte'> & { readonly live: LiveRuns },
  known: readonly string[],
): DirectoryProblem[] {
  const isNew = (file: string) => !known.some((each) => each === file || each.startsWith(join(file, '/')));
  const swept = sweepWith({
    ...{ path, fileSystem, processes, database, live, dryRun: true, everyByte: false },
    retainMs: Number.MAX_SAFE_INTEGER,
  });
  const found: Omit<DirectoryProblem, 'offset'>[] = [
    ...swept.lostCheckpoints.map(({ directory, reason }) => ({ kind: 'checkpoint' as const, path: directory, reason })),
    ...swept.foundCheckpoints.map((directory) => {
      return { kind: 'checkpoint' as const, path: directory, reason: 'it is complete, and no row says so' };
    }),
    ...swept.removed.map(({ path: file, sizeBytes }) => {
      return { kind: 'file' as const, path: file, reason: `no row of anything complete names it (${sizeBytes} bytes)` };
    }),
    ...swept.failures.map((reason) => ({ kind: 'file' as const, path, reason })),
  ];
  return found.filter((each) => isNew(each.path)).map((each) => ({ ...each, offset: undefined }));
}

/** Every part that is damaged, or what keeps the checkpoint from being read. */
function damageOf({ directory }: CheckpointEntry, fileSystem: FileSystem): DirectoryProblem[] {
  try {
    return verifyCheckpoint(directory, { fileSystem }).map(({ error }) => problemOf('checkpoint', directory, error));
  } catch (error) {
    if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
    return [problemOf('checkpoint', directory, error)];
  }
}

function problemOf(kind: DirectoryProblem['kind'], place: string, error: CairnError): DirectoryProblem {
  const { path, offset } = error.params;
  return {
    kind,
    path: typeof path === 'string' ? path : place,
    reason: reasonOf(error),
    offset: typeof offset === 'number' ? offset : undefined,
  };
}

function keyOf({ kind, path }: DirectoryProblem): string {
  return `${kind} ${path}`;
}
