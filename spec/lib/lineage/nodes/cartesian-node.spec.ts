import { describe, expect, it } from 'vitest';
import { CartesianNode } from '../../../../lib/lineage/nodes/cartesian-node.ts';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { MapAsyncNode } from '../../../../lib/lineage/nodes/map-async-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { awaitRecords, origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

const task = new ScanTask(new MemoryFileSystem(), 3);
const numbers = new CollectionNode(origin(), [1, 2, 3], 2);
const letters = new CollectionNode(origin(), ['a', 'b'], 2);

describe('CartesianNode', () => {
  it('pairs every partition of the left with every one of the right', () => {
    const node = new CartesianNode(origin(), numbers, letters);
    expect(partitionsOfNode(node, task)).toEqual([
      [[1, 'a']],
      [[1, 'b']],
      [
        [2, 'a'],
        [3, 'a'],
      ],
      [
        [2, 'b'],
        [3, 'b'],
      ],
    ]);
    expect(node.className).toBe('CartesianRDD');
  });

  it('gives nothing when either side is empty', () => {
    const empty = new CollectionNode(origin(), [], 1);
    expect(partitionsOfNode(new CartesianNode(origin(), numbers, empty), task).flat()).toEqual([]);
    expect(partitionsOfNode(new CartesianNode(origin(), empty, numbers), task).flat()).toEqual([]);
  });

  it('gives batches of batchRows and heeds cancellation between them', () => {
    const many = new CollectionNode(origin(), [1, 2, 3, 4], 1);
    const node = new CartesianNode(origin(), many, many);
    const stopping = new ScanTask(new MemoryFileSystem(), 4);
    const batches = node.compute(node.partitions[0] as never, stopping);
    expect(batches.next().value).toMatchObject({ rows: { length: 4 } });
    stopping.isCancelled = true;
    expect(() => batches.next()).toThrow(/TASK_CANCELLED/);
  });

  it('waits for asynchronous sides', async () => {
    const slow = (of: CollectionNode) => new MapAsyncNode(origin(), of, (n) => Promise.resolve(n), 2);
    const one = new CollectionNode(origin(), [1, 2], 1);
    const node = new CartesianNode(origin(), slow(one), slow(one));
    expect(await awaitRecords(node.compute(node.partitions[0] as never, task))).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ]);
  });
});
