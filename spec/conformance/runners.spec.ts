/** One job, in the package as it is published, under every way to run a program: what it gives is the same. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { compile, installEngine, runNode, runVitest } from '../support/programs.ts';
import { PROJECT_ROOT } from '../support/source-files.ts';

const JOB = join(PROJECT_ROOT, 'fixtures', 'runners');
/** Each process runs the job once under each of these. */
const MASTERS = ['local', 'local[2]', 'local[*]'];
/** What a user of TypeScript has in tsconfig.json. */
const STRICT = '--strict --lib es2023,esnext.disposable --types node --rewriteRelativeImportExtensions'.split(' ');

let directory: string;
let dataDirectories = 0;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cairn-runners-'));
  await installEngine(directory);
  for (const [folder, type, main] of [
    ['esm', 'module', 'await-main.ts'],
    ['cjs', 'commonjs', 'main.ts'],
  ] as const) {
    mkdirSync(join(directory, folder));
    writeFileSync(join(directory, folder, 'package.json'), JSON.stringify({ type }));
    for (const name of ['job.ts', 'orders.ts', main]) cpSync(join(JOB, name), join(directory, folder, 'src', name));
  }
  cpSync(join(JOB, 'job.test.ts'), join(directory, 'esm', 'src', 'job.test.ts'));
  await Promise.all([
    compile(join(directory, 'esm', 'src'), join(directory, 'esm', 'out'), ['await-main.ts'], STRICT),
    compile(join(directory, 'cjs', 'src'), join(directory, 'cjs', 'out'), ['main.ts'], STRICT),
  ]);
}, 60_000);
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function environment(): Record<string, string> {
  return { CAIRN_MASTERS: MASTERS.join(','), CAIRN_DIR: join(directory, 'data', String(dataDirectories++)) };
}

/** The one line that throws, as errors of tasks name it. */
function throwingLine(): string {
  const lines = readFileSync(join(JOB, 'job.ts'), 'utf8').split('\n');
  return `job.ts:${lines.findIndex((line) => line.includes('// the line that throws')) + 1}`;
}

/** Expects what the golden says of each master, with errors thrown at their line of the source. */
function expectReports(text: string): void {
  const reports = JSON.parse(text) as Record<string, { readonly ranElsewhere: boolean }>;
  expect(Object.keys(reports)).toEqual(MASTERS);
  for (const [master, { ranElsewhere, ...report }] of Object.entries(reports)) {
    expect(ranElsewhere, master).toBe(master !== 'local');
    const shown = JSON.stringify(report, null, 1).replaceAll(throwingLine(), 'job.ts:<the line that throws>');
    expectGolden('runners/job.json', shown);
  }
}

describe('a job gives the same', () => {
  it.concurrent.each([
    ['compiled by tsc to ES modules', 'esm', ['--enable-source-maps', 'out/await-main.js']],
    ['compiled by tsc to CommonJS, which requires the engine', 'cjs', ['--enable-source-maps', 'out/main.js']],
    ['by tsx, as ES modules', 'esm', ['--import', 'tsx', 'src/await-main.ts']],
    ['by tsx, as CommonJS', 'cjs', ['--import', 'tsx', 'src/main.ts']],
  ])('%s', async (_name, folder, args) => {
    expectReports(await runNode(join(directory, folder), args, { env: environment() }));
  });

  it.concurrent.each(['forks', 'threads', 'vmThreads'])('in the %s of vitest', async (pool) => {
    const report = join(directory, `${pool}.json`);
    const env = { ...environment(), CAIRN_REPORT: report };
    const args = ['--root', join(directory, 'esm'), '--pool', pool];
    expect(await runVitest(join(directory, 'esm'), args, { env })).toEqual({ passed: 1, failures: [] });
    expectReports(readFileSync(report, 'utf8'));
  });
});
