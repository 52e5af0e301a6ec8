import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { damage, ExampleCheckpoints } from './support/example-checkpoints.ts';

it('shows, verifies and exports a directory that no catalog knows', async () => {
  using example = new ExampleCheckpoints();
  const path = example.copy(7);
  const none = ['--dir', join(example.directory, 'none')];
  const to = join(dirname(path), 'out.jsonl');
  try {
    expect((await example.run('show', path, ...none)).stdout).toMatch(/^name +ratings\ndirectory /);
    expect((await example.run('verify', path, ...none)).code).toBe(0);
    expect((await example.run('export', path, '--to', to, ...none)).stdout).toBe(`4 records written to ${to}\n`);
    expect(readFileSync(to, 'utf8')).toBe(
      '{"id":1,"name":"a","at":1.5}\n{"id":2,"name":"b","at":{"$number":"-0"}}\n' +
        '{"id":3,"name":"ü","at":{"$number":"NaN"}}\n{"id":4,"name":"😀","at":1099511627776}\n',
    );
    expect((await example.run('rm', path, ...none)).code).toBe(0);
    expect(existsSync(path)).toBe(false);
  } finally {
    rmSync(dirname(path), { recursive: true });
  }
});

it('exports nothing of a checkpoint with a damaged part', async () => {
  using example = new ExampleCheckpoints();
  damage(join(example.path(7), 'part-00002'), 60);
  const to = join(example.directory, 'out.jsonl');
  const { code, stderr } = await example.run('export', 'ratings', '--to', to);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^cairn: CORRUPT_FILE: .*part-00002/);
  expect(nodeFileSystem.list(example.directory).filter(({ name }) => name.includes('out'))).toEqual([]);
});
