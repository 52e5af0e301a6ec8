/**
 * Removes files of blocks and map outputs that nobody names any more: what a process that died left behind.
 *
 * Only files with a block's name, or the temporary form of one, below a run's directory are ever removed; whatever else
 * is there is left alone and reported. Whether a run's owner lives is decided by whoever holds the directory's lock, by
 * process and not by age: a file of a live run is never even looked at.
 *
 * What cannot be removed is reported and stays for the next sweep: it must not keep a session from opening.
 */
import { join } from 'node:path';
import { CairnError } from '../../lib/base/errors.ts';
import { type RunId, runId } from '../../lib/base/ids.ts';
import { findBlockId, type ParsedBlockId } from '../block/block-id.ts';
import { reasonOf } from '../block/damage.ts';
import type { FileSystem } from '../fs/file-system.ts';

export interface SweepOptions {
  readonly fileSystem: FileSystem;
  /** The `blocks` or the `shuffle` directory of a data directory; it holds one directory a run. May be missing. */
  readonly directory: string;
  /** Whether the run's owner may still be working. */
  readonly isLive: (run: RunId) => boolean;
  /** Whether a row names the file, which is complete and of a dead run. */
  readonly isKnown: (file: SweptFile) => boolean;
}

/** A file of a dead run. */
export interface SweptFile {
  readonly run: RunId;
  readonly id: ParsedBlockId;
  readonly path: string;
}

export interface SweepReport {
  readonly removedFiles: number;
  readonly removedBytes: number;
  /** Files of dead runs that a row names. */
  readonly keptFiles: number;
  /** Paths of what is not the engine's; left alone. */
  readonly strangers: readonly string[];
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
}

/** Sweeps one directory; see the file header. Raises only what listing the directory itself raises. */
export function sweep(options: SweepOptions): SweepReport {
  return new Sweep(options).run();
}

/** A file to be removed. */
interface Doomed {
  readonly path: string;
  readonly isIndex: boolean;
}

class Sweep {
  readonly #options: SweepOptions;
  readonly #strangers: string[] = [];
  readonly #failures: { readonly path: string; readonly reason: string }[] = [];
  #removedFiles = 0;
  #removedBytes = 0;
  #keptFiles = 0;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  run(): SweepReport {
    const { fileSystem, directory, isLive } = this.#options;
    if (fileSystem.stat(directory)?.kind === 'directory') {
      for (const { name, kind } of fileSystem.list(directory)) {
        const path = join(directory, name);
        if (kind !== 'directory' || !/^[0-9a-f]{8}$/.test(name)) this.#strangers.push(path);
        else if (!isLive(runId(name))) this.#sweepRun(runId(name), path);
      }
    }
    return {
      removedFiles: this.#removedFiles,
      removedBytes: this.#removedBytes,
      keptFiles: this.#keptFiles,
      strangers: this.#strangers,
      failures: this.#failures,
    };
  }

  /** Sweeps a dead run's directory, and removes it when nothing is left in it. */
  #sweepRun(run: RunId, path: string): void {
    this.#attempt(path, () => {
      const { fileSystem } = this.#options;
      const doomed: Doomed[] = [];
      let keeps = false;
      for (const { name, kind } of fileSystem.list(path)) {
        const subdirectory = join(path, name);
        if (kind === 'directory' && /^[0-3][0-9a-f]$/.test(name)) {
          keeps = this.#judge(run, subdirectory, doomed) || keeps;
        } else {
          this.#strangers.push(subdirectory);
          keeps = true;
        }
      }
      // Indexes first: at no moment does one name data that is gone.
      doomed.sort((a, b) => Number(b.isIndex) - Number(a.isIndex));
      let removedAll = true;
      for (const file of doomed) removedAll = this.#remove(file.path) && removedAll;
      if (!keeps && removedAll) fileSystem.removeTree(path);
    });
  }

  /** Collects what is to be removed in a sub-directory; gives whether anything there stays. */
  #judge(run: RunId, subdirectory: string, doomed: Doomed[]): boolean {
    let keeps = false;
    for (const { name, kind } of this.#options.fileSystem.list(subdirectory)) {
      const path = join(subdirectory, name);
      const id = kind === 'file' ? findBlockId(name.replace(/(?:\.[A-Za-z0-9-]+)?\.tmp$/, '')) : undefined;
      if (id === undefined) {
        this.#strangers.push(path);
        keeps = true;
      } else if (!name.endsWith('.tmp') && this.#options.isKnown({ run, id, path })) {
        this.#keptFiles++;
        keeps = true;
      } else {
        doomed.push({ path, isIndex: id.kind === 'shuffle-index' });
      }
    }
    return keeps;
  }

  #remove(path: string): boolean {
    return this.#attempt(path, () => {
      const { fileSystem } = this.#options;
      const sizeBytes = fileSystem.stat(path)?.sizeBytes ?? 0;
      fileSystem.removeFile(path);
      this.#removedFiles++;
      this.#removedBytes += sizeBytes;
    });
  }

  #attempt(path: string, step: () => void): boolean {
    try {
      step();
      return true;
    } catch (error) {
      if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
      this.#failures.push({ path, reason: reasonOf(error) });
      return false;
    }
  }
}
