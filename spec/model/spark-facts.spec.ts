/** Delicate points of Spark's behaviour, each with the figures that Spark gives. */
import { describe, expect, it } from 'vitest';
import { useSession } from '../support/use-session.ts';

const cairn = useSession();

/** Jobs and tasks that a call runs. */
async function workOf(call: () => Promise<unknown>): Promise<readonly [jobs: number, tasks: number]> {
  let jobs = 0;
  let tasks = 0;
  using _listening = cairn.session.onEvent(({ kind }) => {
    if (kind === 'job-submitted') jobs++;
    if (kind === 'task-started') tasks++;
  });
  await call();
  return [jobs, tasks];
}

const numbers = (end: number, slices: number) => cairn.session.range(0, end, 1, slices);
const byKey = <V>(a: readonly [string, V], b: readonly [string, V]): number => (a[0] < b[0] ? -1 : 1);

describe('as in Spark,', () => {
  it('take grows by what it found: 1.5 times what is missing, at most four times as much', async () => {
    expect(await workOf(() => numbers(100, 20).take(5))).toEqual([1, 1]);
    expect(await workOf(() => numbers(100, 20).take(6))).toEqual([2, 1 + 1]);
    expect(await workOf(() => numbers(100, 20).take(12))).toEqual([2, 1 + 3]);
    const none = numbers(100, 20).filter(() => false);
    expect(await workOf(() => none.take(1))).toEqual([3, 1 + 4 + 15]);
    expect(await workOf(() => none.take(0))).toEqual([0, 0]);
  });

  it('zipWithIndex counts all partitions but the last one, once', async () => {
    const indexed = numbers(100, 5).zipWithIndex();
    expect(await workOf(() => indexed.count())).toEqual([2, 4 + 5]);
    expect(await workOf(() => indexed.count())).toEqual([1, 5]);
    expect(await workOf(() => numbers(100, 1).zipWithIndex().count())).toEqual([1, 1]);
  });

  it('lookup computes one partition of partitioned pairs', async () => {
    const squares = numbers(100, 5)
      .map((n) => [n, n * n])
      .partitionBy(10);
    await squares.count();
    expect(await workOf(async () => expect(await squares.lookup(33)).toEqual([33 ** 2]))).toEqual([1, 1]);
  });

  it('treeAggregate has a stage for each level', async () => {
    const add = (a: number, b: number): number => a + b;
    for (const [depth, tasks] of [
      [1, 64],
      [2, 64 + 8],
      [3, 64 + 16 + 4],
    ] as const) {
      const work = await workOf(async () =>
        expect(await numbers(64, 64).treeAggregate(0, add, add, { depth })).toBe(2016),
      );
      expect([depth, ...work]).toEqual([depth, 1, tasks]);
    }
  });

  it('foldByKey takes the zero once for each key in each partition that has it', async () => {
    const pairs = cairn.session.parallelize(
      [
        ['a', 1],
        ['a', 2],
        ['b', 3],
        ['a', 5],
      ],
      2,
    );
    const folded = await pairs.foldByKey(10, (a, b) => a + b).collect();
    expect(folded.sort(byKey)).toEqual([
      ['a', 10 + 1 + 2 + 10 + 5],
      ['b', 10 + 3],
    ]);
  });

  it('coalesce gives neighbours together, in runs of i * n / m', async () => {
    expect(await numbers(10, 10).coalesce(4).glom().collect()).toEqual([
      [0, 1],
      [2, 3, 4],
      [5, 6],
      [7, 8, 9],
    ]);
  });

  it('a union keeps a partitioner that all have, and adds partitions up otherwise', () => {
    const keyed = numbers(9, 2).keyBy((n) => n);
    const [three, four] = [keyed.partitionBy(3), keyed.partitionBy(4)];
    const alike = three.union(three.mapValues((n) => -n));
    expect([alike.partitioner, alike.getNumPartitions()]).toEqual(['hash(3)', 3]);
    const mixed = three.union(four);
    expect([mixed.partitioner, mixed.getNumPartitions()]).toEqual([undefined, 7]);
  });

  it('a small partitioner serves inputs up to nine times as large, not ten times', () => {
    const keyed = (slices: number) => numbers(9, slices).keyBy((n) => n);
    const two = keyed(2).partitionBy(2);
    expect(keyed(19).join(two).getNumPartitions()).toBe(2);
    expect(keyed(20).join(two).getNumPartitions()).toBe(20);
  });

  it('a join gives every combination of a key, and outer joins each side that is alone once', async () => {
    const left = cairn.session.parallelize<[string, number]>(
      [
        ['k', 1],
        ['k', 2],
        ['x', 3],
      ],
      2,
    );
    const right = cairn.session.parallelize<[string, string]>(
      [
        ['k', 'a'],
        ['k', 'b'],
        ['y', 'c'],
        ['y', 'd'],
      ],
      3,
    );
    const counts = [left.join(right), left.leftOuterJoin(right), left.rightOuterJoin(right), left.fullOuterJoin(right)];
    expect(await Promise.all(counts.map((joined) => joined.count()))).toEqual([4, 5, 6, 7]);
    expect(await left.fullOuterJoin(right).lookup('y')).toEqual([
      [undefined, 'c'],
      [undefined, 'd'],
    ]);
  });

  it('randomSplit keeps the order, leaves nothing out and gives nothing to a weight of 0', async () => {
    const parts = numbers(3000, 4).randomSplit([0, 1, 3], 1);
    const found = await Promise.all(parts.map((part) => part.collect()));
    expect(found[0]).toEqual([]);
    for (const part of found) expect(part).toEqual(part.toSorted((a, b) => a - b));
    expect(found.flat().sort((a, b) => a - b)).toEqual(await numbers(3000, 1).collect());
  });

  it('a histogram may have infinite boundaries, and its last bucket holds its upper one', async () => {
    const values = cairn.session.parallelize([-1e9, -0, 5, 7, Number.POSITIVE_INFINITY, Number.NaN], 2);
    const boundaries = [Number.NEGATIVE_INFINITY, 0, 7, Number.POSITIVE_INFINITY];
    expect(await values.histogram(boundaries)).toEqual({ buckets: boundaries, counts: [1, 2, 2] });
    expect((await values.histogram([0, 5, 7])).counts).toEqual([1, 2]);
  });

  it('statistics of large numbers that differ little are exact, however they are cut', async () => {
    const values = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16];
    for (const slices of [1, 2, 3, 4, 9]) {
      const { count, mean, sampleVariance } = await cairn.session.parallelize(values, slices).stats();
      expect([slices, count, mean, sampleVariance]).toEqual([slices, 4, 1e9 + 10, 30]);
    }
  });

  it('repartition is four datasets, join three', () => {
    const classes = (text: string): string[] => text.split('\n').map((line) => line.replace(/\[\d+\] at .*/, ''));
    expect(classes(numbers(4, 4).repartition(2).toDebugString())).toEqual([
      '(2) MapPartitionsRDD',
      ' |  CoalescedRDD',
      ' |  ShuffledRDD',
      ' +-(4) MapPartitionsRDD',
      '    |  ParallelCollectionRDD',
    ]);
    const pairs = numbers(4, 2).keyBy((n) => n);
    expect(classes(pairs.partitionBy(10).join(pairs, 12).toDebugString())).toEqual([
      '(12) MapPartitionsRDD',
      ' |   MapPartitionsRDD',
      ' |   CoGroupedRDD',
      ' +-(10) ShuffledRDD',
      ' |  +-(2) MapPartitionsRDD',
      ' |     |  ParallelCollectionRDD',
      ' +-(2) MapPartitionsRDD',
      '    |  ParallelCollectionRDD',
    ]);
  });
});
