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
import type { SpillQuota } from './spill-quota.ts';

export interface TaskSpillsOptions {
  readonly fileSystem: FileSystem;
  /** A path in scratch space that nobody else uses. */
  readonly newScratchPath: (stem: string) => string;
  /** How frames of runs are compressed. */
  readonly codec: CodecName;
  /** What bounds the run files of all tasks. */
  readonly quota: SpillQuota;
  /** What the task has written out so far, for the error when that is too much. */
  readonly describeSpilled?: () => string;
}

/** Spark's names: of what a shuffle's map side writes, and of everything else. */
export type RunStem = 'temp_shuffle' | 'temp_local';

export class TaskSpills implements Disposable {
  /** How frames of runs are to be compressed by those who encode them. */
  readonly codec: CodecName;
  readonly #options: TaskSpillsOptions;
  /** Every file there may be, and the bytes counted for it. */
  readonly #files = new Map<string, number>();

  constructor(options: TaskSpillsOptions) {
    this.#options = options;
    this.codec = options.codec;
  }

  /** A new run of the task's. Appending to it raises SPILL_LIMIT when there would be too much of all tasks' runs. */
  openRun(stem: RunStem = 'temp_local', options: { readonly flushBytes?: number } = {}): RunFileWriter {
    const { fileSystem, quota, newScratchPath, describeSpilled = () => 'nothing yet' } = this.#options;
    const path = newScratchPath(stem);
    this.#files.set(path, 0);
    const onAppend = (bytes: number): void => {
      quota.take(bytes, describeSpilled);
      this.#files.set(path, (this.#files.get(path) ?? 0) + bytes);
    };
    return RunFileWriter.open(fileSystem, path, { ...options, onAppend });
  }

  /** A reader, to be closed before its run is removed. */
  read(run: RunFile): RunFileReader {
    return new RunFileReader(this.#options.fileSystem, run);
  }

  /** Removes a run, finished or not, that was opened here. Raises what removing raises; the task's end tries again then. */
  remove(run: { readonly path: string }): void {
    const bytes = this.#files.get(run.path);
    if (bytes === undefined) return;
    this.#options.fileSystem.removeFile(run.path);
    this.#files.delete(run.path);
    this.#options.quota.giveBack(bytes);
  }

  /** Removes what is left. What cannot be removed goes with the session's scratch space. Twice does nothing. */
  [Symbol.dispose](): void {
    const left = [...this.#files];
    this.#files.clear();
    const { fileSystem, quota } = this.#options;
    attemptAll(
      left.map(([path, bytes]) => () => {
        fileSystem.removeFile(path);
        quota.giveBack(bytes);
      }),
    );
  }
}
