import { describe, expect, it } from 'vitest';
import { hashPartitioner } from '../../../lib/api/partition-argument.ts';
import { nodeOf, type Rdd } from '../../../lib/api/rdd.ts';
import { useSession } from '../../support/use-session.ts';

const cairn = useSession();
const of = <T>(records: readonly T[], slices = 2): Rdd<T> => cairn.session.parallelize(records, slices);
const words = (): Rdd<readonly [string, number]> =>
  of<readonly [string, number]>(
    [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
      ['a', 5],
    ],
    3,
  );
const sorted = async <K, V>(rdd: Rdd<[K, V]>): Promise<[K, V][]> =>
  (await rdd.collect()).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' });

describe('values of pairs', () => {
  it('mapValues, flatMapValues, keys and values', async () => {
    expect(
      await words()
        .mapValues((n) => n * 2)
        .collect(),
    ).toEqual([
      ['a', 2],
      ['b', 4],
      ['a', 6],
      ['c', 8],
      ['a', 10],
    ]);
    expect(
      await of([
        ['a', 2],
        ['b', 0],
      ] as const)
        .flatMapValues((n) => Array<string>(n).fill('x'))
        .collect(),
    ).toEqual([
      ['a', 'x'],
      ['a', 'x'],
    ]);
    expect(await words().keys().collect()).toEqual(['a', 'b', 'a', 'c', 'a']);
    expect(await words().values().collect()).toEqual([1, 2, 3, 4, 5]);
  });

  it('keep the partitioner where keys stay, and lose it where they may not', () => {
    const placed = words().partitionBy(3);
    expect(placed.mapValues((x) => x).partitioner).toBe('hash(3)');
    expect(placed.flatMapValues((x) => [x]).partitioner).toBe('hash(3)');
    expect(placed.filter(() => true).partitioner).toBe('hash(3)');
    expect(placed.sample(false, 0.5, 1).partitioner).toBe('hash(3)');
    expect(placed.map((x) => x).partitioner).toBeUndefined();
    expect(placed.keys().partitioner).toBeUndefined();
  });

  it('fail on records that are not pairs', async () => {
    const wrong = of([1, 2]) as unknown as Rdd<[string, number]>;
    for (const call of [
      () => wrong.keys().collect(),
      () => wrong.reduceByKey((a, b) => a + b).collect(),
      () => wrong.countByKey(),
      () => wrong.sortByKey().collect(),
    ]) {
      const error = await call().catch((e: unknown) => e);
      expect(String((error as Error).message)).toContain('not a [key, value] pair');
    }
  });
});

