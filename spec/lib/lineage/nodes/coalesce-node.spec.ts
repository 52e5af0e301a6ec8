import { describe, expect, it } from 'vitest';
import { CoalesceNode } from '../../../../lib/lineage/nodes/coalesce-node.ts';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { EmptyNode } from '../../../../lib/lineage/nodes/empty-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

const task = new ScanTask(new MemoryFileSystem());
const parent = new CollectionNode(origin(), [0, 1, 2, 3, 4, 5, 6], 7);
const coalesce = (count: number) => partitionsOfNode(new CoalesceNode(origin(), parent, count), task);

describe('CoalesceNode', () => {
  it('reads runs of neighbouring partitions, in order and of nearly equal length', () => {
    expect(coalesce(3)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5, 6],
    ]);
    expect(coalesce(1)).toEqual([[0, 1, 2, 3, 4, 5, 6]]);
  });

  it('never makes more partitions than there are', () => {
    expect(coalesce(7)).toHaveLength(7);
    expect(coalesce(100)).toHaveLength(7);
    expect(new CoalesceNode(origin(), new EmptyNode(origin(), []), 3).partitions).toEqual([]);
  });
});
