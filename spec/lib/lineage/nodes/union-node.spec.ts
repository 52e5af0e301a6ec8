import { describe, expect, it } from 'vitest';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { EmptyNode } from '../../../../lib/lineage/nodes/empty-node.ts';
import { PartitionerAwareUnionNode, UnionNode } from '../../../../lib/lineage/nodes/union-node.ts';
import { HashPartitioner } from '../../../../lib/lineage/partitioner.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';

const task = new ScanTask(new MemoryFileSystem());
const left = new CollectionNode(origin(), [1, 2, 3], 2);
const right = new CollectionNode(origin(), [4, 5], 1);

describe('UnionNode', () => {
  it('has the partitions of all parents one after another, a parent that comes twice included', () => {
    const node = new UnionNode(origin(), [left, new EmptyNode(origin(), []), right, left]);
    expect(partitionsOfNode(node, task)).toEqual([[1], [2, 3], [4, 5], [1], [2, 3]]);
    expect(node.partitions.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(node.partitioner).toBe(undefined);
    expect(node.dependencies.map(({ kind }) => kind)).toEqual(['narrow', 'narrow', 'narrow', 'narrow']);
  });
});

describe('PartitionerAwareUnionNode', () => {
  it('joins the partitions of equal index and keeps the partitioner', () => {
    const partitioner = new HashPartitioner(2);
    const other = new CollectionNode(origin(), [7, 8], 2);
    const node = new PartitionerAwareUnionNode(origin(), [left, other], partitioner);
    expect(partitionsOfNode(node, task)).toEqual([
      [1, 7],
      [2, 3, 8],
    ]);
    expect(node.partitioner).toBe(partitioner);
  });
});
