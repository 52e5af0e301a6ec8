/** Jobs in places where a program is no file, is not alone in its process, or is run with flags of Node's. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runNode } from '../support/programs.ts';
import { PROJECT_ROOT } from '../support/source-files.ts';

const FIXTURES = join(PROJECT_ROOT, 'fixtures', 'lib', 'closure');
const ENV = { CAIRN_FIXTURES: pathToFileURL(FIXTURES).href };
const texts = {
  esm: readFileSync(join(FIXTURES, 'src', 'places.mjs'), 'utf8'),
  cjs: readFileSync(join(FIXTURES, 'src', 'places.cjs'), 'utf8'),
};

function node(args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}): Promise<string> {
  return runNode(FIXTURES, args, { input, env: { ...ENV, ...env } });
}

/** What the job prints: values of its tasks, and the line at which one of them throws. */
function wanted(kind: keyof typeof texts): string {
  const line = texts[kind].split('\n').findIndex((text) => text.endsWith('// line: throws')) + 1;
  return JSON.stringify([6, 'one', 'b', 2, 'string', kind === 'esm' ? 'string' : 'function', 'boom', line]);
}

const inThread = (file: string) => `new (require('node:worker_threads').Worker)(${JSON.stringify(file)})`;
const inTextThread = (text: string) =>
  `new (require('node:worker_threads').Worker)(${JSON.stringify(text)}, { eval: true })`;

describe('a job can be', () => {
  it.concurrent.each<[string, keyof typeof texts, readonly string[], string?]>([
    ['text for node -e', 'cjs', ['-e', texts.cjs]],
    ['text for node -e, as a module', 'esm', ['--input-type=module', '-e', texts.esm]],
    ['read from standard input', 'cjs', ['-'], texts.cjs],
    ['read from standard input, as a module', 'esm', ['--input-type=module', '-'], texts.esm],
    ['in a worker thread', 'esm', ['-e', inThread(join(FIXTURES, 'src', 'places.mjs'))]],
    ['text for a worker thread', 'cjs', ['-e', inTextThread(texts.cjs)]],
    ['in a process that a debugger may join', 'esm', ['--inspect=0', 'src/places.mjs']],
    ['in a process that evaluates no text', 'esm', ['--disallow-code-generation-from-strings', 'src/places.mjs']],
    ['in a process that maps stacks', 'esm', ['--enable-source-maps', 'src/places.mjs']],
    ['in a process whose intrinsics are frozen', 'esm', ['--frozen-intrinsics', 'src/places.mjs']],
  ])('%s', async (_name, kind, args, input) => {
    expect(await node(args, input)).toBe(wanted(kind));
  });

  it('in a process whose coverage V8 counts', async () => {
    const reports = mkdtempSync(join(tmpdir(), 'cairn-coverage-'));
    try {
      expect(await node(['src/places.mjs'], '', { NODE_V8_COVERAGE: reports })).toBe(wanted('esm'));
      expect(readdirSync(reports).length).toBeGreaterThan(0);
    } finally {
      rmSync(reports, { recursive: true });
    }
  });

  it('full of counters of coverage, of which tasks count their own', async () => {
    expect(await node(['src/instrumented.mjs'])).toBe('[[2,1],[1,0,0]]');
  });

  it('of functions and values of other contexts', async () => {
    expect(await node(['src/contexts.mjs'])).toBe('12/12 passed');
  });

  it('without an inspector, where captures are given', async () => {
    const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
    expect(await node([flag, '--allow-fs-read=*', '--allow-worker', 'src/permission.mjs'])).toBe(
      'INSPECTOR_UNAVAILABLE 42',
    );
  });

  it.concurrent.each([
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ])('a bundle (%s), with its packages in it', async (format, extension) => {
    // esbuild comes with tsx.
    const loadAsTsx = createRequire(createRequire(import.meta.url).resolve('tsx/package.json'));
    const { build } = loadAsTsx('esbuild') as { build(options: object): Promise<unknown> };
    const outfile = join(FIXTURES, 'built-bundle', `main.${extension}`);
    await build({
      entryPoints: [join(FIXTURES, 'src', 'main.ts')],
      outfile,
      format,
      bundle: true,
      platform: 'node',
      sourcemap: true,
      external: ['../one-worker.mjs', '*/per-worker.js'],
      logLevel: 'error',
    });
    const lines = (await node([outfile])).split('\n');
    // The names are the bundle's, and what was a package is the user's own code in it.
    const different = lines.filter((line) => line.startsWith('FAIL')).map((line) => line.split(':')[0]);
    expect(different).toEqual(['FAIL ERR assigns capture', 'FAIL ERR npm internal instance']);
    expect(lines.at(-1)).toBe('89/91 passed');
  });
});

describe('captures', () => {
  it('hold on to nothing: 2,000 of them', async () => {
    expect(await node(['--expose-gc', 'src/leak.mjs'])).toBe('[true,true]');
  });

  it('leave optimized code as it is', async () => {
    expect(await node(['--allow-natives-syntax', 'src/optimized.cjs'])).toBe('[[true,true],[true,true]]');
  });
});
