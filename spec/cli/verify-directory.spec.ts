import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../../cli/program.ts';
import { sweepDirectory } from '../../lib/api/sweep-directory.ts';
import { runId, taskId } from '../../lib/base/ids.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import { mapOutputDataPath } from '../../storage/shuffle/map-output-place.ts';
import { expectGolden } from '../support/golden.ts';
import { RetainedOutputs } from '../support/retained-outputs.ts';
import { FakeIo } from './support/example-catalog.ts';
import { damage, ExampleCheckpoints } from './support/example-checkpoints.ts';

async function run(directory: string, ...args: readonly string[]) {
  const io = new FakeIo({ CAIRN_DIR: directory });
  const code = await runProgram(['verify', ...args], io);
  return { code, stdout: io.stdout.replaceAll(directory, '<dir>'), stderr: io.stderr };
}

it('says that a directory is well', async () => {
  using example = new ExampleCheckpoints();
  sweepDirectory(example.directory);
  const { code, stdout, stderr } = await run(example.directory);
  expect([code, stderr]).toEqual([0, '']);
  expectGolden('cli/verify.txt', stdout);
});

it('names each problem in a line of its own, and gives 1', async () => {
  using example = new ExampleCheckpoints();
  const root = join(example.directory, 'shuffle');
  {
    using database = MetadataDatabase.open(join(example.directory, 'cairn.sqlite'));
    const outputs = new RetainedOutputs(nodeFileSystem, new ShuffleCatalog(database), root);
    const [first, second] = [0, 1].map((task) => outputs.write(runId('aaaa0001'), 0, task));
    if (first === undefined || second === undefined) return expect.unreachable('there are two outputs');
    rmSync(mapOutputDataPath(join(root, 'aaaa0001'), first));
    damage(mapOutputDataPath(join(root, 'aaaa0001'), { ...second, taskId: taskId(1) }), 3);
  }
  damage(join(example.path(7), 'part-00002'), 20);
  rmSync(example.path(3), { recursive: true });
  nodeFileSystem.makeDirectory(join(example.directory, 'blocks', 'bbbb0002', '00'));
  writeFileSync(join(example.directory, 'blocks', 'bbbb0002', '00', 'rdd_0_0'), 'abc');
  const { code, stdout, stderr } = await run(example.directory);
  expect([code, stderr]).toEqual([1, '']);
  expectGolden('cli/verify-problems.txt', stdout);
  expect(existsSync(join(example.directory, 'blocks', 'bbbb0002', '00', 'rdd_0_0'))).toBe(true);

  const quick = await run(example.directory, '--quick');
  expect(quick.code).toBe(1);
  expect(quick.stdout).not.toContain('part-00002');
});

it('gives 2 for a command line that is wrong, and 1 for a directory that is none', async () => {
  using example = new ExampleCheckpoints();
  expect(await run(example.directory, 'ratings')).toMatchObject({ code: 2 });
  expect(await run(example.directory, '--quick=yes')).toMatchObject({ code: 2 });
  expect(await run(join(example.directory, 'none'))).toMatchObject({ code: 1, stdout: '' });
});
