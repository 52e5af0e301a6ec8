import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../../lib/base/ids.ts';
import { LocalCheckpointNode } from '../../../../lib/lineage/nodes/local-checkpoint-node.ts';
import { HashPartitioner } from '../../../../lib/lineage/partitioner.ts';
import { origin } from '../../../support/scan-task.ts';

describe('LocalCheckpointNode', () => {
  const node = new LocalCheckpointNode(origin(), nodeId(3), 2, new HashPartitioner(2));

  it('has the partitions and the partitioner of what was checkpointed', () => {
    expect(node.partitions).toEqual([
      { index: 0, split: undefined },
      { index: 1, split: undefined },
    ]);
    expect([node.className, node.partitioner?.describe(), node.dependencies]).toEqual([
      'LocalCheckpointRDD',
      'hash(2)',
      [],
    ]);
  });

  it('has no records: whoever asks is told which block is gone', () => {
    expect(() => node.compute({ index: 1, split: undefined })).toThrow(/CHECKPOINT_BLOCK_LOST.*rdd_3_1/s);
  });
});
