import { expect, it } from 'vitest';
import { runProgram } from '../../cli/program.ts';
import { expectGolden } from '../support/golden.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { FakeIo } from './support/example-catalog.ts';
import { sampleParquet } from './support/sample-parquet.ts';

async function run(...args: readonly string[]) {
  const io = new FakeIo({});
  const code = await runProgram(['inspect', ...args], io);
  return { code, stdout: io.stdout, stderr: io.stderr };
}

it('shows what a footer says, and one row group alone where it is asked for', async () => {
  using directory = temporaryDirectory();
  const path = sampleParquet(directory.path);
  const whole = await run(path);
  expect([whole.code, whole.stderr]).toEqual([0, '']);
  expectGolden('cli/inspect.txt', whole.stdout.replaceAll(directory.path, '<dir>'));
  const { stdout } = await run(path, '--row-group', '1');
  expect(stdout).toMatch(/^columns of row group 1\n/);
});

it('says what is wrong with the command line, or with the file', async () => {
  using directory = temporaryDirectory();
  const path = sampleParquet(directory.path);
  expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('a file is missing') });
  expect(await run(path, '--row-group', '2')).toMatchObject({ code: 2, stderr: expect.stringContaining('below 2') });
  expect(await run(`${path}.none`)).toMatchObject({ code: 1, stderr: expect.stringContaining('FILE_NOT_FOUND') });
});
