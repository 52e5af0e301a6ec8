import { expect, it } from 'vitest';
import { showLineage } from '../../cli/show-lineage.ts';
import { ExampleCatalog, FakeIo } from './support/example-catalog.ts';

it('shows the last run unless one is named, as text unless told otherwise', () => {
  using example = new ExampleCatalog();
  const show = (...args: readonly string[]) => {
    const io = new FakeIo({ CAIRN_DIR: example.directory });
    expect(showLineage.run(args, io)).toBe(0);
    return io.stdout;
  };
  expect(show()).toBe('(2) ParallelCollectionRDD[0] at parallelize at job.ts:1\n');
  expect(show('--format', 'text')).toBe(show('bbbb0002'));
  expect(show('--format', 'dot')).toMatch(/^digraph lineage \{\n.*\n\}\n$/s);
  expect(show('--format', 'svg')).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>\n$/s);
  // A node wins over a job: it is the narrower question.
  expect(show('aaaa', '--job', '2', '--node', '0')).toBe(show('aaaa', '--node', '0'));
});
