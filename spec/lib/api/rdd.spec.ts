import { describe, expect, it } from 'vitest';
import { nodeOf, type Rdd } from '../../../lib/api/rdd.ts';
import type { StorageLevelName } from '../../../storage/block/storage-level.ts';
import { useSession } from '../../support/use-session.ts';

const cairn = useSession();
const of = <T>(records: readonly T[], slices = 2): Rdd<T> => cairn.session.parallelize(records, slices);
const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' });

describe('transformations of records', () => {
  it('map, filter and flatMap, in order, across partitions', async () => {
    const result = of([1, 2, 3, 4, 5], 3)
      .map((x) => x * 2)
      .filter((x) => x !== 4)
      .flatMap((x) => [x, -x]);
    expect(await result.collect()).toEqual([2, -2, 6, -6, 8, -8, 10, -10]);
  });

  it('filter keeps what is truthy and narrows by a guard', async () => {
    const strings: Rdd<string> = of<unknown>([1, 'a', null, 'b']).filter((x): x is string => typeof x === 'string');
    expect(await strings.collect()).toEqual(['a', 'b']);
    expect(
      await of([0, 1, '', 'x'])
        .filter((x) => x)
        .collect(),
    ).toEqual([1, 'x']);
  });

  it('mapPartitions and its indexed form see iterators, once a partition', async () => {
    const sums = of([1, 2, 3, 4, 5], 2).mapPartitions((xs) => [[...xs].reduce((a, b) => a + b, 0)]);
    expect(await sums.collect()).toEqual([3, 12]);
    const indexed = of(['a', 'b', 'c'], 3).mapPartitionsWithIndex(function* (i, xs) {
      for (const x of xs) yield `${i}${x}`;
    });
    expect(await indexed.collect()).toEqual(['0a', '1b', '2c']);
  });

  it('mapPartitions goes through ranges that no memory could hold', async () => {
    const firsts = cairn.session.range(0, Number.MAX_SAFE_INTEGER, 1, 1).mapPartitions((numbers) => {
      const taken: number[] = [];
      for (const n of numbers) if (taken.push(n) === 70_000) break;
      return [taken[0], taken[69_999]];
    });
    expect(await firsts.collect()).toEqual([0, 69_999]);
  });

  it('mapPartitions keeps the partitioner when told to', () => {
    const pairs = of([['a', 1]] as const).partitionBy(3);
    expect(pairs.mapPartitions((xs) => xs).partitioner).toBeUndefined();
    expect(pairs.mapPartitions((xs) => xs, { preservesPartitioning: true }).partitioner).toBe('hash(3)');
    expect(pairs.mapPartitionsWithIndex((_, xs) => xs, { preservesPartitioning: true }).partitioner).toBe('hash(3)');
  });

  it('mapAsync keeps order with many records in flight', async () => {
    const f = async (x: number): Promise<number> => {
      for (let i = x % 7; i > 0; i--) await Promise.resolve();
      return x * 10;
    };
    const records = Array.from({ length: 50 }, (_, i) => i);
    expect(
      await of(records, 3)
        .mapAsync(f, { concurrency: 4 })
        .map((x) => x + 1)
        .collect(),
    ).toEqual(records.map((x) => x * 10 + 1));
    expect(
      await of([1, 2])
        .mapAsync((x) => x)
        .collect(),
    ).toEqual([1, 2]);
  });

  it('mapAsync feeds partition functions, shuffles, sorts and zips', async () => {
    const later = of([3, 1, 2, 3], 2).mapAsync(async (x) => x);
    expect(await later.mapPartitions((xs) => [[...xs]]).collect()).toEqual([
      [3, 1],
      [2, 3],
    ]);
    expect(await later.sortBy((x) => x).collect()).toEqual([1, 2, 3, 3]);
    expect((await later.distinct().collect()).sort()).toEqual([1, 2, 3]);
    expect(await later.zip(later).count()).toBe(4);
    expect(await later.cartesian(later).count()).toBe(16);
    expect(
      await later
        .keyBy((x) => x)
        .partitionBy(2)
        .groupByKey()
        .mapValues((v) => v.length)
        .collectAsMap(),
    ).toEqual(
      new Map([
        [3, 2],
        [1, 1],
        [2, 1],
      ]),
    );
    expect(await later.cache().count()).toBe(4);
    expect(await later.collect()).toEqual([3, 1, 2, 3]);
  });

  it('mapAsync fails with what the function rejects with', async () => {
    const failing = of([1, 2, 3], 1).mapAsync(async (x) => {
      if (x === 2) throw new RangeError('two');
      return x;
    });
    const error = await failing.collect().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'JOB_FAILED' });
    expect(String((error as Error).message)).toContain('two');
  });

  it('glom and keyBy', async () => {
    expect(await of([1, 2, 3], 2).glom().collect()).toEqual([[1], [2, 3]]);
    expect(await of([1, 2], 3).glom().collect()).toEqual([[], [1], [2]]);
    expect(
      await of(['a', 'bc'])
        .keyBy((s) => s.length)
        .collect(),
    ).toEqual([
      [1, 'a'],
      [2, 'bc'],
    ]);
  });

  it('give records of any kind back as they were', async () => {
    const records = [null, undefined, Number.NaN, -0, 1n, 'x', [1, [2]], { a: { b: 1 } }, new Date(5), true];
    expect(
      await of<unknown>(records, 3)
        .map((x) => x)
        .collect(),
    ).toEqual(records);
  });
});

