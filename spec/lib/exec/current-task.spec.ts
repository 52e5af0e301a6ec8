import { describe, expect, it } from 'vitest';
import { AccumulatorPartials } from '../../../lib/exec/accumulator-partials.ts';
import { type CurrentTask, currentTask, refuseInsideTask, withTask } from '../../../lib/exec/current-task.ts';

function task(partition: number): CurrentTask {
  const scope = {
    partition,
    attempt: 0,
    stage: 0,
    taskId: 0,
    signal: new AbortController().signal,
    isInterrupted: () => false,
    onCompletion: () => {},
    onFailure: () => {},
  };
  return { scope, accumulators: new AccumulatorPartials() };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('the current task', () => {
  it('is known across awaits and timers, and nowhere else', async () => {
    expect(currentTask()).toBe(undefined);
    expect(() => refuseInsideTask('collect')).not.toThrow();
    const one = task(1);
    const inside = withTask(one, async () => {
      await Promise.resolve();
      await nextTurn();
      expect(currentTask()).toBe(one);
      refuseInsideTask('collect');
    });
    expect(currentTask()).toBe(undefined);
    await expect(inside).rejects.toThrow(/ACTION_INSIDE_TASK: collect/);
    expect(withTask(one, () => 7)).toBe(7);
  });

  it('is told apart where tasks overlap', async () => {
    const seen: unknown[] = [];
    const run = (partition: number) =>
      withTask(task(partition), async () => {
        for (let i = 0; i < 3; i++) {
          await nextTurn();
          seen.push(currentTask()?.scope.partition);
        }
      });
    await Promise.all([run(1), run(2)]);
    expect(seen).toEqual([1, 2, 1, 2, 1, 2]);
  });
});