describe('combining by key', () => {
  it('reduceByKey, foldByKey, aggregateByKey, combineByKey and groupByKey', async () => {
    expect(await sorted(words().reduceByKey((a, b) => a + b))).toEqual([
      ['a', 9],
      ['b', 2],
      ['c', 4],
    ]);
    expect(await sorted(words().foldByKey(0, (a, b) => a + b))).toEqual([
      ['a', 9],
      ['b', 2],
      ['c', 4],
    ]);
    const lists = words().aggregateByKey(
      () => [] as number[],
      (list, n) => {
        list.push(n);
        return list;
      },
      (a, b) => [...a, ...b],
    );
    expect(await sorted(lists)).toEqual([
      ['a', [1, 3, 5]],
      ['b', [2]],
      ['c', [4]],
    ]);
    const texts = (mapSideCombine: boolean) =>
      words().combineByKey(
        (v) => `${v}`,
        (c, v) => `${c},${v}`,
        (a, b) => `${a},${b}`,
        { mapSideCombine, partitions: 2 },
      );
    expect(await sorted(texts(true))).toEqual([
      ['a', '1,3,5'],
      ['b', '2'],
      ['c', '4'],
    ]);
    expect(await sorted(texts(false))).toEqual([
      ['a', '1,3,5'],
      ['b', '2'],
      ['c', '4'],
    ]);
    expect(await sorted(words().groupByKey())).toEqual([
      ['a', [1, 3, 5]],
      ['b', [2]],
      ['c', [4]],
    ]);
  });

  it('copies a zero that can be changed, for every key', async () => {
    const lists = words().aggregateByKey(
      [] as number[],
      (list, n) => {
        list.push(n);
        return list;
      },
      (a, b) => a.concat(b),
      1,
    );
    expect(await sorted(lists)).toEqual([
      ['a', [1, 3, 5]],
      ['b', [2]],
      ['c', [4]],
    ]);
  });

  it('takes keys by value: null, undefined, NaN, arrays, objects, dates, look-alikes', async () => {
    const keys: unknown[] = [
      null,
      undefined,
      Number.NaN,
      [1, 'a'],
      { x: 1, y: [2] },
      new Date(7),
      1,
      '1',
      1n,
      true,
      -0,
      '',
      '\u0000',
    ];
    const records = [...keys, ...keys, 0].map((key): [unknown, number] => [structuredClone(key), 1]);
    for (const slices of [1, 4]) {
      const counted = await of(records, slices)
        .reduceByKey((a, b) => a + b, 3)
        .collect();
      expect(counted).toHaveLength(keys.length);
      for (const [key, n] of counted) expect(n, String(key)).toBe(key === 0 ? 3 : 2);
    }
    expect(
      await of<[object, number]>([
        [{ b: 2, a: 1 }, 1],
        [{ a: 1, b: 2 }, 1],
      ])
        .reduceByKey((a, b) => a + b)
        .count(),
    ).toBe(1);
  });

  it('fails in the job for keys that have no value to compare', async () => {
    const error = await of<[unknown, number]>([[new Map(), 1]])
      .reduceByKey((a, b) => a + b)
      .collect()
      .catch((e: unknown) => e);
    expect(String((error as Error).message)).toContain('the key');
  });

  it('chooses partitions as Spark does', () => {
    expect(words().reduceByKey((a) => a).partitioner).toBe('hash(3)');
    expect(words().reduceByKey((a) => a, 5).partitioner).toBe('hash(5)');
    expect(
      words()
        .partitionBy(7)
        .mapValues((x) => x)
        .reduceByKey((a) => a).partitioner,
    ).toBe('hash(7)');
    expect(words().join(words().partitionBy(2)).partitioner).toBe('hash(2)');
    expect(words().reduceByKey((a) => a, hashPartitioner(4)).partitioner).toBe('hash(4)');
  });

  it('does not shuffle again what is partitioned alike', async () => {
    const placed = words().partitionBy(4);
    const isNarrow = (rdd: Rdd<never>): boolean => nodeOf(rdd).dependencies.every(({ kind }) => kind === 'narrow');
    for (const rdd of [
      placed.reduceByKey((a, b) => a + b),
      placed.groupByKey(),
      placed.reduceByKey((a, b) => a + b, 4),
      placed.reduceByKey((a, b) => a + b, hashPartitioner(4)),
    ]) {
      expect(isNarrow(rdd as unknown as Rdd<never>)).toBe(true);
      expect(rdd.partitioner).toBe('hash(4)');
    }
    expect(await sorted(placed.reduceByKey((a, b) => a + b))).toEqual([
      ['a', 9],
      ['b', 2],
      ['c', 4],
    ]);
    expect(await sorted(placed.groupByKey())).toEqual([
      ['a', [1, 3, 5]],
      ['b', [2]],
      ['c', [4]],
    ]);
    expect(nodeOf(placed.partitionBy(4))).toBe(nodeOf(placed));
    const sides = nodeOf(placed.cogroup(words())).dependencies[0]?.parent.dependencies.map(({ kind }) => kind);
    expect(sides).toEqual(['narrow', 'shuffle']);
  });

  it('takes partitioners of the user, by identity, and checks what they answer', async () => {
    const vowels = { numPartitions: 2, getPartition: (key: unknown) => ('aeiou'.includes(String(key)) ? 0 : 1) };
    const placed = words().partitionBy(vowels);
    expect(await placed.keys().glom().collect()).toEqual([
      ['a', 'a', 'a'],
      ['b', 'c'],
    ]);
    expect(placed.partitioner).toBe('custom(2)');
    expect(nodeOf(placed.reduceByKey((a, b) => a + b)).dependencies[0]?.kind).toBe('narrow');
    const wild = words().partitionBy({ numPartitions: 2, getPartition: () => 2 });
    const error = await wild.collect().catch((e: unknown) => e);
    expect(String((error as Error).message)).toContain('an integer from 0 to 1');
  });

  it.each<[string, () => unknown]>([
    ['no partitions', () => words().reduceByKey((a) => a, 0)],
    ['a negative number', () => words().groupByKey(-2)],
    ['a fraction', () => words().partitionBy(1.5)],
    ['an asynchronous function', () => words().reduceByKey((async () => 1) as unknown as (a: number) => number)],
    [
      'four other datasets',
      () => words().cogroup([words(), words(), words(), words()] as unknown as [Rdd<[string, number]>]),
    ],
    ['a zero that cannot be copied', () => words().foldByKey(new (class Zero {})() as unknown as number, (a) => a)],
  ])('refuses %s at once', (_, call) => {
    expect(call).toThrow(invalid);
  });
});

