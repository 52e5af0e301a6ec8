/**
 * The same job gives the same bytes, in any process: hashing is stable, and so is the order of partitions and keys.
 * Bytes depend on the codec and on where a task spilled, that is on its share of memory; answers depend on neither.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SessionOptions } from '../../lib/config/options.ts';
import { SpecDirectory } from '../support/engine-of-spec.ts';
import { Child } from './support/child.ts';

const SCRIPT = join(import.meta.dirname, 'support/same-bytes-child.ts');

async function linesOf(directory: string, options: SessionOptions): Promise<readonly string[]> {
  const child = new Child(SCRIPT, [directory, JSON.stringify(options)], { CAIRN_MEMORY: '', CAIRN_CODEGEN: '' });
  expect([await child.ended(), child.errors]).toEqual([0, '']);
  return child.lines;
}

test('map outputs of two processes are the same byte for byte, with and without generated code', async () => {
  using home = new SpecDirectory();
  const [first, second, interpreted, little] = await Promise.all([
    linesOf(home.join('a'), { memory: '256 MiB', codegen: 'on' }),
    linesOf(home.join('elsewhere/b'), { memory: '256 MiB', codegen: 'auto' }),
    linesOf(home.join('c'), { memory: '256 MiB', codegen: 'off' }),
    linesOf(home.join('d'), { memory: '16 KiB', shuffle: { codec: 'zstd' } }),
  ]);
  expect(first?.length).toBeGreaterThan(3 + 3 + 4 + 2 + 3 + 2);
  expect(second).toEqual(first);
  expect(interpreted).toEqual(first);
  expect(little?.at(-1)).toBe(first?.at(-1));
  expect(little).not.toEqual(first);
});

test('map outputs are the same byte for byte wherever tasks run, and however many at a time', async () => {
  using home = new SpecDirectory();
  // Enough for each of four workers to spill nothing.
  const options = { memory: '1 GiB' } as const;
  const [inline, ...others] = await Promise.all(
    ['local', 'local[1]', 'local[2]', 'local[4]'].map((master) => linesOf(home.join(master), { ...options, master })),
  );
  expect(inline?.length).toBeGreaterThan(3 + 3 + 4 + 2 + 3 + 2);
  for (const lines of others) expect(lines).toEqual(inline);
});