describe('several datasets', () => {
  it('union keeps duplicates and order; datasets without partitions are left out', async () => {
    const union = of([1, 2]).union(of([2, 3], 3), cairn.session.emptyRdd<number>());
    expect(await union.collect()).toEqual([1, 2, 2, 3]);
    expect(union.getNumPartitions()).toBe(5);
    expect(nodeOf(union).dependencies).toHaveLength(2);
    expect(await cairn.session.emptyRdd<number>().union(cairn.session.emptyRdd<number>()).collect()).toEqual([]);
  });

  it('union of datasets partitioned alike keeps the partitioner', async () => {
    const left = of([['a', 1]] as const).partitionBy(4);
    const right = of([['a', 2]] as const).partitionBy(4);
    const union = left.union(right);
    expect([union.partitioner, union.getNumPartitions()]).toEqual(['hash(4)', 4]);
    expect(await union.lookup('a')).toEqual([1, 2]);
    expect(left.union(of([['a', 2]] as const).partitionBy(5)).partitioner).toBeUndefined();
    expect(left.union(of([['a', 2]] as const)).partitioner).toBeUndefined();
  });

  it('intersection gives distinct common records', async () => {
    const common = of([1, 2, 2, Number.NaN, 3]).intersection(of([2, 2, 3, Number.NaN, 4], 3));
    expect(new Set(await common.collect())).toEqual(new Set([2, 3, Number.NaN]));
    expect(await common.count()).toBe(3);
    expect(
      await of([[1, 'a']])
        .intersection(
          of([
            [1, 'a'],
            [2, 'a'],
          ]),
        )
        .collect(),
    ).toEqual([[1, 'a']]);
  });

  it('subtract keeps duplicates of what stays', async () => {
    const rest = of([1, 1, 2, 3, null]).subtract(of<number | null>([2, null]));
    expect((await rest.collect()).sort()).toEqual([1, 1, 3]);
    expect(
      of([1, 2], 5)
        .subtract(of([1], 2))
        .getNumPartitions(),
    ).toBe(5);
    expect(
      of([1, 2], 5)
        .subtract(of([1], 2), 3)
        .getNumPartitions(),
    ).toBe(3);
    const partitioned = of([
      ['a', 1],
      ['b', 2],
    ] as const).partitionBy(3);
    expect(await partitioned.subtract(of([['a', 1]] as const)).collect()).toEqual([['b', 2]]);
  });

  it('distinct compares by value', async () => {
    const records = [1, '1', 1n, 0, -0, Number.NaN, Number.NaN, null, undefined, null, [1], [1], { a: 1 }, { a: 1 }];
    const distinct = await of<unknown>(records, 3).distinct().collect();
    expect(distinct).toHaveLength(9);
    expect(new Set(distinct.map((x) => (typeof x === 'object' ? JSON.stringify(x) : x)))).toEqual(
      new Set([1, '1', 1n, 0, Number.NaN, 'null', undefined, '[1]', '{"a":1}']),
    );
    expect(of(records, 3).distinct(7).getNumPartitions()).toBe(7);
    const partitioned = of([
      ['a', 1],
      ['a', 1],
    ] as const)
      .partitionBy(2)
      .distinct();
    expect(partitioned.partitioner).toBe('hash(2)');
    expect(await partitioned.collect()).toEqual([['a', 1]]);
  });

  it('cartesian pairs everything', async () => {
    const product = of([1, 2], 2).cartesian(of(['a', 'b', 'c'], 3));
    expect(product.getNumPartitions()).toBe(6);
    expect(await product.collect()).toEqual([1, 2].flatMap((x) => ['a', 'b', 'c'].map((y) => [x, y])));
    expect(await of([1]).cartesian(cairn.session.emptyRdd()).collect()).toEqual([]);
  });

  it('zip needs equal cuts', async () => {
    const left = of([1, 2, 3]);
    expect(await left.zip(left.map((x) => `${x}`)).collect()).toEqual([
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ]);
    await expect(left.zip(of([1, 2, 3], 3)).collect()).rejects.toMatchObject({ code: 'PARTITION_COUNTS_DIFFER' });
    const unequal = await left
      .zip(left.filter((x) => x > 1))
      .collect()
      .catch((e: unknown) => e);
    expect((unequal as Error).message).toContain('different lengths');
  });

  it('zipPartitions takes any number of datasets', async () => {
    const joined = of([1, 2, 3]).zipPartitions([of(['a', 'b']), of([true, false])] as const, (xs, ys, zs) => [
      [...xs].length,
      [...ys].join(''),
      [...zs].length,
    ]);
    expect(await joined.collect()).toEqual([1, 'a', 1, 2, 'b', 1]);
    expect(
      await of([1, 2])
        .zipPartitions([], (xs) => xs)
        .collect(),
    ).toEqual([1, 2]);
  });

  it('zipWithIndex counts over partitions', async () => {
    for (const slices of [1, 2, 5]) {
      expect(await of(['a', 'b', 'c'], slices).zipWithIndex().collect()).toEqual([
        ['a', 0],
        ['b', 1],
        ['c', 2],
      ]);
    }
    expect(await cairn.session.emptyRdd().zipWithIndex().collect()).toEqual([]);
    const twice = of(['a', 'b', 'c'], 3)
      .zipWithIndex()
      .filter(([, i]) => i > 0)
      .zipWithIndex();
    expect(await twice.collect()).toEqual([
      [['b', 1], 0],
      [['c', 2], 1],
    ]);
  });

  it('zipWithUniqueId needs no job', async () => {
    expect(await of(['a', 'b', 'c', 'd', 'e'], 2).zipWithUniqueId().collect()).toEqual([
      ['a', 0],
      ['b', 2],
      ['c', 1],
      ['d', 3],
      ['e', 5],
    ]);
  });

  it('refuse what is not a dataset, and datasets of another session', () => {
    expect(() => of([1]).union([2] as unknown as Rdd<number>)).toThrow(invalid);
    expect(() => of([1]).zipPartitions(of([1]) as unknown as [], (xs) => xs)).toThrow(invalid);
  });
});

