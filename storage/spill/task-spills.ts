/**
 * The run files of one task: where they lie, and that none of them outlives it.
 *
 * A run belongs to whoever wrote it, who removes it as soon as it is read to its end; what is left when the task ends,
 * however it ends, goes then.
 */

import type { CodecName } from '../../formats/bytes/compression.ts';
import { attemptAll } from '../../lib/base/attempt-all.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { type RunFile, RunFileReader, RunFileWriter } from './run-file.ts';

export interface TaskSpillsOptions {
  readonly fileSystem: FileSystem;
  /** A path in scratch space that nobody else uses. */
  readonly newScratchPath: (stem: string) => string;
  /** How frames of runs are compressed. */
  readonly codec: CodecName;
}

/** Spark's names: of what a shuffle's map side writes, and of everything else. */
export type RunStem = 'temp_shuffle' | 'temp_local';

export class TaskSpills implements Disposable {
  /** How frames of runs are to be compressed by those who encode them. */
  readonly codec: CodecName;
  readonly #options: TaskSpillsOptions;
  /** Every file there may be. */
  readonly #paths = new Set<string>();

  constructor(options: TaskSpillsOptions) {
    this.#options = options;
    this.codec = options.codec;
  }

  /** A new run of the task's. */
  openRun(stem: RunStem = 'temp_local', options: { readonly flushBytes?: number } = {}): RunFileWriter {
    const path = this.#options.newScratchPath(stem);
    this.#paths.add(path);
    return RunFileWriter.open(this.#options.fileSystem, path, options);
  }

  /** A reader, to be closed before its run is removed. */
  read(run: RunFile): RunFileReader {
    return new RunFileReader(this.#options.fileSystem, run);
  }

  /** Removes a run, finished or not, that was opened here. Raises what removing raises. */
  remove(run: { readonly path: string }): void {
    if (this.#paths.delete(run.path)) this.#options.fileSystem.removeFile(run.path);
  }

  /** Removes what is left. */
  [Symbol.dispose](): void {
    const { fileSystem } = this.#options;
    const left = [...this.#paths];
    this.#paths.clear();
    attemptAll(left.map((path) => () => fileSystem.removeFile(path)));
  }
}
