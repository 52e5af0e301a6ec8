import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ScratchDirectory } from '../storage/metadata/example-run.ts';
import { PROJECT_ROOT } from '../support/source-files.ts';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const ENGINE = JSON.stringify(pathToFileURL(join(PROJECT_ROOT, 'lib', 'index.ts')).href);

/** Keeps the runner's own variables from the program: they decide what it shows. */
const { VITEST: _vitest, CAIRN_MEMORY: _memory, CAIRN_CODEGEN: _codegen, ...ENVIRONMENT } = process.env;

function start(args: readonly string[], cwd = PROJECT_ROOT): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--import', TSX, join(PROJECT_ROOT, 'cli', 'main.ts'), ...args], {
    cwd,
    env: ENVIRONMENT,
  });
}

async function cairn(args: readonly string[], cwd?: string) {
  const child = start(args, cwd);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

function writeJob(scratch: ScratchDirectory, name: string, lines: readonly string[]): string {
  const path = join(scratch.path, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

describe('the bin', () => {
  it('runs a job, hands on its exit code, and tells of its run afterwards', async () => {
    using scratch = new ScratchDirectory();
    const dir = join(scratch.path, 'data');
    const job = writeJob(scratch, 'job.mts', [
      `import { Session } from ${ENGINE};`,
      'await using session = await Session.open();',
      "const words = session.parallelize(['b', 'a', 'b'] as string[], 2).map((word) => [word, 1] as [string, number]);",
      'const counts = await words.reduceByKey((a, b) => a + b, 2).collect();',
      'console.log(JSON.stringify(counts.sort()), process.argv.slice(2));',
      'process.exitCode = 3;',
    ]);
    const run = await cairn(['run', '--dir', dir, '--master=local', job, 'one', '--dir', 'two']);
    expect(run).toEqual({ code: 3, stdout: `[["a",1],["b",2]] [ 'one', '--dir', 'two' ]\n`, stderr: '' });

    const runs = await cairn(['runs', '--dir', dir]);
    expect(runs).toMatchObject({ code: 0, stderr: '' });
    expect(runs.stdout.split('\n')[1]).toMatch(/^[0-9a-f]{8} {2}succeeded .* 1 {2}local {3}node job\.mts$/);
    const lineage = await cairn(['lineage', '--job', '0', '--dir', dir]);
    expect(lineage.stdout.replaceAll(/ {2}stage \d+: .*$/gm, '  stage')).toBe(
      [
        '(2) ShuffledRDD[2] at reduceByKey at job.mts:4  stage',
        ' +-(2) MapPartitionsRDD[1] at map at job.mts:3  stage',
        '    |  ParallelCollectionRDD[0] at parallelize at job.mts:3',
        '',
      ].join('\n'),
    );
  });

  it('tells what a killed job was at', async () => {
    using scratch = new ScratchDirectory();
    const dir = join(scratch.path, 'data');
    const job = writeJob(scratch, 'job.mts', [
      `import { Session } from ${ENGINE};`,
      'await using session = await Session.open();',
      "await session.range(3).map((n) => n === 1 ? process.kill(process.pid, 'SIGKILL') : n).count();",
    ]);
    expect(await cairn(['run', '--dir', dir, '--master', 'local', job])).toMatchObject({ code: 137, stdout: '' });
    expect((await cairn(['runs', '--dir', dir])).stdout).toMatch(/^[0-9a-f]{8} {2}killed /m);
    expect((await cairn(['jobs', '--dir', dir])).stdout).toMatch(/^ *0 {2}killed {2}count at job\.mts:3 /m);
  });

  it('needs tsx in the project of a TypeScript job', async (context) => {
    if ('typescript' in process.features && process.features.typescript) context.skip();
    using scratch = new ScratchDirectory();
    const job = writeJob(scratch, 'job.ts', ['export {};']);
    const { code, stderr } = await cairn(['run', job], scratch.path);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^cairn: TSX_NOT_FOUND: .*job\.ts is TypeScript.*\n {2}hint: run 'npm install --save-dev tsx'/,
    );
  });

  it('hands a signal on to the job and ends as the job did', async () => {
    using scratch = new ScratchDirectory();
    const job = writeJob(scratch, 'job.mjs', ["process.stdout.write('ready');", 'setTimeout(() => {}, 30_000);']);
    const child = start(['run', job]);
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await closed).toEqual([143, null]);
  });

  it('is quiet when nobody reads on', async () => {
    const child = start(['help']);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout.destroy();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect([code, stderr]).toEqual([0, '']);
  });
});
