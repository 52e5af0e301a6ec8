import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { damage, ExampleCheckpoints } from './support/example-checkpoints.ts';

it('names every damaged part with its path and the place, and gives 1', async () => {
  using example = new ExampleCheckpoints();
  damage(join(example.path(3), 'part-00000'), 60);
  damage(join(example.path(3), 'part-00002'), 70);
  rmSync(join(example.path(7), 'part-00001'));
  rmSync(example.path(9), { recursive: true });
  const { code, stdout } = await example.run('verify', '--all');
  expect(code).toBe(1);
  expectGolden('cli/checkpoints-verify-damaged.txt', stdout);
  expect((await example.run('verify', '1')).code).toBe(1);
  expect((await example.run('verify', 'later')).stdout).toMatch(/is not complete: its state is 'writing'/);
});
