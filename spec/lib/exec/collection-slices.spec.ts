import { describe, expect, it } from 'vitest';
import { collectionReads, rowsOfShipped, shippedSlice } from '../../../lib/exec/collection-slices.ts';
import { CoalesceNode } from '../../../lib/lineage/nodes/coalesce-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { LocalCheckpointNode } from '../../../lib/lineage/nodes/local-checkpoint-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { origin, recordsOfBatches } from '../../support/scan-task.ts';

async function travel(records: readonly unknown[], slices = 1, slice = 0) {
  const shipped = structuredClone(await shippedSlice(new CollectionNode(origin(), records, slices), slice));
  return { kind: shipped.kind, records: [...recordsOfBatches(await rowsOfShipped(shipped))] };
}

describe('a slice of a collection', () => {
  it('has the records from its place on, as frames in shared memory', async () => {
    const records = Array.from({ length: 10_000 }, (_, i) => ({ id: i, name: `n${i}`, weight: i / 3 }));
    const node = new CollectionNode(origin(), records, 3);
    const shipped = await shippedSlice(node, 1);
    expect(shipped.kind === 'frames' && shipped.chunks[0]?.buffer).toBeInstanceOf(SharedArrayBuffer);
    const rows = await rowsOfShipped(shipped);
    expect([...recordsOfBatches(rows)]).toEqual(records.slice(3333, 6666));
  });

  it.each<[string, readonly unknown[]]>([
    ['nothing', []],
    ['primitives', [1, -0, Number.NaN, undefined, null, 'a', '\ud800', 5n, true]],
    ['bytes and dates', [Buffer.from('abc'), new Date(5), new Uint16Array([1, 2]), new Map([[1, new Set([2])]])]],
    ['keys like __proto__', [JSON.parse('{"__proto__": 1}')]],
  ])('keeps %s', async (_, records) => {
    expect(await travel(records)).toStrictEqual({ kind: 'frames', records });
  });

  it('gives records that a task may keep and change, though the bytes are shared', async () => {
    const shipped = await shippedSlice(new CollectionNode(origin(), [Buffer.from('abc')], 1), 0);
    const [[first], [second]] = [
      [...recordsOfBatches(await rowsOfShipped(shipped))] as [Buffer],
      [...recordsOfBatches(await rowsOfShipped(shipped))] as [Buffer],
    ];
    first[0] = 0;
    expect(String(second)).toBe('abc');
    expect(first.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('is encoded once, and as often read as asked for', async () => {
    const node = new CollectionNode(origin(), [1, 2, 3], 1);
    expect(shippedSlice(node, 0)).toBe(shippedSlice(node, 0));
    const rows = await rowsOfShipped(await shippedSlice(node, 0));
    expect([...recordsOfBatches(rows), ...recordsOfBatches(rows)]).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('is captured where records are functions or instances of classes', async () => {
    class Point {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
      double(): number {
        return this.x * 2;
      }
    }
    const factor = 5;
    const records = [new Point(4), (n: number) => n * factor, new Point(6)];
    const found = await travel(records, 1);
    expect(found.kind).toBe('packet');
    const [a, f, b] = found.records as [Point, (n: number) => number, Point];
    expect([a.double(), f(2), b.double()]).toEqual([8, 10, 12]);
    expect(a.constructor).toBe(b.constructor);
  });

  it('is captured, too, where a getter throws', async () => {
    const bad = {
      get x(): number {
        throw new RangeError('not now');
      },
    };
    expect((await travel([bad])).kind).toBe('packet');
  });

  it('says which record cannot travel', async () => {
    const records = Array.from({ length: 100 }, (_, i) =>
      i === 71 || i === 90 ? { job: { wait: Promise.resolve() } } : i,
    );
    const node = new CollectionNode(origin('parallelize'), records, 2);
    await expect(shippedSlice(node, 1)).rejects.toMatchObject({
      code: 'TASK_NOT_SERIALIZABLE',
      params: {
        path: 'record 71 of parallelize at job.ts:1 -> Object.job -> Object.wait -> Promise',
        reason: expect.stringContaining('Promise cannot be copied'),
      },
    });
    records[71] = 71;
    await expect(shippedSlice(node, 1)).rejects.toMatchObject({
      params: { path: expect.stringContaining('record 90') },
    });
    records[90] = 90;
    await expect(shippedSlice(node, 1)).resolves.toMatchObject({ kind: 'frames' });
    await expect(shippedSlice(node, 0)).resolves.toMatchObject({ kind: 'frames' });
  });
});

describe('collectionReads', () => {
  it('names the slices that a partition is computed from, behind any steps', () => {
    const numbers = new CollectionNode(origin(), [1, 2, 3, 4], 4);
    const node = new CoalesceNode(origin(), new StepNode(origin(), numbers, { kind: 'pass' }), 2);
    expect(
      collectionReads(node, 1)
        .map(({ partition }) => partition)
        .sort(),
    ).toEqual([2, 3]);
    expect(collectionReads(new RangeNode(origin(), 0, 4, 1, 2), 0)).toEqual([]);
    numbers.truncate(new LocalCheckpointNode(origin(), numbers.id, 4, undefined));
    expect(collectionReads(node, 1)).toEqual([]);
  });
});
