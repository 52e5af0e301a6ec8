/**
 * Where a block's file lies: `<directory>/<sub>/<name>`, over 64 sub-directories `00` to `3f` chosen by the name.
 *
 * The rule is Spark's for one local directory: the JVM's hash of the whole file name, extension included, without
 * its sign, modulo 64. So a map output's data and index usually lie in different sub-directories.
 */
import { join } from 'node:path';
import { hashString } from '../../lib/base/hash.ts';
import type { FileSystem } from '../fs/file-system.ts';

const SUBDIRECTORY_COUNT = 64;

/** The sub-directory of a file name, `00` to `3f`. */
export function subdirectoryOf(fileName: string): string {
  const hash = hashString(fileName);
  // |−2³¹| does not fit the JVM's int; Spark takes 0 for it.
  const positive = hash === -0x80000000 ? 0 : Math.abs(hash);
  return (positive % SUBDIRECTORY_COUNT).toString(16).padStart(2, '0');
}

/** A file of a hashed directory, as found by listing. */
export interface HashedFile {
  readonly name: string;
  readonly path: string;
}

/** A directory of hashed sub-directories, each made when its first file is. */
export class HashedDirectory {
  readonly path: string;
  readonly #fileSystem: FileSystem;
  readonly #made = new Set<string>();

  constructor(fileSystem: FileSystem, path: string) {
    this.#fileSystem = fileSystem;
    this.path = path;
  }

  /** Where the file is, or would be. */
  pathOf(fileName: string): string {
    return join(this.path, subdirectoryOf(fileName), fileName);
  }

  /** As `pathOf`, with the sub-directory there to write to. */
  makePath(fileName: string): string {
    const subdirectory = subdirectoryOf(fileName);
    if (!this.#made.has(subdirectory)) {
      this.#fileSystem.makeDirectory(join(this.path, subdirectory));
      this.#made.add(subdirectory);
    }
    return join(this.path, subdirectory, fileName);
  }

  /** Every file in the sub-directories, ordered by sub-directory and name. Whatever else is there is passed over. */
  *files(): IterableIterator<HashedFile> {
    if (this.#fileSystem.stat(this.path)?.kind !== 'directory') return;
    for (const subdirectory of this.#fileSystem.list(this.path)) {
      if (subdirectory.kind !== 'directory' || !/^[0-3][0-9a-f]$/.test(subdirectory.name)) continue;
      for (const file of this.#fileSystem.list(join(this.path, subdirectory.name))) {
        if (file.kind !== 'file') continue;
        yield { name: file.name, path: join(this.path, subdirectory.name, file.name) };
      }
    }
  }
}
