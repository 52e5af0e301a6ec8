import { expect, it } from 'vitest';
import { listCheckpoints } from '../../cli/list-checkpoints.ts';
import { FakeIo } from './support/example-catalog.ts';
import { ExampleCheckpoints } from './support/example-checkpoints.ts';

it('lists the newest first and colours states, and has no sums for what is being written', () => {
  using example = new ExampleCheckpoints();
  const io = new FakeIo({ CAIRN_DIR: '/nowhere' }, true);
  expect(listCheckpoints(['--dir', example.directory], io)).toBe(0);
  const lines = io.stdout.replaceAll('\u001b', 'ESC').split('\n');
  expect(lines[1]).toMatch(/^ +4 {2}later {4}ESC\[33mwritingESC\[0m .* 3 +\/.*rdd-12$/);
  expect(lines[2]).toMatch(/^ +3 +ESC\[31mlostESC\[0m /);
  expect(lines[3]).toMatch(/^ +2 {2}ratings {2}ESC\[32mcompleteESC\[0m .* 448 B /);
  expect(() => listCheckpoints([], io)).toThrow(/^CATALOG_NOT_FOUND: \/nowhere/);
});
