import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS, runProgram } from '../../cli/program.ts';
import { expectGolden } from '../support/golden.ts';
import { ExampleCatalog, FakeIo } from './support/example-catalog.ts';

let example: ExampleCatalog;
const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'UTC';
  example = new ExampleCatalog();
});
afterAll(() => {
  example[Symbol.dispose]();
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

async function run(...args: readonly string[]) {
  const io = new FakeIo({ CAIRN_DIR: example.directory });
  const code = await runProgram(args, io);
  return { code, stdout: io.stdout, stderr: io.stderr.replaceAll(example.directory, '<dir>') };
}

describe('the program', () => {
  it.each([
    ['runs', ['runs']],
    ['jobs', ['jobs', 'aaaa']],
    ['jobs-killed', ['jobs']],
    ['stages', ['stages', 'aaaa0001']],
    ['stages-of-job', ['stages', 'a', '--job', '1']],
    ['stage', ['stage', '1', 'aaaa']],
    ['lineage', ['lineage', 'aaaa0001']],
    ['lineage-of-job', ['lineage', 'aaaa0001', '--job=1']],
    ['lineage-of-node', ['lineage', 'aaaa0001', '--node', '1']],
    ['lineage-svg', ['lineage', 'aaaa0001', '--job', '2', '--format', 'svg']],
    ['lineage-dot', ['lineage', 'aaaa0001', '--job', '2', '--format', 'dot']],
    ['help', ['help']],
    ['help-lineage', ['help', 'lineage']],
    ['help-checkpoints', ['help', 'checkpoints']],
  ])('prints %s', async (name, args) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toMatch(/[^\S\n]\n/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the point
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expectGolden(name === 'lineage-svg' ? 'cli/lineage.svg' : `cli/${name}.txt`, stdout);
  });

  it('says what is wrong, and gives 2 for the command line and 1 for the rest', async () => {
    const mistakes = [
      [],
      ['rums'],
      ['help', 'rums'],
      ['runs', 'aaaa'],
      ['runs', '--dri', 'x'],
      ['runs', '--dir'],
      ['jobs', 'aaaa', 'bbbb'],
      ['jobs', 'cccc'],
      ['jobs', ''],
      ['stages', '--job', 'x'],
      ['stages', '--job', '-1'],
      ['stage'],
      ['stage', '99', 'aaaa'],
      ['lineage', '--format', 'png'],
      ['lineage', '--job', '99'],
      ['lineage', '--node', '99'],
      ['runs', '--dir', `${example.directory}/none`],
      ['run'],
      ['run', '--dir', 'x'],
      ['run', '--drier', 'x', 'job.ts'],
      ['run', '/nowhere/job.ts'],
    ];
    const text: string[] = [];
    for (const args of mistakes) {
      const { code, stdout, stderr } = await run(...args);
      expect(stdout).toBe('');
      expect(code).toBeGreaterThan(0);
      text.push(`$ cairn ${args.join(' ').replaceAll(example.directory, '<dir>')}\n${stderr}(${code})\n`);
    }
    expectGolden('cli/mistakes.txt', text.join('\n'));
  });

  it.each(['-h', '--help'])('explains a command with %s, and itself', async (flag) => {
    for (const { name } of COMMANDS) expect(await run(name, flag)).toEqual(await run('help', name));
    expect(await run(flag)).toEqual(await run('help'));
  });

  it('prints its version', async () => {
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('tells of an error that is not its own with its stack', async () => {
    const io = new FakeIo();
    io.write = () => {
      throw new TypeError('no stdout');
    };
    expect(await runProgram(['help'], io)).toBe(1);
    expect(io.stderr).toMatch(/^cairn: TypeError: no stdout\n\s+at /);
  });

  it('has nothing to list in a directory of a session that ran nothing', async () => {
    const empty = mkdtempSync(`${tmpdir()}/cairn-cli-`);
    try {
      const { code, stderr } = await run('runs', '--dir', empty);
      expect([code, stderr.replaceAll(empty, '<empty>')]).toEqual([
        1,
        expect.stringMatching(/^cairn: CATALOG_NOT_FOUND: <empty> is no data directory/),
      ]);
    } finally {
      rmSync(empty, { recursive: true });
    }
  });
});
