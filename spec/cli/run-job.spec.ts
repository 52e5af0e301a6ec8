import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runJob } from '../../cli/run-job.ts';
import { ScratchDirectory } from '../storage/metadata/example-run.ts';
import { FakeIo } from './support/example-catalog.ts';

it('gives its flags to the job by its environment, and what follows the job as arguments', async () => {
  using scratch = new ScratchDirectory();
  const job = join(scratch.path, 'job.mjs');
  const out = join(scratch.path, 'out.json');
  writeFileSync(
    job,
    [
      "import { writeFileSync } from 'node:fs';",
      'const { CAIRN_DIR, CAIRN_MASTER, CAIRN_MEMORY, CAIRN_RESUME, OTHER } = process.env;',
      `const seen = [CAIRN_DIR, CAIRN_MASTER, CAIRN_MEMORY, CAIRN_RESUME, OTHER, process.argv.slice(2)];`,
      `writeFileSync(${JSON.stringify(out)}, JSON.stringify(seen));`,
      'process.exit(7);',
    ].join('\n'),
  );
  const io = new FakeIo({ CAIRN_MASTER: 'local', CAIRN_DIR: 'before', OTHER: 'kept' });
  const args = ['--dir', 'data', '--resume', '--memory=64 MiB', '--', job, '--memory', '1', '--', 'x'];
  expect(await runJob.run(args, io)).toBe(7);
  const { default: seen } = (await import(out, { with: { type: 'json' } })) as { default: unknown };
  expect(seen).toEqual(['data', 'local', '64 MiB', 'true', 'kept', ['--memory', '1', '--', 'x']]);
  expect([io.stdout, io.stderr]).toEqual(['', '']);
});

it('refuses what it cannot run before it starts anything', async () => {
  const io = new FakeIo();
  await expect(runJob.run([], io)).rejects.toThrow(/^COMMAND_LINE: which job/);
  await expect(runJob.run(['--memory', '1', '/nowhere/job.mjs'], io)).rejects.toThrow(/^FILE_NOT_FOUND: \/nowhere/);
  await expect(runJob.run(['--memory'], io)).rejects.toThrow(/^COMMAND_LINE: --memory needs a value/);
});
