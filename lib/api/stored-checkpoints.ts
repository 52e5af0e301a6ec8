/**
 * Checkpoints without a session: to look at, to verify, to export, to remove. Reading takes no lock and writes nothing, so
 * that it is done beside a running session; removing takes the data directory's lock, as a session does.
 */
import { dirname, join, relative, resolve, sep } from 'node:path';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { findClassNamed, registerRecordClass, unregisterRecordClass } from '../../formats/record/record-class.ts';
import { isDamage } from '../../storage/block/damage.ts';
import { MANIFEST_NAME } from '../../storage/checkpoint/checkpoint-names.ts';
import type { CheckpointManifest } from '../../storage/checkpoint/manifest.ts';
import { type Checkpoint, openCheckpoint, openCheckpointPart } from '../../storage/checkpoint/open-checkpoint.ts';
import { verifyPart } from '../../storage/checkpoint/part-reader.ts';
import { type CheckpointRemoval, removeCheckpoint as removeFiles } from '../../storage/checkpoint/remove-checkpoint.ts';
import { atomicWrite } from '../../storage/fs/atomic-write.ts';
import { DirectoryLock } from '../../storage/fs/directory-lock.ts';
import type { FileHandle, FileSystem } from '../../storage/fs/file-system.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { type ProcessTable, systemProcesses } from '../../storage/fs/process-identity.ts';
import { CheckpointCatalog, type CheckpointEntry } from '../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import { CairnError } from '../base/errors.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { toJsonText, UnknownInstance } from './record-json.ts';
import { DATABASE_FILE } from './session-storage.ts';

/** A complete checkpoint as its manifest has it; every part is there with its length. */
export interface StoredCheckpoint {
  /** Absolute. */
  readonly directory: string;
  readonly manifest: CheckpointManifest;
  /** Names in the directory that are not the engine's; never read, never removed. */
  readonly foreign: readonly string[];
}

/** A part that is not what the manifest says; `error` names its path, and the offset where damage was found. */
export interface CheckpointDamage {
  readonly partition: number;
  readonly error: CairnError;
}

/** What specs replace. */
export interface StoredCheckpointParts {
  readonly fileSystem?: FileSystem;
  readonly processes?: ProcessTable;
}

/** Lines are written once so many characters of them are there. */
const WRITE_UNITS = 64 * 1024;

/**
 * Reads the manifest of the checkpoint in `directory`, and looks that every part is there with its length. Raises
 * CHECKPOINT_NOT_FOUND, CORRUPT_FILE with path and offset, UNSUPPORTED_VERSION, and what the file system raises.
 */
export function inspectCheckpoint(directory: string, parts: StoredCheckpointParts = {}): StoredCheckpoint {
  const { place, manifest, foreign } = openCheckpoint(parts.fileSystem ?? nodeFileSystem, directory);
  return { directory: place.directory, manifest, foreign };
}

/**
 * Reads every byte of every part and gives the parts that are damaged, by partition: none when it is sound. Raises as
 * `inspectCheckpoint`, when there is no looking at single parts.
 */
export function verifyCheckpoint(directory: string, parts: StoredCheckpointParts = {}): readonly CheckpointDamage[] {
  const fileSystem = parts.fileSystem ?? nodeFileSystem;
  const checkpoint = openCheckpoint(fileSystem, directory);
  return checkpoint.parts.flatMap((part): CheckpointDamage[] => {
    try {
      verifyPart(fileSystem, checkpoint.place, part);
      return [];
    } catch (error) {
      if (!isDamage(error)) throw error;
      return [{ partition: part.partition, error }];
    }
  });
}

/**
 * Writes the records to the new file `to`, one line of JSON each, in the order of partitions; gives their number. The
 * file is there when it is whole. Values that JSON has no words for are objects with one key that begins with `$`
 * (docs/checkpoints.md); instances of classes that are not registered are what their class's `toRecord` gave. Raises
 * FILE_EXISTS, INVALID_ARGUMENT for a file in the checkpoint's own directory, as `inspectCheckpoint`, and DISK_FULL.
 */
export function exportCheckpoint(directory: string, to: string, parts: StoredCheckpointParts = {}): number {
  const fileSystem = parts.fileSystem ?? nodeFileSystem;
  const checkpoint = openCheckpoint(fileSystem, directory);
  const path = resolve(to);
  if (fileSystem.stat(path) !== undefined) throw new CairnError('FILE_EXISTS', { path });
  if (fileSystem.realPath(dirname(path)) === fileSystem.realPath(checkpoint.place.directory)) {
    throw new CairnError('INVALID_ARGUMENT', {
      method: 'exportCheckpoint',
      argument: 'to',
      expected: 'a file outside of the checkpoint',
      found: path,
    });
  }
  return withPlaceholders(checkpoint, () => {
    let count = 0;
    atomicWrite(
      fileSystem,
      path,
      (file) => {
        count = writeLines(fileSystem, checkpoint, file);
      },
      { access: 'shared' },
    );
    return count;
  });
}

/**
 * Removes a checkpoint, its manifest first, and its row, where it has one. `reference` is its name, its number or its directory
 * as for `Catalog.checkpoint`; a directory without a row must have a manifest. A directory below another data
 * directory than `dataDirectory` belongs to that one.
 *
 * Raises CHECKPOINT_UNKNOWN, CHECKPOINT_NOT_FOUND, DIRECTORY_LOCKED and its kin while a session has the data directory
 * open, and what the file system and the database raise; a removal that was cut short can be done again.
 */
