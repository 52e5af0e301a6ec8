import { describe, expect, it } from 'vitest';
import { nodeOf } from '../../../../lib/api/rdd.ts';
import { LocalCombineNode } from '../../../../lib/lineage/nodes/local-combine-node.ts';
import { useSession } from '../../../support/use-session.ts';

const cairn = useSession();

describe('LocalCombineNode', () => {
  it('combines within partitions and keeps the partitioner', async () => {
    const placed = cairn.session
      .parallelize(
        Array.from({ length: 100 }, (_, i) => [i % 10, i]),
        4,
      )
      .partitionBy(3);
    const summed = placed.reduceByKey((a, b) => a + b);
    const node = nodeOf(summed);
    expect(node).toBeInstanceOf(LocalCombineNode);
    expect(node.partitioner).toBe(nodeOf(placed).partitioner);
    expect(node.partitions).toHaveLength(3);
    const expected = Array.from({ length: 10 }, (_, k) => [k, 450 + 10 * k]);
    expect((await summed.collect()).sort(([a], [b]) => a - b)).toEqual(expected);
  });

  it('passes on what is still pending', async () => {
    const later = cairn.session
      .parallelize(
        [
          ['a', 1],
          ['a', 2],
        ],
        2,
      )
      .partitionBy(2)
      .mapAsync(async (pair) => pair);
    const kept = later
      .mapPartitions((pairs) => pairs)
      .partitionBy(2)
      .reduceByKey((a, b) => a + b);
    expect(await kept.collect()).toEqual([['a', 3]]);
  });
});
