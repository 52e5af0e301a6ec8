/**
 * Makes the catalog of checkpoints and the files agree; neither side is believed by itself.
 *
 * A complete row whose files are gone, damaged or another checkpoint's becomes `lost`. What a dead run was writing is
 * removed, unless its manifest is there and everything it names: then only the row was missing, and it is completed.
 * A removal that was cut short is ended. In directories that only this catalog's sessions write to, checkpoints that
 * no row names are removed; elsewhere they may be another catalog's, and are left alone.
 *
 * Called by the holder of the data directory's lock. What cannot be looked at or removed now is reported and stays as
 * it is: a refused permission or a full table of files is no reason to give a checkpoint up. A lost one whose disk is
 * back is complete again after a call with `everyByte`.
 */
import { join, resolve } from 'node:path';
import type { ErrorCode } from '../../lib/base/error-table.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { RunId } from '../../lib/base/ids.ts';
import { reasonOf } from '../block/damage.ts';
import { type Checkpoint, openCheckpoint, verifyCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { removeCheckpoint } from '../checkpoint/remove-checkpoint.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { corrupt } from '../spill/chunk-reader.ts';
import type { CheckpointCatalog, CheckpointEntry } from './checkpoint-catalog.ts';

export interface ReconcileOptions {
  readonly fileSystem: FileSystem;
  /** Whether the run may still be writing. */
  readonly isLive: (run: RunId) => boolean;
  /** Checkpoint directories that no other catalog's sessions write to; missing ones are passed over. */
  readonly ownedDirectories?: readonly string[];
  /** Reads every byte of every part, and looks again at checkpoints that were lost. */
  readonly everyByte?: boolean;
}

/** Directories by what became of them. */
export interface ReconcileReport {
  /** Complete, and as the row says. */
  readonly kept: readonly string[];
  readonly lost: readonly { readonly directory: string; readonly reason: string }[];
  /** Complete on disk, with a row that did not say so. */
  readonly found: readonly string[];
  readonly removed: readonly string[];
  readonly failures: readonly { readonly directory: string; readonly reason: string }[];
}

/** What says that a checkpoint is not there any more, rather than that it cannot be looked at now. */
const GONE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CHECKPOINT_NOT_FOUND',
  'CORRUPT_DATA',
  'CORRUPT_FILE',
  'FILE_NOT_FOUND',
  'LIMIT_EXCEEDED',
]);

/** See the file header. Raises what reading the rows raises, and nothing of a single checkpoint. */
export function reconcileCheckpoints(catalog: CheckpointCatalog, options: ReconcileOptions): ReconcileReport {
  return new Reconciliation(catalog, options).run();
}

class Reconciliation {
  readonly #catalog: CheckpointCatalog;
  readonly #options: ReconcileOptions;
  readonly #kept: string[] = [];
  readonly #lost: { readonly directory: string; readonly reason: string }[] = [];
  readonly #found: string[] = [];
  readonly #removed: string[] = [];
  readonly #failures: { readonly directory: string; readonly reason: string }[] = [];

  constructor(catalog: CheckpointCatalog, options: ReconcileOptions) {
    this.#catalog = catalog;
    this.#options = options;
  }

  run(): ReconcileReport {
    for (const entry of this.#catalog.list()) this.#guard(entry.directory, () => this.#settle(entry));
    const named = new Set(this.#catalog.list().map(({ directory }) => directory));
    for (const directory of this.#options.ownedDirectories ?? []) {
      this.#guard(directory, () => this.#sweep(resolve(directory), named));
    }
    return {
      kept: this.#kept,
      lost: this.#lost,
      found: this.#found,
      removed: this.#removed,
      failures: this.#failures,
    };
  }

  #settle(entry: CheckpointEntry): void {
    switch (entry.state) {
      case 'complete':
        this.#check(entry);
        return;
      case 'lost':
        if (this.#options.everyByte === true) this.#recover(entry);
        return;
      case 'writing':
        if (!this.#options.isLive(entry.run) && !this.#recover(entry)) this.#remove(entry);
        return;
      case 'removing':
        this.#remove(entry);
        return;
    }
  }

  #check(entry: CheckpointEntry): void {
    const { directory } = entry;
    const found = this.#open(entry);
    if (found instanceof CairnError) {
      const reason = reasonOf(found);
      this.#catalog.recordLost(entry.checkpoint, reason);
      this.#lost.push({ directory, reason });
    } else {
      this.#kept.push(directory);
    }
  }

  /** Completes the row of a checkpoint that is all there; false when it is not. */
  #recover(entry: CheckpointEntry): boolean {
    const found = this.#open(entry);
    if (found instanceof CairnError) return false;
    // Killed after the manifest was renamed and before the directory was synced: the name must last before the row does.
    this.#options.fileSystem.syncDirectory(entry.directory);
    this.#catalog.recordFound(entry.checkpoint, found.manifest);
    this.#found.push(entry.directory);
    return true;
  }

  #remove(entry: CheckpointEntry): void {
    this.#catalog.remove(this.#options.fileSystem, entry.checkpoint);
    this.#removed.push(entry.directory);
  }

  /** The checkpoint that the row names, or why it is not there. */
  #open(entry: CheckpointEntry): Checkpoint | CairnError {
    const { fileSystem, everyByte } = this.#options;
    try {
      const checkpoint = openCheckpoint(fileSystem, entry.directory);
      this.#compare(entry, checkpoint);
      if (everyByte === true) verifyCheckpoint(fileSystem, checkpoint);
      return checkpoint;
    } catch (error) {
      if (error instanceof CairnError && GONE.has(error.code)) return error;
      throw error;
    }
  }

  /** Another checkpoint in this one's place is sound by itself. */
  #compare(entry: CheckpointEntry, { manifest }: Checkpoint): void {
    const expect = (what: string, expected: unknown, found: unknown): void => {
      if (expected !== found) throw corrupt(entry.directory, 0, `${what} ${expected}`, String(found));
    };
    expect('owner', entry.owner, manifest.owner);
    expect('run', entry.run, manifest.run);
    expect('fingerprint', entry.fingerprint, manifest.fingerprint);
    expect('a partition count of', entry.partitionCount, manifest.partitionCount);
    const rows = this.#catalog.partsOf(entry.checkpoint);
    if (entry.state === 'writing') return;
    expect('a number of rows for parts of', rows.length, manifest.parts.length);
    manifest.parts.forEach((part, partition) => {
      const row = rows[partition];
      for (const [what, expected, found] of [
        ['bytes', row?.bytes, part.bytes],
        ['records', row?.rowCount, part.rows],
        ['checksum', row?.checksum, part.checksum],
        ['codec', row?.codec, part.codec],
      ] as const) {
        expect(`part ${partition}: ${what}`, expected, found);
      }
    });
  }

  /** `<directory>/<id>/rdd-<N>` that no row names; whatever else is there is left alone. */
  #sweep(directory: string, named: ReadonlySet<string>): void {
    const { fileSystem } = this.#options;
    if (fileSystem.stat(directory)?.kind !== 'directory') return;
    for (const id of fileSystem.list(directory)) {
      if (id.kind !== 'directory') continue;
      for (const { name, kind } of fileSystem.list(join(directory, id.name))) {
        const path = join(directory, id.name, name);
        if (kind !== 'directory' || !/^rdd-\d+$/.test(name) || named.has(path)) continue;
        this.#guard(path, () => {
          removeCheckpoint(fileSystem, path);
          this.#removed.push(path);
        });
      }
    }
  }

  #guard(directory: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
      this.#failures.push({ directory, reason: reasonOf(error) });
    }
  }
}