describe('sampling', () => {
  it('gives the same sample for the same seed and about the fraction', async () => {
    const records = cairn.session.range(0, 10_000, 1, 4);
    const sample = await records.sample(false, 0.1, 42).collect();
    expect(sample.length).toBeGreaterThan(850);
    expect(sample.length).toBeLessThan(1150);
    expect(await records.sample(false, 0.1, 42).collect()).toEqual(sample);
    expect(await records.sample(false, 0.1, 43).collect()).not.toEqual(sample);
    const again = records.sample(false, 0.5);
    expect(await again.collect()).toEqual(await again.collect());
    expect(await records.sample(false, 0, 1).count()).toBe(0);
    expect(await records.sample(false, 1, 1).count()).toBe(10_000);
  });

  it('repeats records with replacement', async () => {
    const sample = await cairn.session.range(0, 5000, 1, 2).sample(true, 2, 1).collect();
    expect(sample.length).toBeGreaterThan(9500);
    expect(sample.length).toBeLessThan(10_500);
    expect(new Set(sample).size).toBeLessThan(5000);
  });

  it('randomSplit gives each record to one of the parts', async () => {
    const parts = cairn.session.range(0, 3000, 1, 3).randomSplit([1, 2, 0.1, 0], 9);
    const found = await Promise.all(parts.map((part) => part.collect()));
    expect(found.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 3000 }, (_, i) => i));
    expect(found[1]?.length).toBeGreaterThan(1700);
    expect(found[3]).toEqual([]);
  });

  it('takeSample gives exactly as many as asked for', async () => {
    const records = cairn.session.range(0, 100, 1, 3);
    const sample = await records.takeSample(false, 20, 5);
    expect(new Set(sample).size).toBe(20);
    expect(await records.takeSample(false, 20, 5)).toEqual(sample);
    expect(new Set(await records.takeSample(false, 500, 5)).size).toBe(100);
    expect(await records.takeSample(true, 500, 5)).toHaveLength(500);
    expect(await records.takeSample(false, 0)).toEqual([]);
    expect(await cairn.session.emptyRdd().takeSample(true, 5)).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ['a negative fraction', () => of([1]).sample(false, -0.1)],
    ['a fraction above 1 without replacement', () => of([1]).sample(false, 1.1)],
    ['a seed that is no integer', () => of([1]).sample(false, 0.5, 0.5)],
    ['weights that are negative', () => of([1]).randomSplit([1, -1])],
    ['weights that are all 0', () => of([1]).randomSplit([0, 0])],
    ['no weights', () => of([1]).randomSplit([])],
  ])('refuses %s', (_, call) => {
    expect(call).toThrow(invalid);
  });
});

