import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../../cli/program.ts';
import { systemClock } from '../../lib/base/clock.ts';
import { runId } from '../../lib/base/ids.ts';
import { DirectoryLock } from '../../storage/fs/directory-lock.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { systemProcesses } from '../../storage/fs/process-identity.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import { ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import { expectGolden } from '../support/golden.ts';
import { RetainedOutputs } from '../support/retained-outputs.ts';
import { FakeIo } from './support/example-catalog.ts';
import { damage, ExampleCheckpoints } from './support/example-checkpoints.ts';

async function run(directory: string, ...args: readonly string[]) {
  const io = new FakeIo({ CAIRN_DIR: directory });
  const code = await runProgram(['sweep', ...args], io);
  return { code, stdout: io.stdout.replaceAll(directory, '<dir>'), stderr: io.stderr };
}

/** One checkpoint is gone, another damaged; an output is retained, and one is what a dead run left. */
function spoil(example: ExampleCheckpoints): void {
  using database = MetadataDatabase.open(join(example.directory, 'cairn.sqlite'));
  const outputs = new RetainedOutputs(nodeFileSystem, new ShuffleCatalog(database), join(example.directory, 'shuffle'));
  outputs.write(runId('aaaa0001'), 0, 0);
  outputs.writeFiles(runId('aaaa0001'), 0, 1);
  damage(join(example.path(7), 'part-00002'), 20);
  rmSync(example.path(3), { recursive: true });
}

it('prints what it removes and repairs, and before that, on a dry run, what it would', async () => {
  using example = new ExampleCheckpoints();
  spoil(example);
  const dry = await run(example.directory, '--dry-run', '--every-byte');
  expect([dry.code, dry.stderr]).toEqual([0, '']);
  expectGolden('cli/sweep-dry-run.txt', dry.stdout);
  expect(existsSync(join(example.directory, 'shuffle', 'aaaa0001'))).toBe(true);
  const real = await run(example.directory, '--every-byte');
  expect([real.code, real.stderr]).toEqual([0, '']);
  expectGolden('cli/sweep.txt', real.stdout);
  expect(await run(example.directory)).toMatchObject({ code: 0, stdout: '0 files, 0 B\n' });
  expect((await run(example.directory, '--retain', '0')).stdout).toContain('2 files, ');
  expect(existsSync(join(example.directory, 'shuffle', 'aaaa0001'))).toBe(false);
});

it('fails while somebody has the directory open, but for a dry run', async () => {
  using example = new ExampleCheckpoints();
  using _ = DirectoryLock.acquire(nodeFileSystem, example.directory, systemProcesses(), { clock: systemClock });
  const refused = await run(example.directory);
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toContain('DIRECTORY_ALREADY_OPEN');
  expect(await run(example.directory, '--dry-run')).toMatchObject({ code: 0 });
});

it('gives 2 for a command line that is wrong, and 1 for a directory that is none', async () => {
  using example = new ExampleCheckpoints();
  expect(await run(example.directory, 'all')).toMatchObject({ code: 2 });
  expect(await run(example.directory, '--retain')).toMatchObject({ code: 2 });
  expect(await run(example.directory, '--retain', 'soon')).toMatchObject({ code: 1 });
  expect(await run(join(example.directory, 'none'))).toMatchObject({ code: 1, stdout: '' });
});
