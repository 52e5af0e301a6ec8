import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { sortByKey } from '../../../lib/exec/sort-by-key.ts';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { recordsOf } from '../../../lib/lineage/records.ts';
import type { BatchIterator } from '../../../lib/lineage/task-context.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

describe('sortByKey', () => {
  it('gives pairs in batches of the task, and all memory back', () => {
    const task = gatheringTask(1e6, { batchRows: 2 });
    const input: BatchIterator = [
      rowBatch([
        [3, 'c'],
        [1, 'a'],
      ]),
      rowBatch([[2, 'b']]),
    ].values();
    const batches = [...sortByKey(task, input, { compare: compareNatural, ascending: false, natural: true })];
    expect(batches).toHaveLength(2);
    expect([...recordsOf(batches)]).toEqual([
      [3, 'c'],
      [2, 'b'],
      [1, 'a'],
    ]);
    expect(task.memory.heldBytes).toBe(0);
    expect(task.memory.uses().map(({ name }) => name)).toEqual(['sort by key']);
  });

  it('closes its input when it is left early', () => {
    const task = gatheringTask(1e6);
    let closed = false;
    const input = (function* (): BatchIterator {
      try {
        yield { kind: 'pending', ready: Promise.resolve() };
      } finally {
        closed = true;
      }
    })();
    const sorted = sortByKey(task, input, { compare: compareNatural, ascending: true, natural: true });
    sorted.next();
    sorted.return?.();
    expect(closed).toBe(true);
  });
});
