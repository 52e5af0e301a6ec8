import type { RunFile, RunFileReader, RunFileWriter } from '../../storage/spill/run-file.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { attemptAll } from '../base/attempt-all.ts';

/** The run files of one consumer of a task's memory: all of them go when it is done, however it ends. */
export class RunScope implements Disposable {
  readonly #spills: TaskSpills;
  readonly #onWritten: (bytes: number) => void;
  readonly #writers = new Set<RunFileWriter>();
  readonly #readers = new Set<RunFileReader>();
  readonly #runs = new Set<RunFile>();

  /** `onWritten` is told the size of each run that is complete. */
  constructor(spills: TaskSpills, onWritten: (bytes: number) => void) {
    this.#spills = spills;
    this.#onWritten = onWritten;
  }

  open(): RunFileWriter {
    const writer = this.#spills.openRun('temp_local');
    this.#writers.add(writer);
    return writer;
  }

  /** Ends a run that was opened here. */
  finish(writer: RunFileWriter): RunFile {
    const run = writer.finish();
    this.#writers.delete(writer);
    this.#runs.add(run);
    this.#onWritten(run.sizeBytes);
    return run;
  }

  read(run: RunFile): RunFileReader {
    const reader = this.#spills.read(run);
    this.#readers.add(reader);
    return reader;
  }

  /** Closes a reader that was opened here and removes its run. */
  remove(reader: RunFileReader): void {
    this.#readers.delete(reader);
    reader.close();
    this.#runs.delete(reader.run);
    this.#spills.remove(reader.run);
  }

  /** Leaves a run to the end of the task. */
  leave(run: RunFile): void {
    this.#runs.delete(run);
  }

  [Symbol.dispose](): void {
    const writers = [...this.#writers];
    const readers = [...this.#readers];
    const runs = [...this.#runs];
    this.#writers.clear();
    this.#readers.clear();
    this.#runs.clear();
    attemptAll([
      ...writers.map((writer) => () => writer[Symbol.dispose]()),
      ...readers.map((reader) => () => reader.close()),
      ...runs.map((run) => () => this.#spills.remove(run)),
    ]);
  }
}
