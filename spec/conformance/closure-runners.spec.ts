/** The same cases under every way to run a program: closures look different to each of them. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../support/source-files.ts';

const FIXTURES = join(PROJECT_ROOT, 'fixtures', 'lib', 'closure');
const SOURCES = ['cases.ts', 'helpers.ts', 'more.ts', 'main.ts'];
const run = promisify(execFile);

async function node(...args: readonly string[]): Promise<string> {
  // Vitest's own variables would make the child think that it runs in a test.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  const { stdout } = await run(process.execPath, ['--no-warnings', ...args], { cwd: FIXTURES, env });
  return stdout.trim();
}

function tsc(from: string, to: string): Promise<string> {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const files = SOURCES.map((name) => join(FIXTURES, from, name));
  const options = ['--noCheck', '--ignoreConfig', '--sourceMap', '--module', 'nodenext', '--target', 'es2023'];
  return node(compiler, ...options, '--rootDir', join(FIXTURES, from), '--outDir', join(FIXTURES, to), ...files);
}

describe('closures travel alike from', () => {
  beforeAll(async () => {
    for (const folder of ['built-cjs', 'built-cjs-out']) {
      mkdirSync(join(FIXTURES, folder), { recursive: true });
      writeFileSync(join(FIXTURES, folder, 'package.json'), '{ "type": "commonjs" }\n');
    }
    for (const name of SOURCES) copyFileSync(join(FIXTURES, 'src', name), join(FIXTURES, 'built-cjs', name));
    await Promise.all([tsc('src', 'built-esm'), tsc('built-cjs', 'built-cjs-out')]);
  });

  it.concurrent.each([
    ['ES modules compiled by tsc', ['built-esm/main.js'], '91/91 passed'],
    ['CommonJS compiled by tsc', ['built-cjs-out/main.js'], '91/91 passed'],
    ['tsx, as ES modules', ['--import', 'tsx', 'src/main.ts'], '91/91 passed'],
    ['tsx, as CommonJS', ['--import', 'tsx', 'built-cjs/main.ts'], '91/91 passed'],
    ['plain ES modules', ['src/edge-main.mjs'], '61/61 passed'],
  ])('%s', async (_name, args, wanted) => {
    expect(await node(...args)).toBe(wanted);
  });

  it('the threads of vitest', async () => {
    const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
    const report = await node(vitest, 'run', '--config', 'threads.config.mjs', '--reporter', 'json');
    expect(JSON.parse(report.slice(report.indexOf('{')))).toMatchObject({ numPassedTests: 1, numFailedTests: 0 });
  });

  it('processes without an inspector, where captures are given', async () => {
    const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
    expect(await node(flag, '--allow-fs-read=*', '--allow-worker', 'src/permission.mjs')).toBe(
      'INSPECTOR_UNAVAILABLE 42',
    );
  });

  it('any directory and line: fingerprints are the same in every process', async () => {
    for (const [folder, before] of [
      ['built-a', ''],
      ['built-a/deeper', '\n\n// moved\n'],
    ] as const) {
      mkdirSync(join(FIXTURES, folder), { recursive: true });
      const { readFileSync } = await import('node:fs');
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
