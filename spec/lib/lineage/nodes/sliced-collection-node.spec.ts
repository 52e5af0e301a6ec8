import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../../formats/schema/batch.ts';
import { SlicedCollectionNode } from '../../../../lib/lineage/nodes/sliced-collection-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

describe('a collection whose records are elsewhere', () => {
  it('gets each slice when it is computed', () => {
    const asked: number[] = [];
    const node = new SlicedCollectionNode(origin(), 'ParallelCollectionRDD', 3, (slice) => {
      asked.push(slice);
      return [rowBatch([slice]), rowBatch(['x'])];
    });
    expect(node.partitions).toHaveLength(3);
    expect(asked).toEqual([]);
    expect(partitionsOfNode(node, new ScanTask(new MemoryFileSystem()))).toEqual([
      [0, 'x'],
      [1, 'x'],
      [2, 'x'],
    ]);
    expect(asked).toEqual([0, 1, 2]);
  });
});
