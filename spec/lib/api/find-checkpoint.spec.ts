import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findCheckpoint } from '../../../lib/api/find-checkpoint.ts';
import { ExampleCheckpoints } from '../../cli/support/example-checkpoints.ts';

it('takes a name before a number, and the newest complete one of a name', () => {
  using example = new ExampleCheckpoints();
  const find = (reference: string) => findCheckpoint(example.directory, reference).entry?.checkpoint;
  expect(find('ratings')).toBe(2);
  expect(find('1')).toBe(1);
  expect(find('later')).toBe(4);
  expect(find(example.path(3))).toBe(1);
  expect(find(`${example.path(9)}/`)).toBe(3);
  for (const reference of ['0', '5', '01', '1.0', '', 'constructor']) {
    expect(() => find(reference)).toThrow(/^CHECKPOINT_UNKNOWN/);
  }
});

it('takes a directory that has no row, or where there is no data directory', () => {
  using example = new ExampleCheckpoints();
  const nowhere = join(example.directory, 'nowhere');
  const found = { directory: import.meta.dirname, entry: undefined };
  expect(findCheckpoint(example.directory, import.meta.dirname)).toEqual(found);
  expect(findCheckpoint(nowhere, import.meta.dirname)).toEqual(found);
  expect(() => findCheckpoint(nowhere, 'ratings')).toThrow(/^CATALOG_NOT_FOUND/);
});

it('knows a directory by every way that leads to it', () => {
  using example = new ExampleCheckpoints();
  symlinkSync(join(example.directory, 'checkpoints'), join(example.directory, 'link'));
  const { directory, entry } = findCheckpoint(example.directory, join(example.directory, 'link', 'c1', 'rdd-3'));
  expect([directory, entry?.checkpoint]).toEqual([example.path(3), 1]);
});
