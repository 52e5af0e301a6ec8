import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { MapAsyncNode } from '../../../lib/lineage/nodes/map-async-node.ts';
import { recordsOf, rowsOf, settle, storable } from '../../../lib/lineage/records.ts';
import type { TaskBatch } from '../../../lib/lineage/task-context.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { origin, ScanTask } from '../../support/scan-task.ts';

const PENDING: TaskBatch = { kind: 'pending', ready: Promise.resolve() };
const columns = (rows: readonly unknown[]): Batch => ({ ...(buildColumns(rows, 0, rows.length) as Batch) });

describe('rowsOf', () => {
  it('gives rows as they are, and makes them of columns and ranges', () => {
    const rows = [1, 2, 3];
    expect(rowsOf(rowBatch(rows, 1, 2))).toMatchObject({ from: 1, to: 2 });
    expect(rowsOf(rowBatch(rows)).rows).toBe(rows);
    expect(rowsOf({ kind: 'range', start: 5, step: -2, count: 3 })).toEqual({ rows: [5, 3, 1], from: 0, to: 3 });
    expect(rowsOf(columns([{ a: 1 }, { a: 2 }]) as never)).toMatchObject({
      rows: [{ a: 1 }, { a: 2 }],
      from: 0,
      to: 2,
    });
  });
});

describe('recordsOf', () => {
  it('gives the records of all batches, of empty ones none', () => {
    const batches: TaskBatch[] = [
      rowBatch([]),
      rowBatch([1, 2, 3], 1, 3),
      { kind: 'range', start: 7, step: 1, count: 2 },
      rowBatch([]),
    ];
    expect([...recordsOf(batches)]).toEqual([2, 3, 7, 8]);
    const none = recordsOf([]);
    expect([none.next(), none.next()]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('closes the batches when it is left early, and gives nothing more', () => {
    let closed = 0;
    function* batches(): Generator<TaskBatch> {
      try {
        yield rowBatch([1, 2]);
        yield rowBatch([3]);
      } finally {
        closed++;
      }
    }
    const records = recordsOf(batches());
    for (const record of records) if (record === 1) break;
    expect(closed).toBe(1);
    expect(records.next().done).toBe(true);
  });

  it('is a bug on a batch that is not there yet', () => {
    expect(() => [...recordsOf([PENDING])]).toThrow(/INTERNAL/);
  });
});

describe('settle', () => {
  const task = new ScanTask(new MemoryFileSystem(), 2);
  const source = new CollectionNode(origin(), [1, 2, 3], 1);

  it('gives the iterator itself where nothing pends', () => {
    const settling = settle(source, 0, task);
    const step = settling.next();
    expect(step.done).toBe(true);
    expect([...recordsOf(step.value as never)]).toEqual([1, 2, 3]);
  });

  it('passes pending batches on and gives the whole partition then', async () => {
    const settling = settle(new MapAsyncNode(origin(), source, (n) => Promise.resolve(n), 1), 0, task);
    let waits = 0;
    let step = settling.next();
    while (step.done !== true) {
      waits++;
      await step.value.ready;
      step = settling.next();
    }
    expect(waits).toBe(2);
    expect([...recordsOf(step.value)]).toEqual([1, 2, 3]);
  });
});

describe('storable', () => {
  it('writes ranges out and leaves the rest', () => {
    const rows = rowBatch([1]);
    const batches: TaskBatch[] = [rows, { kind: 'range', start: 0, step: 2, count: 2 }];
    expect([...storable(batches.values())]).toEqual([rows, { kind: 'rows', rows: [0, 2], from: 0, to: 2 }]);
    expect(() => [...storable([PENDING].values())]).toThrow(/INTERNAL/);
  });
});
