import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { currentJobScope, withJobScope } from '../../../lib/api/job-scope.ts';

test('properties hold across awaits, nest, and end with the function', async () => {
  expect(currentJobScope()).toEqual({});
  await withJobScope({ group: 'a', pool: 'p' }, async () => {
    await nextTurn();
    expect(currentJobScope()).toEqual({ group: 'a', pool: 'p' });
    withJobScope({ group: 'b', description: 'd' }, () => {
      expect(currentJobScope()).toEqual({ group: 'b', pool: 'p', description: 'd' });
    });
    expect(currentJobScope()).toEqual({ group: 'a', pool: 'p' });
  });
  expect(currentJobScope()).toEqual({});
});

test('functions that run at once have properties of their own', async () => {
  const seen = await Promise.all(
    ['a', 'b'].map((group) =>
      withJobScope({ group }, async () => {
        await nextTurn();
        return currentJobScope().group;
      }),
    ),
  );
  expect(seen).toEqual(['a', 'b']);
});
