import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { currentJobScope, followJobs, withJobScope } from '../../../lib/api/job-scope.ts';
import type { JobId } from '../../../lib/base/ids.ts';

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

test('who follows jobs is told of them after those around it, within other properties, too', () => {
  const told: string[] = [];
  followJobs(
    (id) => void told.push(`outer ${id}`),
    () =>
      withJobScope({ group: 'a' }, () =>
        followJobs(
          (id) => void told.push(`inner ${id}`),
          () => {
            expect(currentJobScope().group).toBe('a');
            currentJobScope().onJob?.(3 as JobId);
          },
        ),
      ),
  );
  expect(told).toEqual(['outer 3', 'inner 3']);
});
