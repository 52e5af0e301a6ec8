import { expect, it } from 'vitest';
import { listJobs } from '../../cli/list-jobs.ts';
import { ExampleCatalog, FakeIo } from './support/example-catalog.ts';

it('lists the last run unless one is named, and the errors of jobs below', () => {
  using example = new ExampleCatalog();
  const list = (...args: readonly string[]) => {
    const io = new FakeIo({ CAIRN_DIR: example.directory });
    expect(listJobs.run(args, io)).toBe(0);
    return io.stdout.split('\n');
  };
  expect(list()).toEqual(list('bbbb0002'));
  expect(list()).toEqual(list('last'));
  expect(list('aaaa').slice(4)).toEqual([
    '',
    expect.stringMatching(/^job 2: JOB_FAILED: .*: TypeError: "x" is not a number$/),
    '',
  ]);
});
