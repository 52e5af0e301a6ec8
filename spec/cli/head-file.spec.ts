import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../../cli/program.ts';
import { expectGolden } from '../support/golden.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { FakeIo } from './support/example-catalog.ts';
import { sampleParquet } from './support/sample-parquet.ts';

async function run(...args: readonly string[]) {
  const io = new FakeIo({});
  const code = await runProgram(['head', ...args], io);
  return { code, stdout: io.stdout, stderr: io.stderr };
}

it('prints the first rows, harmless to a terminal', async () => {
  using directory = temporaryDirectory();
  const path = sampleParquet(directory.path);
  const { code, stdout, stderr } = await run(path);
  expect([code, stderr]).toEqual([0, '']);
  expectGolden('cli/head.txt', stdout);
  expect((await run(path, '-n', '1', '--columns', 'id')).stdout).toBe('id\n1\n');
});

it('reads CSV and JSON lines, with all that these may hold', async () => {
  using directory = temporaryDirectory();
  const csv = join(directory.path, 'a.tsv');
  writeFileSync(csv, 'x\ty\n1\t2001-06-30\n');
  expect((await run(csv)).stdout).toBe('x  y\n1  2001-06-30T00:00:00.000Z\n');
  const json = join(directory.path, 'rows');
  writeFileSync(json, '{"a":[1,2],"b":{"c":true}}\n');
  expect((await run(json, '--format', 'json')).stdout).toBe('a       b\n[1, 2]  {c: true}\n');
  expect((await run(json, '--format', 'json', '--columns', 'b.c')).stdout).toBe('b.c\ntrue\n');
});

it('reads CSV and JSON of other forms', async () => {
  using directory = temporaryDirectory();
  const csv = join(directory.path, 'a.csv');
  writeFileSync(csv, '1;"a\nb"\n2;c\n');
  const { stdout } = await run(csv, '--delimiter', ';', '--no-header', '--multi-line', '--columns', '_c0');
  expect(stdout).toBe('_c0\n1\n2\n');
  writeFileSync(csv, 'x\ty\n1\t2\n');
  expect((await run(csv, '--delimiter', '\\t')).stdout).toBe('x  y\n1  2\n');
  const json = join(directory.path, 'a.json');
  writeFileSync(json, '[{"a":1,\n"b":2},\n{"a":3}]');
  expect((await run(json, '--multi-line', '--columns', 'a')).stdout).toBe('a\n1\n3\n');
  expect(await run(json, '--columns', 'total')).toMatchObject({ code: 1 });
});

it('says what is wrong', async () => {
  using directory = temporaryDirectory();
  const path = sampleParquet(directory.path);
  expect(await run()).toMatchObject({ code: 2 });
  expect(await run(path, '--columns', 'idd')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('COLUMN_NOT_FOUND'),
  });
});
