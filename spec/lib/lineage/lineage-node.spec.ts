import { describe, expect, it } from 'vitest';
import { ComputedNode, LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import type { Partition } from '../../../lib/lineage/partition.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { origin } from '../../support/scan-task.ts';
import { shuffledBy } from './support/shuffled-by.ts';

class CountingNode extends LineageNode {
  readonly kind = 'counting';
  readonly className = 'CountingRDD';
  asked = 0;

  protected override computePartitions(): readonly Partition[] {
    this.asked++;
    if (this.asked === 1) throw new RangeError('not yet');
    return [{ index: 0, split: undefined }];
  }
}

describe('LineageNode', () => {
  it('finds its partitions once, when they are first asked for; after an error it tries again', () => {
    const node = new CountingNode(origin(), []);
    expect(node.arePartitionsKnown).toBe(false);
    expect(() => node.partitions).toThrow('not yet');
    expect(node.arePartitionsKnown).toBe(false);
    expect(node.partitions).toBe(node.partitions);
    expect([node.asked, node.arePartitionsKnown]).toEqual([2, true]);
  });

  it('is persisted once it has a level', () => {
    const node = new CountingNode(origin(), []);
    expect(node.isPersisted).toBe(false);
    node.storageLevel = STORAGE_LEVELS.DISK_ONLY;
    expect(node.isPersisted).toBe(true);
  });

  it('may pend because of itself or of what it reads in the same stage', () => {
    const source = new CollectionNode(origin(), [], 1);
    const slow = new CountingNode(origin(), [], undefined, { isAsync: true });
    const narrow = (parent: LineageNode) => new CountingNode(origin(), [{ kind: 'narrow', parent }]);
    expect([slow, narrow(slow), narrow(narrow(slow)), narrow(source)].map((node) => node.mayPend)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(narrow(shuffledBy(slow, 2).node).mayPend).toBe(false);
  });

  it('tells nodes that compute from steps, which are fused', () => {
    expect(new CollectionNode(origin(), [], 1)).toBeInstanceOf(ComputedNode);
    expect(new CountingNode(origin(), [])).not.toBeInstanceOf(ComputedNode);
  });
});
