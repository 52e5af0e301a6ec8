import { dirname, join } from 'node:path';
import { CairnError } from '../../lib/base/errors.ts';
import { failpoint } from '../../lib/base/failpoint.ts';
import { hasNoLinks } from '../fs/file-error.ts';
import type { FileHandle, FileSystem } from '../fs/file-system.ts';
import { attemptsDirectory, OUTPUT_DIRECTORY_MODE, type OutputJob, type OutputPart } from './output-job.ts';

/** `part-00003`, as Hadoop names them: five digits at least. */
export function partName(partition: number, ending = ''): string {
  return `part-${String(partition).padStart(5, '0')}${ending}`;
}

/**
 * One attempt at one part. `commit` makes the part complete, durable and the job's own, for the first attempt that
 * gets there; the others find it done and withdraw. Whoever opened it commits or aborts it, best with `using`, which
 * aborts what was not committed.
 *
 * Several attempts may run at once, in any threads: a retry, or a speculative copy. They must write the same records.
 */
export class PartFile implements Disposable {
  readonly #fs: FileSystem;
  readonly #job: OutputJob;
  readonly #partition: number;
  readonly #name: string;
  readonly #file: FileHandle;
  #sizeBytes = 0;
  #finished = false;
  #ended = false;

  /**
   * `attempt` is unique among the attempts at this partition: the task's id. `directory` is where in the output the part
   * goes, relative to it. Raises what `FileSystem.open` does.
   */
  constructor(
    fs: FileSystem,
    job: OutputJob,
    partition: number,
    attempt: number | string,
    ending = '',
    directory = '',
  ) {
    this.#fs = fs;
    this.#job = job;
    this.#partition = partition;
    const name = partName(partition, ending);
    this.#name = join(directory, name);
    // An attempt number may come again after its worker died: what it left is of no use to anyone.
    this.#file = fs.open(join(attemptsDirectory(job), `${name}.${attempt}`), 'overwrite', 'shared');
  }

  get path(): string {
    return this.#file.path;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  write(...chunks: readonly Uint8Array[]): void {
    this.#file.write(...chunks);
    for (const chunk of chunks) this.#sizeBytes += chunk.length;
  }

  /** Makes what was written durable and closes the file, where it is not yet to be seen. Nothing is written after it. */
  finish(): void {
    if (this.#finished) return;
    this.#file.sync();
    // Some disks report a failed write only here: before the part can be seen.
    this.#file.close();
    this.#finished = true;
  }

  /** Ends the part. After an error it is aborted. */
  commit(recordCount: number): OutputPart {
    try {
      this.finish();
      const path = join(this.#job.staging, this.#name);
      const directory = dirname(path);
      if (directory !== this.#job.staging) this.#fs.makeDirectory(directory, OUTPUT_DIRECTORY_MODE);
      const isFirst = this.#publish(path);
      const sizeBytes = isFirst ? this.#sizeBytes : this.#sizeOfOther(path);
      this.#ended = true;
      return { partition: this.#partition, name: this.#name, sizeBytes, recordCount };
    } finally {
      this.#discard();
    }
  }

  /** Removes what was written. Does nothing after a commit. */
  abort(): void {
    if (!this.#ended) this.#discard();
    this.#ended = true;
  }

  [Symbol.dispose](): void {
    this.abort();
  }

  /** True when this attempt is the first. A link decides it in one call; where there are none, a look and a rename. */
  #publish(path: string): boolean {
    failpoint('output/before-part');
    try {
      this.#fs.link(this.#file.path, path);
      return true;
    } catch (error) {
      if (CairnError.is(error, 'FILE_EXISTS')) return false;
      if (!hasNoLinks(error)) throw error;
    }
    if (this.#fs.stat(path) !== undefined) return false;
    this.#fs.rename(this.#file.path, path);
    return true;
  }

  #sizeOfOther(path: string): number {
    const found = this.#fs.stat(path);
    if (found !== undefined) return found.sizeBytes;
    throw new CairnError('FILE_NOT_FOUND', { path });
  }

  /** What cannot be removed now goes with the attempts' directory when the job ends. */
  #discard(): void {
    for (const step of [() => this.#file.close(), () => this.#fs.removeFile(this.#file.path)]) {
      try {
        step();
      } catch {
        // The error that led here, if any, is the one to hear of.
      }
    }
  }
}
