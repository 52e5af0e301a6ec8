/** One program in several processes, directories and runners. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { compile, runNode } from '../../support/programs.ts';
import { PROJECT_ROOT } from '../../support/source-files.ts';

const PROGRAM = join(import.meta.dirname, 'support/fingerprint-child.ts');
const ENGINE = `${pathToFileURL(join(PROJECT_ROOT, 'dist')).href}/`;
const TSX = import.meta.resolve('tsx');

/** A directory with a copy of the program, some lines further down, and of its input. */
function place(
  home: SpecDirectory,
  name: string,
  before: string,
): { readonly directory: string; readonly script: string } {
  const directory = home.join(name, 'of a user');
  mkdirSync(directory, { recursive: true });
  const script = join(directory, `${name}.ts`);
  writeFileSync(script, `${before}${readFileSync(PROGRAM, 'utf8')}`);
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, 'input.txt'), 'ключ\nother\n');
  return { directory, script };
}

async function run(directory: string, args: readonly string[]): Promise<Record<string, string>> {
  const env = { CAIRN_MASTER: '', CAIRN_CODEGEN: '', CAIRN_MEMORY: '' };
  const data = join(directory, 'data');
  const all = [...args, ENGINE, join(directory, 'input.txt'), data];
  return JSON.parse(await runNode(directory, all, { env })) as Record<string, string>;
}

test('fingerprints are the same in every process and directory, for each way to run a program', async () => {
  using home = new SpecDirectory();
  const [first, second] = [place(home, 'first', ''), place(home, 'second', '// moved down\n\n\n\n')];
  const tsx = await run(first.directory, ['--import', TSX, first.script]);
  expect(Object.keys(tsx)).toEqual(['lines', 'numbers', 'sorted', 'objects']);
  for (const digest of Object.values(tsx)) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(await run(second.directory, ['--import', TSX, second.script])).toEqual(tsx);

  const options = ['--noCheck', '--skipLibCheck'];
  await compile(first.directory, join(first.directory, 'out'), ['first.ts'], options);
  await compile(second.directory, join(second.directory, 'out'), ['second.ts'], options);
  const compiled = await run(first.directory, [join(first.directory, 'out/first.js')]);
  expect(await run(second.directory, [join(second.directory, 'out/second.js')])).toEqual(compiled);
  // Data is the same for all; texts are as the runner gives them to V8.
  expect(compiled.objects).toBe(tsx.objects);
}, 60_000);