describe('partitions and order', () => {
  it('coalesce joins neighbours and never gives more', async () => {
    const five = of([1, 2, 3, 4, 5], 5);
    expect(await five.coalesce(2).glom().collect()).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(five.coalesce(9).getNumPartitions()).toBe(5);
    expect(five.coalesce(9, { shuffle: true }).getNumPartitions()).toBe(9);
  });

  it('repartition spreads records evenly', async () => {
    const sizes = await cairn.session
      .range(0, 1000, 1, 1)
      .repartition(7)
      .glom()
      .map((xs) => xs.length)
      .collect();
    expect(sizes).toHaveLength(7);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    expect((await of([3, 1, 2]).repartition(5).collect()).sort()).toEqual([1, 2, 3]);
  });

  it.each([1, 2, 4, 9])('sortBy sorts stably over %i partitions, both ways', async (numPartitions) => {
    const records = Array.from({ length: 300 }, (_, i) => ({ key: (i * 7919) % 50, at: i }));
    const stable = records.toSorted((a, b) => a.key - b.key);
    expect(
      await of(records, 5)
        .sortBy((r) => r.key, { numPartitions })
        .collect(),
    ).toEqual(stable);
    const descending = records.toSorted((a, b) => b.key - a.key);
    const options = { numPartitions, ascending: false };
    expect(
      await of(records, 5)
        .sortBy((r) => r.key, options)
        .collect(),
    ).toEqual(descending);
  });

  it('sortBy orders mixed values naturally and by a comparator', async () => {
    const mixed = ['b', Number.NaN, null, 2, true, 'a', undefined, -1, [1], new Date(1), 10n];
    const sorted = await of<unknown>(mixed, 4)
      .sortBy((x) => x)
      .collect();
    expect(sorted).toEqual([null, undefined, true, -1, 2, 10n, Number.NaN, 'a', 'b', new Date(1), [1]]);
    const byLength = of(['ccc', 'a', 'bb'], 2).sortBy((s) => s, { compare: (a, b) => b.length - a.length });
    expect(await byLength.collect()).toEqual(['ccc', 'bb', 'a']);
  });

  it('sortBy sorts nothing, and partitions of nothing', async () => {
    expect(
      await cairn.session
        .emptyRdd<number>()
        .sortBy((x) => x)
        .collect(),
    ).toEqual([]);
    expect(
      await of<number>([], 3)
        .sortBy((x) => x)
        .collect(),
    ).toEqual([]);
  });

  it('groupBy gathers records', async () => {
    expect(
      await of([1, 2, 3], 1)
        .groupBy((x) => x % 2)
        .collect(),
    ).toEqual(
      [
        [0, [2]],
        [1, [1, 3]],
      ].reverse(),
    );
  });

  it.each<[string, () => unknown]>([
    ['coalesce(0)', () => of([1]).coalesce(0)],
    ['repartition(-1)', () => of([1]).repartition(-1)],
    ['repartition(1.5)', () => of([1]).repartition(1.5)],
    ['sortBy with 0 partitions', () => of([1]).sortBy((x) => x, { numPartitions: 0 })],
    ['distinct(0)', () => of([1]).distinct(0)],
    ['map without a function', () => of([1]).map(undefined as unknown as () => 1)],
    ['filter with an asynchronous function', () => of([1]).filter((async () => false) as never)],
    ['mapAsync with no concurrency', () => of([1]).mapAsync((x) => x, { concurrency: 0 })],
    ['groupBy into no partitions', () => of([1]).groupBy((x) => x, 0)],
  ])('refuses %s at once', (_, call) => {
    expect(call).toThrow(invalid);
  });

  it("starts the stack of such an error at the user's line", () => {
    try {
      of([1]).repartition(-1);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).stack?.split('\n').find((line) => /^\s+at /.test(line))).toContain('rdd.spec.ts');
    }
  });
});

