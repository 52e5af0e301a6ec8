import { expect, test } from 'vitest';
import { runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { reconcileRetained } from '../../../storage/metadata/reconcile-retained.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { mapOutputDataPath, mapOutputIndexPath } from '../../../storage/shuffle/map-output-place.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RetainedOutputs } from '../../support/retained-outputs.ts';
import { ScratchDirectory } from './example-run.ts';

const ROOT = '/data/shuffle';
const ONE = runId('aaaa0001');
const TWO = runId('bbbb0002');
const nobody = () => false;

class Retained implements Disposable {
  readonly scratch = new ScratchDirectory();
  readonly database = MetadataDatabase.open(this.scratch.database);
  readonly catalog = new ShuffleCatalog(this.database);
  readonly fileSystem = new MemoryFileSystem();
  readonly outputs = new RetainedOutputs(this.fileSystem, this.catalog, ROOT);

  constructor() {
    for (const run of [ONE, TWO]) for (const task of [0, 1, 2]) this.outputs.write(run, 0, task, task === 2 ? [] : [1]);
  }

  rows(): string[] {
    return this.catalog
      .list()
      .flatMap(({ run, outputs }) => outputs.map(({ task }) => `${run} ${task}`))
      .sort();
  }

  pathOf(kind: typeof mapOutputDataPath, run: string, task: number): string {
    return kind(`${ROOT}/${run}`, { shuffleId: shuffleId(0), taskId: taskId(task) });
  }

  [Symbol.dispose](): void {
    this.database.close();
    this.scratch[Symbol.dispose]();
  }
}

test('rows whose files are there stay', () => {
  using spec = new Retained();
  const { catalog, fileSystem } = spec;
  const before = spec.rows();
  expect(reconcileRetained(catalog, { fileSystem, shuffleRoot: ROOT, isLive: nobody })).toEqual({
    forgotten: [],
    failures: [],
  });
  expect(spec.rows()).toEqual(before);
});

test('rows go whose index or data is gone, and all of a run whose folder is', () => {
  using spec = new Retained();
  const { catalog, fileSystem } = spec;
  const [index, data] = [spec.pathOf(mapOutputIndexPath, ONE, 0), spec.pathOf(mapOutputDataPath, ONE, 1)];
  for (const path of [index, data]) fileSystem.removeFile(path);
  const options = { fileSystem, shuffleRoot: ROOT, isLive: nobody };
  expect(reconcileRetained(catalog, options).forgotten).toEqual([index, data]);
  expect(spec.rows().filter((row) => row.startsWith(ONE))).toEqual(['aaaa0001 2']);
  fileSystem.removeTree(`${ROOT}/${TWO}`);
  expect(reconcileRetained(catalog, options).forgotten).toHaveLength(3);
  expect(spec.rows()).toEqual(['aaaa0001 2']);
  fileSystem.removeTree(ROOT);
  expect(reconcileRetained(catalog, options).forgotten).toHaveLength(1);
  expect(catalog.list()).toEqual([]);
});

test('rows of a live run are passed over, and those that cannot be looked at stay', () => {
  using spec = new Retained();
  const { catalog } = spec;
  spec.fileSystem.removeFile(spec.pathOf(mapOutputIndexPath, TWO, 0));
  const refused = new FaultyFileSystem(spec.fileSystem, { at: 1, calls: ['list'], errno: 'EACCES' });
  const report = reconcileRetained(catalog, { fileSystem: refused, shuffleRoot: ROOT, isLive: (run) => run === TWO });
  expect(report.forgotten).toEqual([]);
  expect(report.failures).toMatchObject([{ path: `${ROOT}/${ONE}` }]);
  expect(spec.rows()).toHaveLength(6);
});