describe('joins', () => {
  const ages = () =>
    of<readonly [string, number]>(
      [
        ['ann', 41],
        ['bob', 7],
        ['bob', 8],
        ['cid', 3],
      ],
      3,
    );
  const towns = () =>
    of<readonly [string, string]>([
      ['ann', 'Bern'],
      ['bob', 'Rome'],
      ['dan', 'Oslo'],
      ['bob', 'Nice'],
    ]);

  it('cogroup gathers up to four sides', async () => {
    expect(await sorted(ages().cogroup(towns()))).toEqual([
      ['ann', [[41], ['Bern']]],
      [
        'bob',
        [
          [7, 8],
          ['Rome', 'Nice'],
        ],
      ],
      ['cid', [[3], []]],
      ['dan', [[], ['Oslo']]],
    ]);
    const four = ages().cogroup([towns(), ages(), towns()] as const, 2);
    expect(await four.lookup('cid')).toEqual([[[3], [], [3], []]]);
    expect(await ages().groupWith(towns(), ages()).lookup('dan')).toEqual([[[], ['Oslo'], []]]);
    expect(await sorted(ages().cogroup([towns()]))).toEqual(await sorted(ages().groupWith(towns())));
  });

  it('join in its four forms', async () => {
    const both: [string, [number, string]][] = [
      ['ann', [41, 'Bern']],
      ['bob', [7, 'Nice']],
      ['bob', [7, 'Rome']],
      ['bob', [8, 'Nice']],
      ['bob', [8, 'Rome']],
    ];
    expect(await sorted(ages().join(towns()))).toEqual(both);
    expect(await sorted(ages().leftOuterJoin(towns()))).toEqual([...both, ['cid', [3, undefined]]]);
    expect(await sorted(ages().rightOuterJoin(towns()))).toEqual([...both, ['dan', [undefined, 'Oslo']]]);
    expect(await sorted(ages().fullOuterJoin(towns(), 5))).toEqual([
      ...both,
      ['cid', [3, undefined]],
      ['dan', [undefined, 'Oslo']],
    ]);
  });

  it('join a dataset with itself and with nothing', async () => {
    const one = of([
      ['k', 1],
      ['k', 2],
    ] as const);
    expect(await one.join(one).count()).toBe(4);
    expect(await one.join(cairn.session.emptyRdd<[string, number]>()).collect()).toEqual([]);
    expect(await one.leftOuterJoin(cairn.session.emptyRdd<[string, number]>()).collect()).toEqual([
      ['k', [1, undefined]],
      ['k', [2, undefined]],
    ]);
  });

  it('subtractByKey keeps duplicates, and the partitions of its dataset', async () => {
    expect(await sorted(ages().subtractByKey(towns()))).toEqual([['cid', 3]]);
    expect(await sorted(ages().subtractByKey(of([['ann', 0]] as const)))).toEqual([
      ['bob', 7],
      ['bob', 8],
      ['cid', 3],
    ]);
    expect(ages().subtractByKey(towns()).partitioner).toBe('hash(3)');
    expect(ages().subtractByKey(towns(), 2).partitioner).toBe('hash(2)');
    expect(nodeOf(ages().partitionBy(6).subtractByKey(towns())).dependencies.map(({ kind }) => kind)).toEqual([
      'narrow',
      'shuffle',
    ]);
  });
});

