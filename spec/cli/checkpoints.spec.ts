import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { damage, ExampleCheckpoints } from './support/example-checkpoints.ts';

const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'UTC';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe('cairn checkpoints', () => {
  it.each([
    ['ls', ['ls']],
    ['show', ['show', 'ratings']],
    ['show-lost', ['show', '3']],
    ['verify', ['verify', '2']],
  ])('prints %s', async (name, args) => {
    using example = new ExampleCheckpoints();
    const { code, stdout, stderr } = await example.run(...args);
    expect([code, stderr]).toEqual([0, '']);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the point
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expectGolden(`cli/checkpoints-${name}.txt`, stdout);
  });

  it('says what is wrong, and gives 2 for the command line and 1 for the rest', async () => {
    using example = new ExampleCheckpoints();
    damage(join(example.path(3), '_manifest'), 20);
    const mistakes = [
      [],
      ['lst'],
      ['ls', 'ratings'],
      ['show'],
      ['show', 'ratngs'],
      ['show', '99'],
      ['show', '1'],
      ['show', 'ratings', '--dir', `${example.directory}/none`],
      ['show', example.directory],
      ['show', 'package.json'],
      ['verify'],
      ['verify', 'ratings', '--all'],
      ['verify', '--all=yes'],
      ['rm'],
      ['rm', ''],
      ['rm', 'ratngs'],
      ['rm', 'spec'],
      ['export', 'ratings'],
      ['export', '--to', 'x.jsonl'],
      ['export', 'ratings', '--to', 'package.json'],
      ['export', 'ratings', '--to', join(example.path(7), 'part-00009')],
      ['export', 'ratings', '--to', '/nowhere/x.jsonl'],
    ];
    const text: string[] = [];
    for (const args of mistakes) {
      const { code, stdout, stderr } = await example.run(...args);
      expect(stdout).toBe('');
      expect(code).toBeGreaterThan(0);
      const shown = args.map((arg) => arg.replaceAll(example.directory, '<dir>')).join(' ');
      text.push(`$ cairn checkpoints ${shown}\n${stderr}(${code})\n`);
    }
    expectGolden('cli/checkpoints-mistakes.txt', text.join('\n'));
    expect(existsSync(example.path(7))).toBe(true);
  });
});
