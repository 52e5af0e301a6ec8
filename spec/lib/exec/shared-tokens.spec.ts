import { expect, it } from 'vitest';
import { resolveSharedToken } from '../../../lib/exec/shared-tokens.ts';
import { WorkerAccumulator } from '../../../lib/exec/worker-accumulator.ts';

it('finds the handle of each kind, and none of others', () => {
  const handle = {};
  const broadcasts = { resolve: (id: number) => (id === 3 ? handle : undefined) };
  const parts = { value: { kind: 'long' } };
  const resolve = (kind: string, id: number) => resolveSharedToken(kind, id, broadcasts, parts);
  expect(resolve('broadcast', 3)).toBe(handle);
  expect(resolve('broadcast', 4)).toBe(undefined);
  expect(resolve('accumulator', 5)).toBeInstanceOf(WorkerAccumulator);
  expect(resolve('accumulator', 5)).toMatchObject({ id: 5 });
  expect(resolve('other', 1)).toBe(undefined);
});
