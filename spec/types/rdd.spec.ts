/** What the compiler makes of datasets. Checked by `npm run types`; run, the functions are only looked at. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Histogram } from '../../lib/api/histogram.ts';
import { hashPartitioner } from '../../lib/api/partition-argument.ts';
import type { Rdd } from '../../lib/api/rdd.ts';
import type { Session } from '../../lib/api/session.ts';
import type { StatCounter } from '../../lib/api/stat-counter.ts';

/** Compiled, never called. */
function compiles(check: (session: Session) => unknown): void {
  expect(check).toBeTypeOf('function');
}

describe('the types of datasets', () => {
  it('keep the dataset that is checkpointed, at once or promised', () => {
    compiles((session) => {
      const numbers = session.range(10);
      expectTypeOf(numbers.checkpoint()).toEqualTypeOf<Rdd<number>>();
      expectTypeOf(numbers.checkpoint({ name: 'n' })).toEqualTypeOf<Rdd<number>>();
      expectTypeOf(numbers.checkpoint({ eager: true })).toEqualTypeOf<Promise<Rdd<number>>>();
      expectTypeOf(numbers.localCheckpoint({ eager: true })).toEqualTypeOf<Promise<Rdd<number>>>();
      expectTypeOf(session.openCheckpoint<string>('path')).toEqualTypeOf<Rdd<string>>();
    });
  });

  it('follow functions over records', () => {
    compiles((session) => {
      const numbers = session.range(10);
      expectTypeOf(numbers).toEqualTypeOf<Rdd<number>>();
      expectTypeOf(numbers.map((x) => `${x}`)).toEqualTypeOf<Rdd<string>>();
      expectTypeOf(numbers.map(() => 1)).toEqualTypeOf<Rdd<number>>();
      expectTypeOf(numbers.map((x) => ({ x }))).toEqualTypeOf<Rdd<{ x: number }>>();
      expectTypeOf(numbers.map((x) => [x, x, x])).toExtend<Rdd<number[]>>();
      expectTypeOf(numbers.map((x) => Array(x).fill(x) as number[])).toEqualTypeOf<Rdd<number[]>>();
      expectTypeOf(numbers.map((x) => (x > 1 ? null : x))).toEqualTypeOf<Rdd<number | null>>();
      expectTypeOf(numbers.map(() => JSON.parse('1'))).toEqualTypeOf<Rdd<ReturnType<typeof JSON.parse>>>();
      expectTypeOf(numbers.flatMap((x) => `${x}`.split(''))).toEqualTypeOf<Rdd<string>>();
      expectTypeOf(numbers.glom()).toEqualTypeOf<Rdd<number[]>>();
      expectTypeOf(numbers.mapAsync(async (x) => `${x}`)).toEqualTypeOf<Rdd<string>>();
      expectTypeOf(numbers.mapPartitions((xs) => [[...xs].length])).toEqualTypeOf<Rdd<number>>();
      expectTypeOf(numbers.keyBy(String)).toEqualTypeOf<Rdd<[string, number]>>();
      expectTypeOf(numbers.groupBy((x) => x % 2 === 0)).toEqualTypeOf<Rdd<[boolean, number[]]>>();
      expectTypeOf(numbers.zipWithIndex()).toEqualTypeOf<Rdd<[number, number]>>();
      expectTypeOf(numbers.cartesian(session.parallelize(['a']))).toEqualTypeOf<Rdd<[number, string]>>();
      expectTypeOf(numbers.union(session.parallelize(['a']))).toEqualTypeOf<Rdd<number | string>>();
      expectTypeOf(numbers.union(numbers)).toEqualTypeOf<Rdd<number>>();
      const mixed = session.parallelize<string | number>(['a', 1]);
      expectTypeOf(mixed.filter((x) => typeof x === 'string')).toEqualTypeOf<Rdd<string>>();
      expectTypeOf(numbers.zipPartitions([mixed], (xs, ys) => [[xs, ys].length])).toEqualTypeOf<Rdd<number>>();
    });
  });

  it('make pairs of array literals of two, without "as const"', () => {
    compiles((session) => {
      const words = session.parallelize(['a', 'b']).map((word) => [word, 1]);
      expectTypeOf(words).toEqualTypeOf<Rdd<[string, number]>>();
      expectTypeOf(words.reduceByKey((a, b) => a + b)).toEqualTypeOf<Rdd<[string, number]>>();
      expectTypeOf(words.flatMap(([k, v]) => [[v, k]])).toEqualTypeOf<Rdd<[number, string]>>();
      expectTypeOf(session.parallelize([['a', 1]])).toEqualTypeOf<Rdd<[string, number]>>();
      expectTypeOf(session.parallelize([[1, 2], [3]])).toEqualTypeOf<Rdd<number[]>>();
      expectTypeOf(session.parallelize([1, 2])).toEqualTypeOf<Rdd<number>>();
      expectTypeOf(session.parallelize(new Map([['a', 1]]))).toEqualTypeOf<Rdd<[string, number]>>();
      expectTypeOf(session.parallelize([['a', 1]] as const)).toEqualTypeOf<Rdd<readonly ['a', 1]>>();
    });
  });

  it('make pairs of what asynchronous functions and functions of partitions give', () => {
    compiles((session) => {
      const words = session.parallelize(['a', 'b']);
      expectTypeOf(words.mapAsync(async (w) => [w, 1])).toEqualTypeOf<Rdd<[string, number]>>();
      expectTypeOf(words.mapAsync(async (w) => w.length)).toEqualTypeOf<Rdd<number>>();
      expectTypeOf(words.mapAsync((w) => w)).toEqualTypeOf<Rdd<string>>();
      expectTypeOf(words.mapAsync(async (w) => JSON.parse(w))).toEqualTypeOf<Rdd<ReturnType<typeof JSON.parse>>>();
      expectTypeOf(words.mapPartitions((ws) => [...ws].map((w) => [w, 1]))).toEqualTypeOf<Rdd<[string, number]>>();
      expectTypeOf(words.mapPartitions((ws) => ws)).toEqualTypeOf<Rdd<string>>();
      expectTypeOf(words.mapPartitions((ws) => [[...ws]])).toEqualTypeOf<Rdd<string[]>>();
      expectTypeOf(words.mapPartitionsWithIndex((i, ws) => [[i, [...ws].length]])).toEqualTypeOf<
        Rdd<[number, number]>
      >();
    });
  });

  it('widen what "as const" made of values, where values are merged', () => {
    compiles((session) => {
      const words = session.parallelize(['a', 'b']);
      const ones = words.map((w) => [w, 1] as const);
      expectTypeOf(ones).toEqualTypeOf<Rdd<readonly [string, 1]>>();
      expectTypeOf(ones.reduceByKey((a, b) => a + b)).toEqualTypeOf<Rdd<[string, number]>>();
      expectTypeOf(ones.reduceByKey(Math.max)).toEqualTypeOf<Rdd<[string, number]>>();
      expectTypeOf(ones.foldByKey(0, (a, b) => a + b)).toEqualTypeOf<Rdd<[string, number]>>();
      expectTypeOf(ones.reduceByKeyLocally((a, b) => a + b)).toEqualTypeOf<Promise<Map<string, number>>>();
      const big = words.map((w) => [w, 1n] as const);
      expectTypeOf(big.foldByKey(0n, (a, b) => a + b)).toEqualTypeOf<Rdd<[string, bigint]>>();
      const texts = words.map((w) => [w, 'x'] as const);
      expectTypeOf(texts.reduceByKey((a, b) => a + b)).toEqualTypeOf<Rdd<[string, string]>>();
      const sums = words.map((w) => [w, [w.length, 1]] as const);
      expectTypeOf(sums.reduceByKey(([a, b], [c, d]) => [a + c, b + d])).toEqualTypeOf<
        Rdd<[string, readonly [number, number]]>
      >();
      // @ts-expect-error the result is a number
      ones.reduceByKey((a, b) => `${a}${b}`);
    });
  });

  it('leave other narrow values as narrow as they are', () => {
    type Brand = number & { readonly brand: 'metres' };
    type Level = 'low' | 'high';
    type Shape = readonly ['circle', 1] | readonly ['square', 2];
    compiles((session) => {
      const levels = session.parallelize<[string, Level]>([]);
      expectTypeOf(levels.reduceByKey((a, b) => (a === 'low' ? a : b))).toEqualTypeOf<Rdd<[string, Level]>>();
      // @ts-expect-error no level
      levels.reduceByKey((a, b) => a + b);
      const brands = session.parallelize<[string, Brand]>([]);
      expectTypeOf(brands.reduceByKey((a) => a)).toEqualTypeOf<Rdd<[string, Brand]>>();
      // @ts-expect-error a sum has no brand
      brands.reduceByKey((a, b) => a + b);
      const patterns = session.parallelize<[string, `a${string}`]>([]);
      expectTypeOf(patterns.reduceByKey((a) => a)).toEqualTypeOf<Rdd<[string, `a${string}`]>>();
      const shapes = session.parallelize<[string, Shape]>([]);
      expectTypeOf(shapes.reduceByKey((a) => a)).toEqualTypeOf<Rdd<[string, Shape]>>();
      const flags = session.parallelize<[string, boolean]>([]);
      expectTypeOf(flags.reduceByKey((a, b) => a && b)).toEqualTypeOf<Rdd<[string, boolean]>>();
      const some = session.parallelize<[string, 1 | null]>([]);
      expectTypeOf(some.reduceByKey((a, b) => a ?? b)).toEqualTypeOf<Rdd<[string, 1 | null]>>();
      const unknowns = session.parallelize<[string, unknown]>([]);
      expectTypeOf(unknowns.reduceByKey((a) => a)).toEqualTypeOf<Rdd<[string, unknown]>>();
      const anything = session.parallelize<[string, ReturnType<typeof JSON.parse>]>([]);
      expectTypeOf(anything.reduceByKey((a, b) => a + b)).toEqualTypeOf<typeof anything>();
    });
  });

  it('take functions over values of a type parameter', () => {
    compiles((session) => {
      const merged = <V>(pairs: Rdd<readonly [string, V]>, merge: (a: V, b: V) => V, zero: V): Rdd<[string, V]> =>
        pairs.reduceByKey((a, b) => merge(a, b)).foldByKey(() => zero, merge);
      expectTypeOf(merged(session.parallelize([['a', 1]]), Math.max, 0)).toEqualTypeOf<Rdd<[string, number]>>();
    });
  });

  it('take array literals for the tuples that are merged', () => {
    compiles((session) => {
      const sums = session.parallelize<[string, [number, number]]>([]);
      expectTypeOf(sums.reduceByKey(([a, b], [c, d]) => [a + c, b + d])).toEqualTypeOf<typeof sums>();
      expectTypeOf(sums.foldByKey([0, 0], (a, b) => [a[0] + b[0], a[1] + b[1]])).toEqualTypeOf<typeof sums>();
      const lists = session.parallelize<[string, number[]]>([]);
      expectTypeOf(lists.reduceByKey((a, b) => [...a, ...b])).toEqualTypeOf<typeof lists>();
      const numbers = session.range(3);
      const add = (a: [number, number], b: [number, number]): [number, number] => [a[0] + b[0], a[1] + b[1]];
      expectTypeOf(numbers.aggregate([0, 0], (a, x) => [a[0] + x, a[1] + 1], add)).toEqualTypeOf<
        Promise<[number, number]>
      >();
      expectTypeOf(numbers.treeAggregate([0, 0], (a, x) => [a[0] + x, a[1] + 1], add)).toEqualTypeOf<
        Promise<[number, number]>
      >();
      expectTypeOf(numbers.keyBy(String).aggregateByKey([0, 0], (a, x) => [a[0] + x, a[1] + 1], add)).toEqualTypeOf<
        typeof sums
      >();
    });
  });

  it('keep methods of pairs to pairs', () => {
    compiles((session) => {
      const numbers = session.range(10);
      // @ts-expect-error numbers are not pairs
      numbers.mapValues((x: number) => x);
      // @ts-expect-error numbers are not pairs
      numbers.reduceByKey((a: number) => a);
      // @ts-expect-error numbers are not pairs
      numbers.join(numbers);
      // @ts-expect-error triples are not pairs
      numbers.map((x) => [x, x, x] as [number, number, number]).keys();
      // @ts-expect-error promises are always truthy
      numbers.filter(async (x) => x > 1);
      // @ts-expect-error some of the time, too
      numbers.filter((x) => (x > 1 ? true : Promise.resolve(false)));
      expectTypeOf(numbers.filter((x) => x && 'yes')).toEqualTypeOf<Rdd<number>>();
      expectTypeOf(numbers.filter(Boolean)).toEqualTypeOf<Rdd<number>>();
      expectTypeOf(numbers.filter((x) => JSON.parse(`${x}`))).toEqualTypeOf<Rdd<number>>();
      // @ts-expect-error strings have no sum
      session.parallelize(['a']).sum();
      // @ts-expect-error a key of another type
      session.parallelize([['a', 1]]).lookup(1);
      // @ts-expect-error the result must be a number, too
      session.parallelize([['a', 1]]).reduceByKey((a, b) => `${a}${b}`);
      // @ts-expect-error keys of different types
      session.parallelize([['a', 1]]).join(session.parallelize([[1, 1]]));
    });
  });

  it('follow values of pairs and joins', () => {
    compiles((session) => {
      const ages = session.parallelize<[string, number]>([]);
      const towns = session.parallelize<readonly [string, { town: string }]>([]);
      type Town = { town: string };
      expectTypeOf(ages.mapValues(String)).toEqualTypeOf<Rdd<[string, string]>>();
      expectTypeOf(ages.flatMapValues((n) => [n > 1])).toEqualTypeOf<Rdd<[string, boolean]>>();
      expectTypeOf(towns.values()).toEqualTypeOf<Rdd<Town>>();
      expectTypeOf(towns.keys()).toEqualTypeOf<Rdd<string>>();
      expectTypeOf(ages.groupByKey()).toEqualTypeOf<Rdd<[string, number[]]>>();
      expectTypeOf(ages.join(towns)).toEqualTypeOf<Rdd<[string, [number, Town]]>>();
      expectTypeOf(ages.leftOuterJoin(towns)).toEqualTypeOf<Rdd<[string, [number, Town | undefined]]>>();
      expectTypeOf(ages.rightOuterJoin(towns)).toEqualTypeOf<Rdd<[string, [number | undefined, Town]]>>();
      expectTypeOf(ages.fullOuterJoin(towns)).toEqualTypeOf<Rdd<[string, [number | undefined, Town | undefined]]>>();
      expectTypeOf(ages.cogroup(towns)).toEqualTypeOf<Rdd<[string, [number[], Town[]]]>>();
      expectTypeOf(ages.cogroup([towns, ages])).toEqualTypeOf<Rdd<[string, [number[], Town[], number[]]]>>();
      expectTypeOf(ages.groupWith(towns, ages, towns)).toEqualTypeOf<
        Rdd<[string, [number[], Town[], number[], Town[]]]>
      >();
      expectTypeOf(ages.partitionBy(hashPartitioner(2)).sortByKey()).toEqualTypeOf<Rdd<[string, number]>>();
      const lists = ages.aggregateByKey(
        () => [] as number[],
        (list, n) => [...list, n],
        (a, b) => a.concat(b),
      );
      expectTypeOf(lists).toEqualTypeOf<Rdd<[string, number[]]>>();
    });
  });

  it('follow actions', () => {
    compiles((session) => {
      const numbers = session.range(10);
      const ages = session.parallelize<[string, number]>([]);
      expectTypeOf(numbers.collect()).toEqualTypeOf<Promise<number[]>>();
      expectTypeOf(
        numbers.aggregate(
          '',
          (text, x) => text + x,
          (a, b) => a + b,
        ),
      ).toEqualTypeOf<Promise<string>>();
      expectTypeOf(
        numbers.aggregate(
          0,
          (n, x) => n + x,
          (a, b) => a + b,
        ),
      ).toEqualTypeOf<Promise<number>>();
      expectTypeOf(numbers.fold(0, (a, b) => a + b)).toEqualTypeOf<Promise<number>>();
      expectTypeOf(numbers.stats()).toEqualTypeOf<Promise<StatCounter>>();
      expectTypeOf(numbers.histogram(3)).toEqualTypeOf<Promise<Histogram>>();
      expectTypeOf(ages.lookup('ann')).toEqualTypeOf<Promise<number[]>>();
      expectTypeOf(ages.collectAsMap()).toEqualTypeOf<Promise<Map<string, number>>>();
      expectTypeOf(ages.countByKey()).toEqualTypeOf<Promise<Map<string, number>>>();
      expectTypeOf(numbers.countByValue()).toEqualTypeOf<Promise<Map<number, number>>>();
      expectTypeOf(numbers.toLocalIterator()).toExtend<AsyncIterable<number>>();
      // @ts-expect-error levels have names
      numbers.persist('FAST');
    });
  });

  it('take a dataset of a narrower type where a wider one is asked for', () => {
    compiles((session) => {
      const wide = (records: Rdd<string | number>): Rdd<string | number> => records;
      expectTypeOf(wide(session.range(3))).toEqualTypeOf<Rdd<string | number>>();
      const pairs = (records: Rdd<readonly [string, unknown]>): Rdd<string> => records.keys();
      expectTypeOf(pairs(session.parallelize<[string, number]>([]))).toEqualTypeOf<Rdd<string>>();
    });
  });
});
