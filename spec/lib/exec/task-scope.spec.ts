import { expect, it } from 'vitest';
import { insideTask, refuseInsideTask } from '../../../lib/exec/task-scope.ts';

it('knows what runs on behalf of a task, across awaits and timers, and nothing else', async () => {
  expect(() => refuseInsideTask('collect')).not.toThrow();
  const inside = insideTask(async () => {
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    refuseInsideTask('collect');
  });
  expect(() => refuseInsideTask('collect')).not.toThrow();
  await expect(inside).rejects.toThrow(/ACTION_INSIDE_TASK: collect/);
  expect(insideTask(() => 7)).toBe(7);
});
