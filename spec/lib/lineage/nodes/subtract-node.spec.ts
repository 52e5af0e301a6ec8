import { describe, expect, it } from 'vitest';
import { shuffleId } from '../../../../lib/base/ids.ts';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { SubtractNode } from '../../../../lib/lineage/nodes/subtract-node.ts';
import { HashPartitioner } from '../../../../lib/lineage/partitioner.ts';
import { origin, partitionsOfNode } from '../../../support/scan-task.ts';
import { GroupingTask } from '../support/grouping-task.ts';

const pairs = (...of: [number, string][]) => new CollectionNode(origin(), of, 2);
function subtract(left: CollectionNode, right: CollectionNode) {
  let next = 0;
  const node = new SubtractNode(origin(), left, right, new HashPartitioner(2), () => shuffleId(next++));
  return partitionsOfNode(node, new GroupingTask());
}

describe('SubtractNode', () => {
  it('keeps all pairs of keys that the other side does not have, repeated ones included', () => {
    const left = pairs([0, 'a'], [1, 'b'], [2, 'c'], [2, 'd'], [1, 'e']);
    expect(subtract(left, pairs([1, 'x'], [9, 'y']))).toEqual([
      [
        [0, 'a'],
        [2, 'c'],
        [2, 'd'],
      ],
      [],
    ]);
  });

  it('keeps everything when there is nothing to take away, and nothing when all keys are there', () => {
    const left = pairs([0, 'a'], [1, 'b']);
    expect(subtract(left, pairs()).flat()).toHaveLength(2);
    expect(subtract(left, pairs([0, 'x'], [1, 'y'])).flat()).toEqual([]);
    expect(subtract(pairs(), left).flat()).toEqual([]);
  });
});
