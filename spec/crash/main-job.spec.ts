/** The example that a visitor runs first, killed in the middle and run again. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SpecDirectory } from '../support/engine-of-spec.ts';
import { expectGolden } from '../support/golden.ts';
import { Child } from './support/child.ts';

test('the main job, killed after its second result, goes on and prints what it prints otherwise', async () => {
  using home = new SpecDirectory();
  const start = () =>
    new Child(join(import.meta.dirname, 'support/main-job.ts'), [home.join('data'), home.path], {
      CAIRN_MASTER: 'local[2]',
    });
  const first = start();
  expect(await first.saidLine('PHX-DTW')).toBeDefined();
  first.kill();
  expect(await first.ended()).toBe('SIGKILL');

  const second = start();
  expect(await second.ended(), second.errors).toBe(0);
  expect(second.errors).toMatch(/cairn: goes on from run [0-9a-f]{8}: reuses \d+/);
  expectGolden('examples/10-flights.txt', second.lines.join('\n'));
}, 120_000);
