import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { groupInputs, groupValues } from '../../../lib/exec/group-inputs.ts';
import { recordsOf } from '../../../lib/lineage/records.ts';
import type { TaskBatch } from '../../../lib/lineage/task-context.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

const pairs = (count: number, keys: number) =>
  Array.from({ length: count }, (_, i): [number, string] => [(i * 7) % keys, `value ${i}`]);

describe('grouping', () => {
  it('gives a key with its values, or with those of each input', () => {
    const task = gatheringTask(1 << 20);
    const left = rowBatch([
      ['b', 1],
      ['a', 2],
      ['b', 3],
    ]);
    expect([...recordsOf(groupValues(task, [left].values()))]).toEqual([
      ['b', [1, 3]],
      ['a', [2]],
    ]);
    const right = rowBatch([['c', 4]]);
    expect([...recordsOf(groupInputs(task, [[left].values(), [right].values()]))]).toEqual([
      ['b', [[1, 3], []]],
      ['a', [[2], []]],
      ['c', [[], [4]]],
    ]);
  });

  it('passes on what is pending, and gives everything back when it is left', () => {
    const task = gatheringTask(512);
    const waiting: TaskBatch = { kind: 'pending', ready: Promise.resolve() };
    const batches = groupValues(task, [rowBatch(pairs(100, 30)), waiting, rowBatch(pairs(100, 50))].values());
    expect(batches.next().value).toBe(waiting);
    expect(task.runs().length).toBeGreaterThan(0);
    expect(batches.next().value).toMatchObject({ kind: 'rows' });
    batches.return?.();
    expect([task.runs(), task.memory.heldBytes]).toEqual([[], 0]);
  });

  it('stops between batches when the task is cancelled, while it reads what it wrote too', () => {
    for (const calls of [1, 3, 8]) {
      let left = calls;
      const task = {
        ...gatheringTask(512),
        throwIfCancelled: () => {
          if (left-- === 0) throw new CairnError('TASK_CANCELLED', { task: 0 });
        },
      };
      const batches = groupValues(task, [rowBatch(pairs(100, 60)), rowBatch(pairs(100, 70))].values());
      expect(() => [...batches]).toThrow(/TASK_CANCELLED/);
      expect(task.runs()).toEqual([]);
    }
  });
});