describe('keeping datasets', () => {
  it('persist computes each partition once until unpersist', async () => {
    const calls = cairn.session.longAccumulator('calls');
    const counted = of([1, 2, 3, 4], 2).map((x) => {
      calls.add(1);
      return x * 2;
    });
    expect(counted.cache()).toBe(counted);
    expect(await counted.collect()).toEqual([2, 4, 6, 8]);
    expect(await counted.map((x) => x + 1).collect()).toEqual([3, 5, 7, 9]);
    expect(calls.value).toBe(4);
    expect(counted.getStorageLevel()).toBe('MEMORY_ONLY');
    counted.unpersist();
    expect(counted.getStorageLevel()).toBe('NONE');
    await counted.count();
    expect(calls.value).toBe(8);
  });

  it.each<StorageLevelName>([
    'MEMORY_ONLY',
    'MEMORY_AND_DISK',
    'DISK_ONLY',
    'MEMORY_ONLY_SER',
    'MEMORY_AND_DISK_SER_2',
    'OFF_HEAP',
  ])('gives the same records at %s', async (level) => {
    const records = Array.from({ length: 500 }, (_, i) => ({ id: i, name: `n${i % 7}` }));
    const kept = of(records, 3)
      .map((r) => ({ ...r, half: r.id / 2 }))
      .persist(level);
    const expected = records.map((r) => ({ ...r, half: r.id / 2 }));
    expect(await kept.collect()).toEqual(expected);
    expect(await kept.collect()).toEqual(expected);
    expect(kept.toDebugString()).toContain('CachedPartitions: 3');
    kept.unpersist();
    expect(kept.toDebugString()).not.toContain('CachedPartitions');
  });

  it('refuses another level, until unpersist', () => {
    const kept = of([1]).persist('DISK_ONLY');
    expect(kept.persist('DISK_ONLY')).toBe(kept);
    expect(() => kept.cache()).toThrow(expect.objectContaining({ code: 'STORAGE_LEVEL_ASSIGNED' }));
    expect(() => kept.cache()).toThrow(/Cannot change|cannot change the storage level of dataset \d+ after it was/);
    kept.unpersist().cache();
    expect(() => kept.persist('FAST' as StorageLevelName)).toThrow(invalid);
    kept.unpersist();
  });

  it('tells its id, name, partitions and what it is', () => {
    const rdd = of([1, 2], 2).map((x) => x);
    expect(rdd.name).toBeUndefined();
    expect(rdd.setName('doubled')).toBe(rdd);
    expect(rdd.name).toBe('doubled');
    expect(rdd.getNumPartitions()).toBe(2);
    expect(String(rdd)).toBe(
      `doubled MapPartitionsRDD[${rdd.id}] at map at ${/rdd\.spec\.ts:\d+/.exec(String(rdd))?.[0]}`,
    );
    expect(() => rdd.setName(5 as unknown as string)).toThrow(invalid);
  });
});
