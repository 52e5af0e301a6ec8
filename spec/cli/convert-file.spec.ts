import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../../cli/program.ts';
import { inspectParquet } from '../../lib/api/inspect-parquet.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { FakeIo } from './support/example-catalog.ts';
import { sampleParquet } from './support/sample-parquet.ts';

async function run(...args: readonly string[]) {
  const io = new FakeIo({});
  const code = await runProgram(['convert', '--master', 'local', ...args], io);
  return { code, stdout: io.stdout, stderr: io.stderr };
}

const partOf = (directory: string) =>
  join(directory, readdirSync(directory).find((name) => name.startsWith('part-')) ?? '');

it('writes each format as each other one, with its types', async () => {
  using directory = temporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  const path = sampleParquet(directory.path);
  expect(await run(path, at('a.csv'))).toMatchObject({ code: 0, stderr: '' });
  expect(
    readFileSync(partOf(at('a.csv')), 'utf8')
      .split('\n')
      .slice(0, 2),
  ).toEqual(['id,text', '1,a']);
  expect(await run(at('a.csv'), at('b'), '--to-format', 'json', '--columns', 'id')).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(readFileSync(partOf(at('b')), 'utf8')).toBe('{"id":1}\n{"id":2}\n{"id":null}\n');
  expect(
    await run(at('b'), at('c.parquet'), '--from-format', 'json', '--columns', 'id', '--codec', 'zstd'),
  ).toMatchObject({
    ...{ code: 0, stderr: '' },
  });
  expect(await run(path, at('d.parquet'))).toMatchObject({ code: 0, stderr: '' });
  expect(inspectParquet(partOf(at('d.parquet')))).toMatchObject({ rowCount: 3, schema: inspectParquet(path).schema });
});

it('writes Arrow, and reads it', async () => {
  using directory = temporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  const path = sampleParquet(directory.path);
  expect(await run(path, at('a.arrow'))).toMatchObject({ code: 0, stderr: '' });
  expect(await run(partOf(at('a.arrow')), at('b.parquet'))).toMatchObject({ code: 0, stderr: '' });
  expect(inspectParquet(partOf(at('b.parquet')))).toMatchObject({ rowCount: 3, schema: inspectParquet(path).schema });
});

it('reads CSV of other forms', async () => {
  using directory = temporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  writeFileSync(at('a.txt'), '1;"x\ny"\n');
  const form = ['--from-format', 'csv', '--delimiter', ';', '--no-header', '--multi-line'];
  expect(await run(at('a.txt'), at('b.json'), ...form)).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(partOf(at('b.json')), 'utf8')).toBe('{"_c0":1,"_c1":"x\\ny"}\n');
});

it('says what is wrong, and writes nothing then', async () => {
  using directory = temporaryDirectory();
  const path = sampleParquet(directory.path);
  const to = join(directory.path, 'out.csv');
  expect(await run(path)).toMatchObject({ code: 2 });
  expect(await run(path, to, '--mode', 'maybe')).toMatchObject({ code: 2, stderr: expect.stringContaining('--mode') });
  expect(await run(path, to, '--codec', 'zstd')).toMatchObject({ code: 2, stderr: expect.stringContaining('--codec') });
  expect(await run(path, `${to}.parquet`, '--codec', 'zip')).toMatchObject({ code: 2 });
  expect(await run(path, to, '--columns', 'nothing')).toMatchObject({ code: 1 });
  expect(readdirSync(directory.path)).toEqual(['sample.parquet']);
});