describe('order of pairs', () => {
  const numbers = Array.from({ length: 200 }, (_, i) => [(i * 37) % 60, i] as const);

  it('sortByKey sorts stably, both ways, and keeps ranges in order', async () => {
    for (const ascending of [true, false]) {
      const rdd = of(numbers, 4).sortByKey({ ascending, numPartitions: 3 });
      const expected = numbers.toSorted((a, b) => (ascending ? a[0] - b[0] : b[0] - a[0]));
      expect(await rdd.collect()).toEqual(expected);
      const sizes = await rdd
        .glom()
        .map((xs) => xs.length)
        .collect();
      expect(sizes).toHaveLength(3);
      expect(Math.min(...sizes)).toBeGreaterThan(30);
      expect(rdd.partitioner).toBe('range(3)');
    }
  });

  it('a range partitioner serves what follows: combining, joining and lookups', async () => {
    const ranged = of(numbers, 4).sortByKey({ numPartitions: 3 });
    expect(nodeOf(ranged.groupByKey()).dependencies[0]?.kind).toBe('narrow');
    expect(await ranged.groupByKey().count()).toBe(60);
    expect(await ranged.join(of([[5, 'five']] as const)).count()).toBe(numbers.filter(([k]) => k === 5).length);
    const fresh = of(numbers, 4).sortByKey({ numPartitions: 3 });
    expect(await fresh.lookup(7)).toEqual(numbers.filter(([k]) => k === 7).map(([, i]) => i));
  });

  it('repartitionAndSortWithinPartitions', async () => {
    const parts = await of(numbers, 4).repartitionAndSortWithinPartitions(3).keys().glom().collect();
    for (const [i, keys] of parts.entries()) {
      expect(keys.every((k) => k % 3 === i)).toBe(true);
      expect(keys).toEqual(keys.toSorted((a, b) => a - b));
    }
    const down = of(numbers, 4).repartitionAndSortWithinPartitions(2, { compare: (a, b) => b - a });
    const [first] = await down.keys().glom().collect();
    expect(first).toEqual(first?.toSorted((a, b) => b - a));
  });

  it('sampleByKey samples each key by its own fraction', async () => {
    const pairs = of(
      Array.from({ length: 2000 }, (_, i) => [i % 2, i] as const),
      4,
    );
    const fractions = new Map([
      [0, 1],
      [1, 0.1],
    ]);
    const sample = await pairs.sampleByKey(false, fractions, 3).countByKey();
    expect(sample.get(0)).toBe(1000);
    expect(sample.get(1)).toBeGreaterThan(60);
    expect(sample.get(1)).toBeLessThan(150);
    const error = await pairs
      .sampleByKey(false, new Map([[0, 1]]), 3)
      .collect()
      .catch((e: unknown) => e);
    expect(String((error as Error).message)).toContain('none for 1');
    expect(() => pairs.sampleByKey(false, new Map([[0, 2]]))).toThrow(invalid);
    expect(() => pairs.sampleByKey(true, {} as Map<number, number>)).toThrow(invalid);
  });
});

