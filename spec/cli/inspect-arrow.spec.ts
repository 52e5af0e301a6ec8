import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { printArrow } from '../../cli/inspect-arrow.ts';
import { runProgram } from '../../cli/program.ts';
import { sampleBytes } from '../support/arrow-samples.ts';
import { expectGolden } from '../support/golden.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { FakeIo } from './support/example-catalog.ts';

async function run(...args: readonly string[]) {
  const io = new FakeIo({});
  const code = await runProgram(['inspect', ...args], io);
  return { code, stdout: io.stdout, stderr: io.stderr };
}

it('shows what a file and a stream say of themselves', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'a.arrow');
  writeFileSync(path, sampleBytes('file'));
  const whole = await run(path);
  expect([whole.code, whole.stderr]).toEqual([0, '']);
  expectGolden('cli/inspect-arrow.txt', whole.stdout.replaceAll(directory.path, '<dir>'));
  writeFileSync(join(directory.path, 'b'), sampleBytes('stream'));
  expect((await run(join(directory.path, 'b'), '--format', 'arrow')).stdout).toContain('Arrow, a stream\n');
  expect(await run(path, '--row-group', '0')).toMatchObject({ code: 2 });
  expect(await run(path, '--format', 'csv')).toMatchObject({ code: 2, stderr: expect.stringContaining('csv') });
  expect(await run(path, '--format', 'parquet')).toMatchObject({ code: 1 });
});

it('shows the first of many record batches', () => {
  const batches = Array.from({ length: 1021 }, () => ({ rowCount: 2, sizeBytes: 1, codec: 'zstd' as const }));
  const file = {
    path: 'a',
    sizeBytes: 1,
    rowCount: 2042,
    schema: [],
    dictionaryCount: 0,
    format: 'file',
    batches,
  } as const;
  const printed = printArrow(file, false);
  expect(printed).toContain('2,042 in 1,021 record batches');
  expect(printed).toMatch(/\n {3}19 {5}2 .* zstd\nand 1,001 more\n$/);
  expect(printArrow({ ...file, batches: [], rowCount: 0 }, false)).toContain('0 in 0 record batches');
});
