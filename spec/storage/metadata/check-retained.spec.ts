import { expect, test } from 'vitest';
import { runId, shuffleId } from '../../../lib/base/ids.ts';
import { checkRetained } from '../../../storage/metadata/check-retained.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { mapOutputDataPath, mapOutputIndexPath } from '../../../storage/shuffle/map-output-place.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RetainedOutputs } from '../../support/retained-outputs.ts';
import { ScratchDirectory } from './example-run.ts';

const ROOT = '/data/shuffle';
const RUN = runId('aaaa0001');

function flip(at: number) {
  return (bytes: Uint8Array) => {
    bytes[at] = (bytes[at] as number) ^ 1;
    return undefined;
  };
}

test('each retained output is looked at, and what is gone or damaged is named by its file', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const fileSystem = new MemoryFileSystem();
  const catalog = new ShuffleCatalog(database);
  const outputs = new RetainedOutputs(fileSystem, catalog, ROOT);
  const written = [0, 1, 2, 3, 4].map((task) => outputs.write(RUN, 0, task, task === 4 ? [] : ['x'.repeat(40)]));
  outputs.write(runId('bbbb0002'), 0, 0);
  const options = { fileSystem, shuffleRoot: ROOT, isLive: (run: typeof RUN) => run !== RUN, everyByte: true };
  expect(checkRetained(catalog, options)).toEqual({ checked: 5, damaged: [] });

  const folder = `${ROOT}/${RUN}`;
  const data = written.map((output) => mapOutputDataPath(folder, output));
  const index = written.map((output) => mapOutputIndexPath(folder, output));
  fileSystem.removeFile(data[0] as string);
  fileSystem.corrupt(index[1] as string, flip(20));
  fileSystem.corrupt(data[2] as string, flip(30));
  const found = checkRetained(catalog, options);
  expect(found.damaged.map(({ mapIndex, path }) => [mapIndex, path])).toEqual([
    [0, data[0]],
    [1, index[1]],
    [2, data[2]],
  ]);
  expect(found.damaged[0]).toMatchObject({ files: [index[0], data[0]], offset: undefined });
  expect(found.damaged[2]).toMatchObject({ reason: expect.stringContaining(data[2] as string), offset: 20 });
  expect(checkRetained(catalog, { ...options, everyByte: false }).damaged.map(({ mapIndex }) => mapIndex)).toEqual([
    0, 1,
  ]);
  expect(catalog.list().find(({ run }) => run === RUN)?.outputs).toHaveLength(5);
});

test('a row that says another length is not the row of that output', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const fileSystem = new MemoryFileSystem();
  const catalog = new ShuffleCatalog(database);
  new RetainedOutputs(fileSystem, catalog, ROOT).write(RUN, 0, 0);
  const options = { fileSystem, shuffleRoot: ROOT, isLive: () => false, everyByte: false };
  const [shuffle] = catalog.list();
  const [output] = shuffle?.outputs ?? [];
  if (shuffle === undefined || output === undefined) return expect.unreachable('there is an output');
  for (const other of [{ bytes: output.bytes + 1 }, { rowCount: 7 }]) {
    catalog.recordOutputs(shuffle, [{ ...output, ...other }]);
    expect(checkRetained(catalog, options).damaged).toHaveLength(1);
  }
  catalog.forgetShuffle(RUN, shuffleId(0));
  catalog.recordOutputs({ ...shuffle, reducerCount: 2 }, [output]);
  expect(checkRetained(catalog, options).damaged).toHaveLength(1);
});

test('what keeps a file from being looked at is raised', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const memory = new MemoryFileSystem();
  const catalog = new ShuffleCatalog(database);
  new RetainedOutputs(memory, catalog, ROOT).write(RUN, 0, 0);
  const fileSystem = new FaultyFileSystem(memory, { at: 1, calls: ['readFile'], errno: 'EACCES' });
  const options = { fileSystem, shuffleRoot: ROOT, isLive: () => false, everyByte: false };
  expect(() => checkRetained(catalog, options)).toThrow('PERMISSION_DENIED');
});
