import { expect, it } from 'vitest';
import { listRuns } from '../../cli/list-runs.ts';
import { ExampleCatalog, FakeIo } from './support/example-catalog.ts';

it('takes the directory from the flag before the environment, and colours states where there are colours', () => {
  using example = new ExampleCatalog();
  const io = new FakeIo({ CAIRN_DIR: '/nowhere' }, true);
  expect(listRuns.run(['--dir', example.directory], io)).toBe(0);
  const lines = io.stdout.replaceAll('\u001b', 'ESC').split('\n');
  expect(lines[1]).toMatch(/^bbbb0002 {2}ESC\[31mkilledESC\[0m {5}2026/);
  expect(lines[2]).toMatch(/^aaaa0001 {2}ESC\[32msucceededESC\[0m {2}2026/);
  expect(() => listRuns.run([], io)).toThrow(/^CATALOG_NOT_FOUND: \/nowhere/);
});
