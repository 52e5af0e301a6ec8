import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { type ColumnBatch, rowBatch } from '../../../formats/schema/batch.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { recordsOf, rowBatches, rowsOf, settle, storable } from '../../../lib/lineage/records.ts';
import type { PendingBatch, RangeBatch, TaskBatch } from '../../../lib/lineage/task-context.ts';
import { BatchesNode, type Scripted } from '../../support/batches-node.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { ScanTask } from '../../support/scan-task.ts';

const range: RangeBatch = { kind: 'range', start: 10, step: -3, count: 3 };
const pending: PendingBatch = { kind: 'pending', ready: Promise.resolve() };

function columnsOf(rows: readonly unknown[]): ColumnBatch {
  const columns = buildColumns(rows, 0, rows.length);
  if (columns === undefined) throw new TypeError('these rows have columns');
  return columns;
}

function open(script: readonly Scripted[], isAsync = false) {
  const node = new BatchesNode([script], { isAsync });
  const task = new ScanTask(new MemoryFileSystem());
  return { node, task, batches: () => task.iterate(node, 0) };
}

describe('rowsOf', () => {
  it('copies nothing where the batch holds rows, and keeps to its part', () => {
    const rows = [1, 2, 3, 4];
    const found = rowsOf(rowBatch(rows, 1, 3));
    expect(found.rows).toBe(rows);
    expect(found).toMatchObject({ from: 1, to: 3 });
  });

  it('makes the records of columns and of a range', () => {
    expect(rowsOf(columnsOf([{ a: 1 }, { a: 2 }]))).toEqual({ rows: [{ a: 1 }, { a: 2 }], from: 0, to: 2 });
    expect(rowsOf(range)).toEqual({ rows: [10, 7, 4], from: 0, to: 3 });
    expect(rowsOf({ ...range, count: 0 })).toEqual({ rows: [], from: 0, to: 0 });
  });
});

describe('recordsOf', () => {
  it('gives the records of all kinds of batches in order, over empty ones too', () => {
    const batches = [rowBatch([]), rowBatch([0, 1, 2, 3], 1, 3), rowBatch([9], 1, 1), columnsOf(['x', 'y']), range];
    const records = recordsOf(batches);
    expect(records[Symbol.iterator]()).toBe(records);
    expect([...records]).toEqual([1, 2, 'x', 'y', 10, 7, 4]);
    expect(records.next()).toEqual({ done: true, value: undefined });
  });

  it('gives undefined as a record', () => {
    expect([...recordsOf([rowBatch([undefined, null])])]).toEqual([undefined, null]);
  });

  it('closes the batches when it is returned, and is over then', () => {
    const { node, batches } = open([rowBatch([1, 2]), rowBatch([3])]);
    const records = recordsOf(batches());
    for (const first of records) {
      expect(first).toBe(1);
      break;
    }
    expect(node.closed).toBe(1);
    expect([...records]).toEqual([]);
  });

  it('is over after a return, too, when the batches are held in an array', () => {
    const records = recordsOf([rowBatch([1, 2]), rowBatch([3])].values());
    expect(records.next().value).toBe(1);
    expect(records.return?.()).toEqual({ done: true, value: undefined });
    expect([...records]).toEqual([]);
  });

  it('raises what the batches raise, once the records before are read', () => {
    const records = recordsOf(open([rowBatch([1]), new RangeError('torn')]).batches());
    expect(records.next().value).toBe(1);
    expect(() => records.next()).toThrow('torn');
  });

  it('takes a pending batch for a mistake of ours', () => {
    const caught = () => recordsOf([pending]).next();
    expect(caught).toThrowError(CairnError);
    expect(caught).toThrow(/^INTERNAL/);
  });
});

describe('settle', () => {
  it("gives the parent's own iterator where nothing is pending", () => {
    const { node, task } = open([rowBatch([1]), rowBatch([2])]);
    const settled = settle(node, 0, task).next();
    expect(settled.done).toBe(true);
    expect(node.opened).toBe(0);
    expect([...recordsOf(settled.value as Iterable<TaskBatch>)]).toEqual([1, 2]);
  });

  it('passes pending batches on and holds the rest until all are there', () => {
    const waits = [Promise.resolve(1), Promise.resolve(2)];
    const { node, task } = open([waits[0] as Promise<number>, rowBatch([1]), waits[1] as Promise<number>, range], true);
    const settling = settle(node, 0, task);
    expect((settling.next().value as PendingBatch).ready).toBe(waits[0]);
    expect((settling.next().value as PendingBatch).ready).toBe(waits[1]);
    const last = settling.next();
    expect(last.done).toBe(true);
    expect([...recordsOf(last.value as Iterable<TaskBatch>)]).toEqual([1, 10, 7, 4]);
    expect(node.closed).toBe(1);
  });

  it('closes the parent when it is left while something is pending', () => {
    const { node, task } = open([rowBatch([1]), Promise.resolve()], true);
    const settling = settle(node, 0, task);
    settling.next();
    settling.return([].values());
    expect([node.opened, node.closed]).toEqual([1, 1]);
  });
});

describe('storable', () => {
  it('writes ranges out and leaves other batches as they are', () => {
    const rows = rowBatch([1]);
    const columns = columnsOf([1.5]);
    expect([...storable([rows, columns, range].values())]).toEqual([rows, columns, rowBatch([10, 7, 4])]);
  });

  it('closes its input when it is left, and refuses what is pending', () => {
    const { node, batches } = open([rowBatch([1]), rowBatch([2])]);
    const stored = storable(batches());
    stored.next();
    stored.return?.();
    expect(node.closed).toBe(1);
    expect(() => [...storable([pending].values())]).toThrow(/^INTERNAL/);
  });
});

describe('rowBatches', () => {
  it('cuts rows into batches over the same array, and none of nothing', () => {
    const rows = [0, 1, 2, 3, 4, 5];
    const cuts = (...rest: [number, number?, number?]) =>
      [...rowBatches(rows, ...rest)].map((batch) => (batch.kind === 'rows' ? [batch.from, batch.to] : batch.kind));
    expect(cuts(4)).toEqual([
      [0, 4],
      [4, 6],
    ]);
    expect(cuts(2, 1, 4)).toEqual([
      [1, 3],
      [3, 4],
    ]);
    expect(cuts(2, 3, 3)).toEqual([]);
    expect([...rowBatches(rows, 9)][0]).toMatchObject({ rows });
  });
});
