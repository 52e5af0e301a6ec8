import { describe, expect, it } from 'vitest';
import { shuffleId } from '../../../../lib/base/ids.ts';
import { identity } from '../../../../lib/lineage/dependency.ts';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { ShuffledNode } from '../../../../lib/lineage/nodes/shuffled-node.ts';
import { HashPartitioner } from '../../../../lib/lineage/partitioner.ts';
import { origin, partitionsOfNode } from '../../../support/scan-task.ts';
import { GroupingTask } from '../support/grouping-task.ts';

const pairs = new CollectionNode(
  origin(),
  [
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ],
  2,
);

describe('ShuffledNode', () => {
  it('has a partition for each of its partitioner, and reads the reduce side of its shuffle', () => {
    const node = new ShuffledNode(origin(), pairs, new HashPartitioner(2), { shuffleId: shuffleId(4) });
    const task = new GroupingTask();
    expect(partitionsOfNode(node, task)).toEqual([
      [
        [0, 'a'],
        [2, 'c'],
      ],
      [[1, 'b']],
    ]);
    expect(task.asked).toEqual(['shuffle 4/0', 'shuffle 4/1']);
    expect(node.partitioner).toBe(node.shuffle.partitioner);
  });

  it('tells its dependency how to combine and to order', () => {
    const aggregator = { createCombiner: identity, mergeValue: identity, mergeCombiners: identity };
    const keyOrder = { compare: () => 0, ascending: true, natural: false };
    const options = { shuffleId: shuffleId(0), aggregator, mapSideCombine: true, keyOrder };
    const { shuffle, dependencies } = new ShuffledNode(origin(), pairs, new HashPartitioner(1), options);
    expect(shuffle).toMatchObject({ kind: 'shuffle', parent: pairs, aggregator, mapSideCombine: true, keyOrder });
    expect(dependencies).toEqual([shuffle]);
    const plain = new ShuffledNode(origin(), pairs, new HashPartitioner(1), { shuffleId: shuffleId(0) });
    expect(plain.shuffle).toMatchObject({ aggregator: undefined, mapSideCombine: false, keyOrder: undefined });
  });
});
