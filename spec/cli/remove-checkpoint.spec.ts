import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DirectoryLock } from '../../storage/fs/directory-lock.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { ExampleCheckpoints } from './support/example-checkpoints.ts';

it('removes the newest of a name, with its row, and leaves what is not its own', async () => {
  using example = new ExampleCheckpoints();
  writeFileSync(join(example.path(7), 'notes.txt'), 'mine');
  const { code, stdout } = await example.run('rm', 'ratings');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^removed <dir>\/checkpoints\/c1\/rdd-7: 4 files, .*\nleft there, .*: notes\.txt\n$/),
  ]);
  expect(nodeFileSystem.list(example.path(7)).map(({ name }) => name)).toEqual(['notes.txt']);
  expect((await example.run('show', 'ratings')).stdout).toMatch(/^checkpoint +1\n/);
  expect(existsSync(join(example.directory, 'lock'))).toBe(false);
});

it('removes nothing while a session has the data directory open, named by name or by path', async () => {
  using example = new ExampleCheckpoints();
  using _lock = DirectoryLock.acquire(nodeFileSystem, example.directory);
  for (const args of [['ratings'], [example.path(7)], [example.path(7), '--dir', '/nowhere']]) {
    const { code, stderr } = await example.run('rm', ...args);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^cairn: DIRECTORY_ALREADY_OPEN: <dir>/)]);
  }
  expect(nodeFileSystem.list(example.path(7)).length).toBe(4);
  expect((await example.run('verify', 'ratings')).code).toBe(0);
});
