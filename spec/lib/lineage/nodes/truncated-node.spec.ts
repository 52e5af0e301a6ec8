import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../../formats/schema/batch.ts';
import { TruncatedNode } from '../../../../lib/lineage/nodes/truncated-node.ts';
import { HashPartitioner } from '../../../../lib/lineage/partitioner.ts';
import { BatchesNode } from '../../../support/batches-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, recordsOfBatches, ScanTask } from '../../../support/scan-task.ts';

describe('TruncatedNode', () => {
  it('reads its checkpoint, partition by partition, under the name of what it was', () => {
    const checkpoint = new BatchesNode([[rowBatch([1])], [rowBatch([2, 3])]]);
    const node = new TruncatedNode(origin(), checkpoint, 'UnionRDD', new HashPartitioner(2));
    const task = new ScanTask(new MemoryFileSystem());
    expect(node.partitions.map((each) => [...recordsOfBatches(node.compute(each, task))])).toEqual([[1], [2, 3]]);
    expect([node.className, node.partitioner?.describe()]).toEqual(['UnionRDD', 'hash(2)']);
    expect(node.dependencies).toEqual([{ kind: 'narrow', parent: checkpoint }]);
  });
});
