import { describe, expect, it } from 'vitest';
import { type ShuffleId, shuffleId } from '../../../../lib/base/ids.ts';
import { CoGroupNode } from '../../../../lib/lineage/nodes/co-group-node.ts';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { HashPartitioner } from '../../../../lib/lineage/partitioner.ts';
import { origin, partitionsOfNode } from '../../../support/scan-task.ts';
import { GroupingTask } from '../support/grouping-task.ts';
import { shuffledBy } from '../support/shuffled-by.ts';

const ids = () => {
  let next = 10;
  return (): ShuffleId => shuffleId(next++);
};
const pairs = (...of: [number, string][]) => new CollectionNode(origin(), of, 2);
const left = pairs([0, 'a'], [1, 'b'], [0, 'c']);
const right = pairs([0, 'x'], [3, 'y']);

describe('CoGroupNode', () => {
  it('gives each key of any input once, with the values of every input', () => {
    const node = new CoGroupNode(origin(), [left, right], new HashPartitioner(2), ids());
    expect(partitionsOfNode(node, new GroupingTask())).toEqual([
      [[0, [['a', 'c'], ['x']]]],
      [
        [1, [['b'], []]],
        [3, [[], ['y']]],
      ],
    ]);
  });

  it('reads in place what is partitioned alike, and shuffles the rest', () => {
    const placed = shuffledBy(left, 2);
    const elsewhere = shuffledBy(right, 3, 1);
    const node = new CoGroupNode(origin(), [placed.node, elsewhere.node], new HashPartitioner(2), ids());
    expect(node.dependencies.map(({ kind }) => kind)).toEqual(['narrow', 'shuffle']);
    const task = new GroupingTask();
    partitionsOfNode(node, task);
    expect(task.asked).toContain('shuffle 10/1');
    expect(task.asked.filter((name) => name.startsWith('shuffle 0'))).toEqual(['shuffle 0/0', 'shuffle 0/1']);
  });

  it('takes an id only for what it shuffles', () => {
    const taken: number[] = [];
    const next = ids();
    const counting = () => {
      const id = next();
      taken.push(id);
      return id;
    };
    new CoGroupNode(origin(), [shuffledBy(left, 2).node, right], new HashPartitioner(2), counting);
    expect(taken).toEqual([10]);
  });
});
