import { expect, test } from 'vitest';
import { runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { removeRetained } from '../../../storage/metadata/remove-retained.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { MapOutputWriter } from '../../../storage/shuffle/map-output-writer.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { frameOf } from '../../support/stored-batches.ts';
import { ScratchDirectory } from './example-run.ts';

const ROOT = '/data/shuffle';
const ONE = runId('aaaa0001');
const TWO = runId('bbbb0002');

class Retained implements Disposable {
  readonly scratch = new ScratchDirectory();
  readonly database = MetadataDatabase.open(this.scratch.database);
  readonly catalog = new ShuffleCatalog(this.database);
  readonly fileSystem = new MemoryFileSystem();

  constructor() {
    for (const run of [ONE, TWO])
      for (const shuffle of [0, 1]) for (const task of [0, 1]) this.#write(run, shuffle, task);
  }

  #write(run: typeof ONE, shuffle: number, task: number): void {
    const { fileSystem } = this;
    const names = { shuffleId: shuffleId(shuffle), mapIndex: task, taskId: taskId(task) };
    using writer = MapOutputWriter.open({ fileSystem, directory: `${ROOT}/${run}`, ...names, partitionCount: 1 });
    writer.appendFrames(0, frameOf([1]), 1);
    const { partitionBytes } = writer.commit();
    this.catalog.recordOutputs(
      { run, shuffle: shuffleId(shuffle), fingerprint: `f${shuffle}`, mapCount: 2, reducerCount: 1 },
      [{ mapIndex: task, task: taskId(task), bytes: partitionBytes[0] as number, rowCount: 1, durationMs: 1 }],
    );
  }

  rows(): string[] {
    return this.catalog.list().map(({ run, shuffle }) => `${run} ${shuffle}`).sort(); // biome-ignore format: one line
  }

  files(): string[] {
    const paths = this.fileSystem.tree().filter((path) => path.includes('/shuffle_'));
    return [...new Set(paths.map((path) => path.replace(/^.*shuffle\/(\w+)\/.*shuffle_(\d+)_.*$/, '$1 $2')))].sort();
  }

  [Symbol.dispose](): void {
    this.database.close();
    this.scratch[Symbol.dispose]();
  }
}

test('one shuffle goes, rows and files, and nothing else', () => {
  using spec = new Retained();
  const report = removeRetained(spec.fileSystem, spec.catalog, ROOT, { run: ONE, shuffle: shuffleId(1) });
  expect(report).toMatchObject({ removedFiles: 4, keptFiles: 4, failures: [] });
  expect(spec.rows()).toEqual(['aaaa0001 0', 'bbbb0002 0', 'bbbb0002 1']);
  expect(spec.files()).toEqual(spec.rows());
});

test('a run goes with its folder', () => {
  using spec = new Retained();
  expect(removeRetained(spec.fileSystem, spec.catalog, ROOT, ONE)).toMatchObject({ removedFiles: 8, keptFiles: 0 });
  expect(spec.rows()).toEqual(['bbbb0002 0', 'bbbb0002 1']);
  expect(spec.files()).toEqual(spec.rows());
  expect(spec.fileSystem.stat(`${ROOT}/${ONE}`)).toBeUndefined();
  expect(removeRetained(spec.fileSystem, spec.catalog, ROOT, ONE)).toMatchObject({ removedFiles: 0 });
});

test('rows are gone before the first file is, and what cannot be removed is told', () => {
  using spec = new Retained();
  const watching = new FaultyFileSystem(spec.fileSystem, { at: 3, calls: ['removeFile'], errno: 'EACCES' });
  const rows: (readonly string[])[] = [];
  for (let call = 1; call < 30; call++) watching.beforeCall(call, () => rows.push(spec.rows()));
  const report = removeRetained(watching, spec.catalog, ROOT, ONE);
  expect(report.failures).toHaveLength(1);
  for (const seen of rows) expect(seen).toEqual(['bbbb0002 0', 'bbbb0002 1']);
  expect(removeRetained(spec.fileSystem, spec.catalog, ROOT, ONE)).toMatchObject({ removedFiles: 1, failures: [] });
});
