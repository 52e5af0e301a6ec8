import { join } from 'node:path';
import { type RunId, shuffleId, taskId } from '../../lib/base/ids.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import { MapOutputWriter } from '../../storage/shuffle/map-output-writer.ts';
import { frameOf } from './stored-batches.ts';

/** Writes map outputs as runs that are over left them: files and rows. */
export class RetainedOutputs {
  readonly #fileSystem: FileSystem;
  readonly #catalog: ShuffleCatalog;
  readonly #root: string;

  /** `root` holds one folder a run. */
  constructor(fileSystem: FileSystem, catalog: ShuffleCatalog, root: string) {
    this.#fileSystem = fileSystem;
    this.#catalog = catalog;
    this.#root = root;
  }

  /** The output of a map partition numbered as its task, for one reduce partition, with its row. */
  write(run: RunId, shuffle: number, task: number, records: readonly unknown[] = [task]): MapOutput {
    const output = this.writeFiles(run, shuffle, task, records);
    const { mapIndex, taskId, partitionBytes } = output;
    const bytes = partitionBytes[0] as number;
    this.#catalog.recordOutputs(
      { run, shuffle: shuffleId(shuffle), fingerprint: `shuffle ${shuffle}`, mapCount: 100, reducerCount: 1 },
      [{ mapIndex, task: taskId, bytes, rowCount: records.length, durationMs: 1 }],
    );
    return output;
  }

  /** As `write`, without a row. */
  writeFiles(run: RunId, shuffle: number, task: number, records: readonly unknown[] = [task]): MapOutput {
    using writer = MapOutputWriter.open({
      fileSystem: this.#fileSystem,
      directory: join(this.#root, run),
      shuffleId: shuffleId(shuffle),
      mapIndex: task,
      taskId: taskId(task),
      partitionCount: 1,
    });
    if (records.length > 0) writer.appendFrames(0, frameOf(records), records.length);
    return writer.commit();
  }
}
