import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recoverDirectory } from '../../../lib/api/recover-directory.ts';
import { nodeId, runId } from '../../../lib/base/ids.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { systemProcesses } from '../../../storage/fs/process-identity.ts';
import { CheckpointCatalog } from '../../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { JobLog } from '../../../storage/metadata/job-log.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { mapOutputDataPath } from '../../../storage/shuffle/map-output-place.ts';
import { exampleRun } from '../../storage/metadata/example-run.ts';
import { RetainedOutputs } from '../../support/retained-outputs.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const ONE = runId('aaaa0001');
const TWO = runId('bbbb0002');

test('what one run of two left is told and put in order, and a live one is left alone', () => {
  using dir = temporaryDirectory();
  using database = MetadataDatabase.open(join(dir.path, 'cairn.sqlite'));
  const shuffles = new ShuffleCatalog(database);
  const checkpoints = new CheckpointCatalog(database);
  const outputs = new RetainedOutputs(nodeFileSystem, shuffles, join(dir.path, 'shuffle'));
  for (const [i, run] of [ONE, TWO].entries()) {
    JobLog.beginRun(database, exampleRun(run, { pid: i }));
    const gone = outputs.write(run, 0, 0);
    outputs.write(run, 0, 1);
    nodeFileSystem.removeFile(mapOutputDataPath(join(dir.path, 'shuffle', run), gone));
    outputs.writeFiles(run, 0, 2);
    const start = { run, node: nodeId(1), name: null, fingerprint: null, owner: 'o', partitionCount: 1 };
    checkpoints.recordBegin({ ...start, partitioner: null, directory: join(dir.path, 'c', run, 'rdd-1') });
    nodeFileSystem.makeDirectory(join(dir.path, 'c', run, 'rdd-1'));
  }
  const options = {
    ...{ directory: dir.path, fileSystem: nodeFileSystem, database, processes: systemProcesses() },
    retainMs: 60_000,
  };
  const isLive = (run: typeof ONE) => run === TWO;
  expect(recoverDirectory({ ...options, isLive, isAlive: ({ pid }) => pid === 1 })).toMatchObject({
    ...{ killedRuns: [ONE], expiredShuffles: 0, failures: [] },
    missingOutputs: [expect.stringContaining(`${ONE}/`)],
  });
  const left = () => shuffles.list().map((shuffle) => [shuffle.run, shuffle.outputs.length]);
  expect(left()).toEqual([[TWO, 2], [ONE, 1]]); // biome-ignore format: pairs
  expect(checkpoints.list().map(({ run }) => run)).toEqual([TWO]);
  expect(new RunReader(database).listRuns().map(({ state }) => state)).toEqual(['running', 'killed']);

  expect(recoverDirectory({ ...options, retainMs: 0 })).toMatchObject({ killedRuns: [TWO], expiredShuffles: 2 });
  expect(left()).toEqual([]);
  expect(nodeFileSystem.list(join(dir.path, 'shuffle'))).toEqual([]);
  expect(checkpoints.list()).toEqual([]);
});
