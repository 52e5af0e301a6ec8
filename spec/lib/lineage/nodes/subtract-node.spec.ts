import { describe, expect, it } from 'vitest';
import { nodeOf } from '../../../../lib/api/rdd.ts';
import { SubtractNode } from '../../../../lib/lineage/nodes/subtract-node.ts';
import { useSession } from '../../../support/use-session.ts';

const cairn = useSession();

describe('SubtractNode', () => {
  const left = () =>
    cairn.session.parallelize(
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
        ['c', 4],
      ],
      3,
    );

  it('drops the keys of the right and keeps the values of the others, in order', async () => {
    const rest = left().subtractByKey(
      cairn.session.parallelize(
        [
          ['b', 0],
          ['b', 0],
          ['z', 0],
        ],
        2,
      ),
      2,
    );
    const node = nodeOf(rest);
    expect(node).toBeInstanceOf(SubtractNode);
    expect(node.className).toBe('SubtractedRDD');
    expect(node.partitioner?.describe()).toBe('hash(2)');
    expect((await rest.collect()).sort()).toEqual([
      ['a', 1],
      ['a', 3],
      ['c', 4],
    ]);
    expect(await rest.lookup('a')).toEqual([1, 3]);
  });

  it('drops everything, and nothing', async () => {
    expect(await left().subtractByKey(left()).collect()).toEqual([]);
    expect(await left().subtractByKey(cairn.session.emptyRdd<[string, number]>()).count()).toBe(4);
    expect(await cairn.session.emptyRdd<[string, number]>().subtractByKey(left()).collect()).toEqual([]);
  });

  it('reads sides that wait for promises', async () => {
    const later = left().mapAsync(async (pair) => pair);
    expect(
      await later
        .partitionBy(2)
        .subtractByKey(later.filter(([k]) => k !== 'c'))
        .collect(),
    ).toEqual([['c', 4]]);
  });
});
