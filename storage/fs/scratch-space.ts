/**
 * A private directory for the temporary files of one session: spills, runs, map outputs in the making.
 *
 * Its name says who owns it, so that the next session can remove what a dead process left, and only that. Nothing in
 * it is synced: it is worth nothing once its process is gone.
 *
 * Threading: the session's thread opens the space; worker threads attach to it by its path, each with a label of
 * its own, and file names never meet.
 */
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { CairnError } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import type { FileHandle, FileSystem } from './file-system.ts';
import { ownerOfToken } from './lock-record.ts';
import { formatIdentity, type ProcessTable, systemProcesses } from './process-identity.ts';
import { joinInside } from './safe-path.ts';

const SCRATCH_NAME = 'scratch';

let counter = 0;

/** See the file header. The opener closes it, best with `using`; that removes all files in it. */
export class ScratchSpace implements Disposable {
  /** The private directory: absolute when the session's directory is. */
  readonly path: string;
  /** Directories of dead processes that could not be removed, with the reason; the next session tries again. */
  readonly notRemoved: readonly { readonly path: string; readonly error: unknown }[];
  readonly #fs: FileSystem;
  readonly #label: string;
  readonly #owned: boolean;
  #files = 0;
  #closed = false;

  private constructor(
    fs: FileSystem,
    path: string,
    label: string,
    owned: boolean,
    notRemoved: ScratchSpace['notRemoved'],
  ) {
    this.#fs = fs;
    this.path = path;
    this.#label = label;
    this.#owned = owned;
    this.notRemoved = notRemoved;
  }

  /**
   * Creates a space below `<directory>/scratch` (0700), after it has removed the spaces of dead processes. Those of
   * live ones, of other containers, and names that are no space's are left alone.
   */
  static open(fs: FileSystem, directory: string, processes: ProcessTable = systemProcesses()): ScratchSpace {
    const parent = join(directory, SCRATCH_NAME);
    fs.makeDirectory(parent);
    const notRemoved = removeDead(fs, parent, processes);
    const path = join(parent, `${formatIdentity(processes.self)}-${threadId}-${counter++}`);
    fs.makeDirectory(path);
    return new ScratchSpace(fs, path, '', true, notRemoved);
  }

  /** Removes the spaces of dead processes below `<directory>/scratch`; gives those that could not be removed. */
  static removeDead(fs: FileSystem, directory: string, processes: ProcessTable): ScratchSpace['notRemoved'] {
    const parent = join(directory, SCRATCH_NAME);
    return fs.stat(parent) === undefined ? [] : removeDead(fs, parent, processes);
  }

  /** A worker's view of an open space. `label` (a plain name) is no other worker's; closing it removes no file. */
  static attach(fs: FileSystem, path: string, label: string): ScratchSpace {
    return new ScratchSpace(fs, path, `${label}-`, false, []);
  }

  /** Removes what a worker that is gone has left of its files in an open space: those under its label. */
  static removeFilesOf(fs: FileSystem, path: string, label: string): void {
    const name = new RegExp(`-${label}-\\d+$`);
    for (const entry of fs.list(path)) if (name.test(entry.name)) fs.removeFile(join(path, entry.name));
  }

  /** A path in the space that no file has and that is given out once: `<prefix>-<label>-<n>`. */
  newPath(prefix: string): string {
    invariant(!this.#closed, `the scratch space ${this.path} was used after it was closed`);
    return joinInside(this.path, `${prefix}-${this.#label}${this.#files++}`);
  }

  /** A new file, open to be written. The caller closes it, and may remove it before the space is closed. */
  createFile(prefix: string): FileHandle {
    return this.#fs.open(this.newPath(prefix), 'create');
  }

  /** Removes one of the space's files early; a missing one is no error. Raises PATH_OUTSIDE_DIRECTORY for another. */
  removeFile(path: string): void {
    if (dirname(path) !== this.path) {
      throw new CairnError('PATH_OUTSIDE_DIRECTORY', { path, directory: this.path });
    }
    this.#fs.removeFile(path);
  }

  /** Removes the space with all files in it. Twice does nothing; after an error it can be called again. */
  close(): void {
    if (this.#closed) return;
    if (this.#owned) this.#fs.removeTree(this.path);
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function removeDead(fs: FileSystem, parent: string, processes: ProcessTable): ScratchSpace['notRemoved'] {
  const notRemoved: { path: string; error: unknown }[] = [];
  for (const { name } of fs.list(parent)) {
    const owner = ownerOfToken(name);
    if (owner === undefined || processes.stateOf(owner) !== 'dead') continue;
    const path = join(parent, name);
    try {
      fs.removeTree(path);
    } catch (error) {
      // Files of another user, or a bad disk: no reason to refuse work.
      notRemoved.push({ path, error });
    }
  }
  return notRemoved;
}
