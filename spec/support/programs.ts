/** Programs of users, started as users start them: in processes of their own, by every runner there is. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from './source-files.ts';

const require = createRequire(import.meta.url);
const run = promisify(execFile);

export interface NodeOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What the program reads from its standard input. */
  readonly input?: string;
}

/** What a program prints. Rejects, with what it wrote to standard error, when it fails. */
export async function runNode(
  directory: string,
  args: readonly string[],
  { env = {}, input = '' }: NodeOptions = {},
): Promise<string> {
  // Vitest's own variables would make the child think that it runs in a test.
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  const running = run(process.execPath, ['--no-warnings', ...args], { cwd: directory, env: { ...own, ...env } });
  running.child.stdin?.end(input);
  const { stdout } = await running;
  return stdout.trim();
}

/** TypeScript's compiler, as a package's user runs it: with no configuration but these options. */
export function compile(
  from: string,
  to: string,
  files: readonly string[],
  options: readonly string[],
): Promise<string> {
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  const common = ['--ignoreConfig', '--sourceMap', '--module', 'nodenext', '--target', 'es2023'];
  const places = ['--rootDir', from, '--outDir', to, ...files.map((name) => join(from, name))];
  return runNode(dirname(from), [compiler, ...common, ...options, ...places]);
}

/** Runs tests; gives how many passed, and what the others said, as vitest's reporter tells it. */
export async function runVitest(directory: string, args: readonly string[], options?: NodeOptions): Promise<unknown> {
  const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
  const all = [vitest, 'run', '--reporter', 'json', ...args];
  // Vitest ends with an error when a test failed, after its report.
  const report = await runNode(directory, all, options).catch((error: { readonly stdout: string }) => error.stdout);
  const { numPassedTests, testResults } = JSON.parse(report.slice(report.indexOf('{'))) as VitestReport;
  const failures = testResults.flatMap(({ assertionResults, message }) => [
    ...(message === '' ? [] : [message]),
    ...assertionResults.flatMap(({ failureMessages }) => failureMessages),
  ]);
  return { passed: numPassedTests, failures };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly failureMessages: readonly string[] }[];
  }[];
}

/**
 * Gives a directory the engine as `npm install` would: what `npm pack` puts into the package, in `node_modules`, beside
 * the packages of this project. It is built before: see build-dist.ts.
 */
export async function installEngine(directory: string): Promise<void> {
  const engine = join(directory, 'node_modules', 'cairn-engine');
  mkdirSync(engine, { recursive: true });
  const packing = ['pack', '--ignore-scripts', '--offline', '--json', '--pack-destination', directory];
  const { stdout } = await run('npm', packing, { cwd: PROJECT_ROOT });
  const [packed] = JSON.parse(stdout) as readonly { readonly filename: string }[];
  await run('tar', ['-xzf', join(directory, packed?.filename ?? ''), '--strip-components=1', '-C', engine]);
  for (const name of readdirSync(join(PROJECT_ROOT, 'node_modules'))) {
    const isPackage = !name.startsWith('.') && name !== 'cairn-engine';
    if (isPackage) symlinkSync(join(PROJECT_ROOT, 'node_modules', name), join(directory, 'node_modules', name));
  }
}
