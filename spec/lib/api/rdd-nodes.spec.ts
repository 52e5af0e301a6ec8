import { describe, expect, it } from 'vitest';
import { nodeOf, type Rdd } from '../../../lib/api/rdd.ts';
import { expectGolden } from '../../support/golden.ts';
import { useSession } from '../../support/use-session.ts';

const cairn = useSession();

/** A lineage with ids from 0 in the order of their appearance, and without line numbers. */
function outline(rdd: Rdd<never> | Rdd<unknown>): string {
  const text = rdd.toDebugString();
  const ids = [...new Set(Array.from(text.matchAll(/\[(\d+)\] at/g), ([, id]) => Number(id)))].sort((a, b) => a - b);
  return text
    .replaceAll(/\[(\d+)\] at/g, (_, id: string) => `[${ids.indexOf(Number(id))}] at`)
    .replaceAll(/ at [\w.-]+:\d+/g, '');
}

describe('the lineage of operations', () => {
  it('has the nodes that Spark makes', () => {
    const { session } = cairn;
    const words = () => session.parallelize(['a', 'b', 'a'], 2).map((word) => [word, 1]);
    const numbers = () => session.range(0, 9, 1, 3);
    const cases: Record<string, Rdd<never> | Rdd<unknown>> = {
      reduceByKey: words().reduceByKey((a, b) => a + b),
      'reduceByKey of what is partitioned alike': words()
        .partitionBy(4)
        .reduceByKey((a, b) => a + b),
      join: words().join(words().reduceByKey((a) => a, 10)),
      cogroup: words().cogroup(words()),
      leftOuterJoin: words().partitionBy(3).leftOuterJoin(words()),
      subtractByKey: words().subtractByKey(words()),
      subtract: numbers().subtract(numbers()),
      intersection: numbers().intersection(numbers()),
      distinct: numbers().distinct(),
      repartition: numbers().repartition(4),
      'coalesce with shuffle': numbers().coalesce(2, { shuffle: true }),
      coalesce: numbers().coalesce(2),
      sortBy: numbers().sortBy((x) => x),
      sortByKey: words().sortByKey(),
      groupBy: numbers().groupBy((x) => x % 2),
      zip: numbers().zip(numbers()),
      zipWithIndex: numbers().zipWithIndex(),
      sample: numbers().sample(false, 0.5, 1),
      randomSplit: numbers().randomSplit([1, 1], 1)[0] as Rdd<number>,
      cartesian: numbers().cartesian(numbers()),
      'union of what is partitioned alike': words().partitionBy(2).union(words().partitionBy(2)),
    };
    const text = Object.entries(cases).map(([name, rdd]) => `${name}\n${outline(rdd)}\n`);
    expectGolden('lib/api/lineage-of-operations.txt', text.join('\n'));
  });

  it('uses consecutive ids, in the order in which Spark makes its nodes', () => {
    const start = cairn.session.parallelize([1, 2], 2);
    const repartitioned = start.repartition(3);
    expect(repartitioned.id).toBe(start.id + 4);
    const pairs = repartitioned.map((x) => [x, x]);
    expect(pairs.join(pairs).id).toBe(pairs.id + 3);
  });

  it('finds ranges when the first action needs them, once', async () => {
    const jobs: string[] = [];
    using _ = cairn.session.onEvent((event) => {
      if (event.kind === 'job-submitted') jobs.push(event.name);
    });
    const sorted = cairn.session.range(0, 100, 1, 4).sortBy((x) => -x);
    expect(jobs).toEqual([]);
    await sorted.count();
    const first = jobs.length;
    expect(first).toBe(2);
    await sorted.collect();
    expect(jobs).toHaveLength(first + 1);
  });

  it('tries a preparation again after it failed', async () => {
    let fails = true;
    const sorted = cairn.session.range(0, 10, 1, 2).sortBy((x) => {
      if (fails) throw new RangeError('not yet');
      return -x;
    });
    await expect(sorted.collect()).rejects.toThrow(/not yet/);
    fails = false;
    expect(await sorted.first()).toBe(9);
    expect(nodeOf(sorted).kind).toBe('step');
  });
});