export function removeCheckpoint(
  dataDirectory: string,
  reference: string,
  parts: StoredCheckpointParts = {},
): CheckpointRemoval & { readonly directory: string } {
  const { fileSystem = nodeFileSystem, processes = systemProcesses() } = parts;
  const given = resolve(dataDirectory);
  // A path tells where it belongs; a name that is also the end of a path is looked up in the given directory first.
  for (const owner of new Set([given, ownerOf(fileSystem, resolve(reference))])) {
    if (owner === undefined || !hasDatabase(fileSystem, owner)) continue;
    const removed = removeOwned(owner, reference, fileSystem, processes);
    if (removed !== undefined) return removed;
  }
  return removeUnowned(given, reference, fileSystem);
}

driverOnly('checkpoint function', inspectCheckpoint, verifyCheckpoint, exportCheckpoint, removeCheckpoint);

/** See `Catalog.checkpoint`. */
export function findEntry(
  catalog: CheckpointCatalog,
  reference: string,
  fileSystem: FileSystem,
): CheckpointEntry | undefined {
  const complete = catalog.findByName(reference);
  if (complete !== undefined) return complete;
  const rows = catalog.list();
  const named = rows.findLast(({ name }) => name === reference);
  if (named !== undefined) return named;
  if (/^[1-9]\d{0,14}$/.test(reference)) {
    const numbered = catalog.find(Number(reference));
    if (numbered !== undefined) return numbered;
  }
  if (reference === '') return undefined;
  const path = resolve(reference);
  const exact = rows.find(({ directory }) => directory === path);
  if (exact !== undefined || fileSystem.stat(path, { follow: true }) === undefined) return exact;
  // By another way to the same directory: through a link above it.
  const real = fileSystem.realPath(path);
  return rows.find(
    ({ directory }) =>
      fileSystem.stat(directory, { follow: true }) !== undefined && fileSystem.realPath(directory) === real,
  );
}

/** Undefined when the data directory has no row for it. The lock comes first: what was found before may be gone. */
function removeOwned(owner: string, reference: string, fileSystem: FileSystem, processes: ProcessTable) {
  using _lock = DirectoryLock.acquire(fileSystem, owner, processes);
  using database = MetadataDatabase.open(join(owner, DATABASE_FILE), { fileSystem });
  const catalog = new CheckpointCatalog(database);
  const entry = findEntry(catalog, reference, fileSystem);
  if (entry !== undefined) return { ...catalog.remove(fileSystem, entry.checkpoint), directory: entry.directory };
  if (!isBelow(owner, resolve(reference))) return undefined;
  // Below the data directory and without a row: nobody else's, so that the lock must be held while it goes.
  return removeUnowned(owner, reference, fileSystem);
}

function removeUnowned(dataDirectory: string, reference: string, fileSystem: FileSystem) {
  const directory = resolve(reference);
  // An empty text would be the working directory.
  if (reference === '' || fileSystem.stat(directory) === undefined) {
    throw new CairnError('CHECKPOINT_UNKNOWN', { directory: dataDirectory, reference });
  }
  // Without a manifest it may be anything, or be just being written by a session that we do not see.
  if (fileSystem.stat(join(directory, MANIFEST_NAME))?.kind !== 'file') {
    throw new CairnError('CHECKPOINT_NOT_FOUND', { path: directory, reason: 'it has no manifest' });
  }
  return { ...removeFiles(fileSystem, directory), directory };
}

/** The data directory that the path lies below, if any. */
function ownerOf(fileSystem: FileSystem, path: string): string | undefined {
  for (let at = dirname(path); ; at = dirname(at)) {
    if (hasDatabase(fileSystem, at)) return at;
    if (dirname(at) === at) return undefined;
  }
}

function hasDatabase(fileSystem: FileSystem, directory: string): boolean {
  return fileSystem.stat(join(directory, DATABASE_FILE), { follow: true }) !== undefined;
}

function isBelow(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

/** Runs `body` with every class of the checkpoint registered, be it by one that keeps what it is given. */
function withPlaceholders<T>({ manifest }: Checkpoint, body: () => T): T {
  const names = new Set(manifest.classes.map(({ name }) => name).filter((name) => findClassNamed(name) === undefined));
  try {
    for (const name of names) {
      registerRecordClass({
        name,
        // A class of its own each time: the registry finds classes by prototype as well.
        constructor: class extends UnknownInstance {},
        toRecord: ({ data }) => data,
        fromRecord: (data, version) => new UnknownInstance(name, version, data),
      });
    }
    return body();
  } finally {
    for (const name of names) unregisterRecordClass(name);
  }
}

function writeLines(fileSystem: FileSystem, checkpoint: Checkpoint, file: FileHandle): number {
  let count = 0;
  let pending: string[] = [];
  let units = 0;
  const flush = (): void => {
    file.write(Buffer.from(pending.join(''), 'utf8'));
    pending = [];
    units = 0;
  };
  for (const { partition } of checkpoint.parts) {
    using reader = openCheckpointPart(fileSystem, checkpoint, partition);
    for (const batch of reader.batches()) {
      const rows = batch.kind === 'rows' ? batch.rows.slice(batch.from, batch.to) : materializeRows(batch);
      for (const row of rows) {
        const line = `${toJsonText(row)}\n`;
        pending.push(line);
        count++;
        units += line.length;
        if (units >= WRITE_UNITS) flush();
      }
    }
  }
  if (units > 0) flush();
  return count;
}
