/** The same cases under every way to run a program: closures look different to each of them. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, runNode, runVitest } from '../support/programs.ts';
import { PROJECT_ROOT } from '../support/source-files.ts';

const FIXTURES = join(PROJECT_ROOT, 'fixtures', 'lib', 'closure');
const PROGRAMS = ['all.ts', 'main.ts', 'decorated.ts', 'by-reference.ts', 'stacks.ts'];
const SOURCES = [...PROGRAMS, 'cases.ts', 'helpers.ts', 'more.ts'];

const node = (...args: readonly string[]) => runNode(FIXTURES, args);
const tsc = (from: string, to: string) => compile(join(FIXTURES, from), join(FIXTURES, to), SOURCES, ['--noCheck']);

/** What stacks.ts prints when every frame is at its line: `// line: <name>` marks them. */
function wantedStacks(): readonly string[] {
  const text = readFileSync(join(FIXTURES, 'src', 'stacks.ts'), 'utf8');
  const lineOf = (name: string) => text.split('\n').findIndex((line) => line.endsWith(`// line: ${name}`)) + 1;
  const wanted: readonly (readonly [task: string, ...lines: string[]])[] = [
    ['a helper', 'parse', 'first task'],
    ['the function itself', 'null'],
    ['functions that need each other', 'ping throws', 'pong calls', 'ping calls'],
    ['a method', 'method'],
    ['an asynchronous function', 'parse', 'async'],
  ];
  return wanted.map(([task, ...lines]) => `${task}: ${lines.map(lineOf).join(' ')}`);
}

beforeAll(async () => {
  for (const folder of ['built-cjs', 'built-cjs-out']) {
    mkdirSync(join(FIXTURES, folder), { recursive: true });
    writeFileSync(join(FIXTURES, folder, 'package.json'), '{ "type": "commonjs" }\n');
  }
  for (const name of SOURCES) copyFileSync(join(FIXTURES, 'src', name), join(FIXTURES, 'built-cjs', name));
  await Promise.all([tsc('src', 'built-esm'), tsc('built-cjs', 'built-cjs-out')]);
}, 60_000);

describe('closures travel alike from', () => {
  it.concurrent.each([
    ['ES modules compiled by tsc', ['built-esm/all.js']],
    ['CommonJS compiled by tsc', ['built-cjs-out/all.js']],
    ['tsx, as ES modules', ['--import', 'tsx', 'src/all.ts']],
    ['tsx, as CommonJS', ['--import', 'tsx', 'built-cjs/all.ts']],
  ])('%s', async (_name, args) => {
    // The shared cases, classes with decorators, modules shipped by reference; then stacks.
    const wanted = ['91/91 passed', '10/10 passed', '6/6 passed', ...wantedStacks()];
    expect((await node(...args)).split('\n').sort()).toEqual(wanted.sort());
  });

  it('plain ES modules', async () => {
    expect(await node('src/edge-main.mjs')).toBe('61/61 passed');
  });

  it('plain CommonJS', async () => {
    expect(await node('src/user.cjs')).toBe('15/15 passed');
  });

  it.each(['threads', 'vmThreads'])('the %s of vitest', async (pool) => {
    const report = await runVitest(FIXTURES, ['--config', 'threads.config.mjs', '--pool', pool]);
    expect(report).toEqual({ passed: 1, failures: [] });
  });
});

describe('fingerprints', () => {
  it('are the same in every process, directory and line', async () => {
    for (const [folder, before] of [
      ['built-a', ''],
      ['built-a/deeper', '\n\n// moved\n'],
    ] as const) {
      mkdirSync(join(FIXTURES, folder), { recursive: true });
      const text = readFileSync(join(FIXTURES, 'src', 'fingerprint.mjs'), 'utf8');
      const dist = `${PROJECT_ROOT}/dist/`;
      writeFileSync(join(FIXTURES, folder, 'fingerprint.mjs'), before + text.replaceAll('../../../../dist/', dist));
    }
    const digests = await Promise.all([
      node('src/fingerprint.mjs'),
      node('src/fingerprint.mjs'),
      node('built-a/fingerprint.mjs'),
      node('built-a/deeper/fingerprint.mjs'),
    ]);
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(digests)).toHaveProperty('size', 1);
  });
});