describe('actions of pairs', () => {
  it('countByKey, collectAsMap and reduceByKeyLocally', async () => {
    expect([...(await words().countByKey())]).toEqual([
      ['a', 3],
      ['b', 1],
      ['c', 1],
    ]);
    expect([...(await words().collectAsMap())]).toEqual([
      ['a', 5],
      ['b', 2],
      ['c', 4],
    ]);
    expect([...(await words().reduceByKeyLocally((a, b) => a + b))]).toEqual([
      ['a', 9],
      ['b', 2],
      ['c', 4],
    ]);
    expect(
      await of([
        [[1], 'x'],
        [[1], 'y'],
      ] as const).countByKey(),
    ).toEqual(new Map([[[1], 2]]));
  });

  it('lookup finds values by value, in one partition where it knows which', async () => {
    expect(await words().lookup('a')).toEqual([1, 3, 5]);
    expect(await words().lookup('z')).toEqual([]);
    expect(
      await of<[unknown, number]>([
        [Number.NaN, 1],
        [[1], 2],
      ]).lookup(Number.NaN),
    ).toEqual([1]);
    expect(
      await of<readonly [unknown, number]>([
        [[1, 'a'], 2],
        [0, 3],
      ]).lookup([1, 'a']),
    ).toEqual([2]);
    expect(
      await of<readonly [unknown, number]>([
        [-0, 2],
        [0, 3],
      ]).lookup(0),
    ).toEqual([2, 3]);
    const seen = cairn.session.collectionAccumulator<number>('partitions');
    const placed = words()
      .partitionBy(4)
      .mapPartitionsWithIndex(
        (i, xs) => {
          seen.add(i);
          return xs;
        },
        { preservesPartitioning: true },
      );
    expect(await placed.lookup('a')).toEqual([1, 3, 5]);
    expect(seen.value).toEqual([97 % 4]);
  });
});

describe('salted keys', () => {
  const visits = (): Rdd<readonly [string, number]> =>
    of<readonly [string, number]>(
      Array.from({ length: 60 }, (_, i) => [i % 10 === 0 ? 'help' : 'home', i]),
      3,
    );

  it('spread the records of a key evenly, and are combined to the same', async () => {
    const salted = visits().saltKeys(4);
    const counts = await salted
      .mapValues(() => 1)
      .reduceByKey((a, b) => a + b)
      .collect();
    expect(counts.filter(([[key]]) => key === 'home').map(([, count]) => count)).toHaveLength(4);
    expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(60);
    const add = (a: number, b: number): number => a + b;
    expect(await sorted(salted.reduceByKey(add).unsaltKeys().reduceByKey(add))).toEqual(
      await sorted(visits().reduceByKey(add)),
    );
    expect(await salted.collect()).toEqual(await visits().saltKeys(4).collect());
  });

  it('join a side that has every salt', async () => {
    const titles = of<readonly [string, string]>([
      ['home', 'Welcome'],
      ['help', 'Help'],
      ['none', 'Nothing'],
    ]);
    const joined = visits().saltKeys(3).join(titles.replicateKeys(3)).unsaltKeys();
    expect(await sorted(joined)).toEqual(await sorted(visits().join(titles)));
  });

  it('refuse counts below one, and records that are no pairs', async () => {
    expect(() => visits().saltKeys(0)).toThrow(invalid);
    expect(() => visits().replicateKeys(1.5)).toThrow(invalid);
    const numbers = of([1]) as unknown as Rdd<readonly [string, number]>;
    const notPairs = { cause: expect.objectContaining({ code: 'NOT_A_PAIR' }) };
    for (const rdd of [numbers.saltKeys(2), numbers.replicateKeys(2)]) {
      await expect(rdd.collect()).rejects.toMatchObject(notPairs);
    }
  });
});
