import { describe, expect, it } from 'vitest';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { useSession } from '../../support/use-session.ts';

const cairn = useSession();
const of = <T>(records: readonly T[], slices = 2): Rdd<T> => cairn.session.parallelize<T>(records, slices);
const nothing = <T>(): Rdd<T> => cairn.session.emptyRdd<T>();
const numbers = (count: number, slices: number): Rdd<number> => cairn.session.range(0, count, 1, slices);
const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
const emptyDataset = expect.objectContaining({ code: 'EMPTY_DATASET' });

/** The numbers of tasks of the stages that run during `work`. */
async function tasksOf(work: () => Promise<unknown>): Promise<number[]> {
  const tasks: number[] = [];
  using _ = cairn.session.onEvent((event) => {
    if (event.kind === 'stage-submitted') tasks.push(event.taskCount);
  });
  await work();
  return tasks;
}

describe('actions that give records', () => {
  it('collect, count, first and isEmpty', async () => {
    expect(await of([3, 1, 2], 3).collect()).toEqual([3, 1, 2]);
    expect(await of([[1, 2], [3]], 2).collect()).toEqual([[1, 2], [3]]);
    expect(await of([3, 1, 2], 3).count()).toBe(3);
    expect(await of([undefined, 1], 1).first()).toBeUndefined();
    expect(await of([7], 5).first()).toBe(7);
    expect(await of([], 3).isEmpty()).toBe(true);
    expect(await nothing().isEmpty()).toBe(true);
    expect(await of([undefined]).isEmpty()).toBe(false);
    expect(await nothing().collect()).toEqual([]);
    expect(await nothing().count()).toBe(0);
  });

  it('collect gives an array of its own', async () => {
    const records = [1, 2, 3];
    const rdd = of(records, 1);
    (await rdd.collect()).push(4);
    expect(records).toEqual([1, 2, 3]);
    expect(await rdd.collect()).toEqual([1, 2, 3]);
  });

  it('take gives the first records, over any number of partitions', async () => {
    for (const count of [0, 1, 3, 10, 99, 100, 1000]) {
      expect(await numbers(100, 7).take(count)).toEqual(Array.from({ length: Math.min(count, 100) }, (_, i) => i));
    }
    expect(await nothing().take(5)).toEqual([]);
    expect(await of([null, undefined], 2).take(2)).toEqual([null, undefined]);
  });

  it('take looks at one partition, then at up to four times as many', async () => {
    expect(await tasksOf(() => numbers(100, 100).take(1))).toEqual([1]);
    // Nothing found: 1, then 4 times what was scanned.
    expect(
      await tasksOf(() =>
        numbers(100, 100)
          .filter((x) => x === 99)
          .take(1),
      ),
    ).toEqual([1, 4, 20, 75]);
    // One record a partition: 1.5 times what is missing by what was found, at most 4 times what was scanned.
    expect(await tasksOf(() => numbers(100, 100).take(20))).toEqual([1, 4, 20]);
    expect(await tasksOf(() => numbers(100, 10).take(12))).toEqual([1, 1]);
    expect(await tasksOf(() => numbers(100, 10).take(0))).toEqual([]);
  });

  it('takeOrdered and top, stable among equals', async () => {
    const rdd = of([5, 1, Number.NaN, 4, 1, 3], 3);
    expect(await rdd.takeOrdered(3)).toEqual([1, 1, 3]);
    expect(await rdd.takeOrdered(99)).toEqual([1, 1, 3, 4, 5, Number.NaN]);
    expect(await rdd.top(2)).toEqual([Number.NaN, 5]);
    expect(await rdd.top(0)).toEqual([]);
    const named = of(['b1', 'a1', 'b2', 'a2'], 2);
    const compare = (x: string, y: string): number => (x < y ? -1 : 1) * Number(x[0] !== y[0]);
    expect(await named.takeOrdered(3, { compare })).toEqual(['a1', 'a2', 'b1']);
    expect(await named.top(3, { compare })).toEqual(['b1', 'b2', 'a1']);
    expect(await of([undefined, 2, null, 1]).takeOrdered(3)).toEqual([undefined, null, 1]);
  });

  it('toLocalIterator runs one partition at a time and stops when left', async () => {
    const seen = cairn.session.collectionAccumulator<number>('partitions');
    const rdd = numbers(10, 5).mapPartitionsWithIndex((i, xs) => {
      seen.add(i);
      return xs;
    });
    const found: number[] = [];
    for await (const x of rdd.toLocalIterator()) {
      found.push(x);
      if (x === 3) break;
    }
    expect(found).toEqual([0, 1, 2, 3]);
    expect(seen.value).toEqual([0, 1]);
    const all: number[] = [];
    for await (const x of rdd.toLocalIterator()) all.push(x);
    expect(all).toEqual(await rdd.collect());
  });

  it('foreach and foreachPartition, asynchronous too', async () => {
    const seen = cairn.session.collectionAccumulator<unknown>('seen');
    expect(await of([1, 2, 3], 2).foreach((x) => seen.add(x))).toBeUndefined();
    await of([4, 5], 1).foreachPartition((xs) => {
      seen.add([...xs]);
    });
    await of([6, 7], 2).foreachPartition(async (xs) => {
      const [x] = xs;
      await Promise.resolve();
      seen.add(x);
    });
    // Of one partition in order; which partition ends first is open.
    expect(seen.value.toSorted()).toEqual([1, 2, 3, [4, 5], 6, 7]);
    await expect(of([1]).foreach(async () => {})).rejects.toThrow(invalid);
    const rejecting = of([1]).foreachPartition(async () => {
      throw new RangeError('no');
    });
    await expect(rejecting).rejects.toThrow(/no/);
  });
});

describe('actions that give one value', () => {
  it('reduce merges in order, and has no answer for no records', async () => {
    expect(await of(['a', 'b', 'c', 'd'], 3).reduce((a, b) => a + b)).toBe('abcd');
    expect(await of([1], 4).reduce((a, b) => a + b)).toBe(1);
    expect(await of([undefined, undefined]).reduce(() => undefined)).toBeUndefined();
    await expect(of<number>([], 2).reduce((a, b) => a + b)).rejects.toThrow(emptyDataset);
    await expect(nothing<number>().reduce((a, b) => a + b)).rejects.toThrow(emptyDataset);
    await expect(nothing().first()).rejects.toThrow(emptyDataset);
  });

  it('fold uses its zero once a partition and once more', async () => {
    expect(await of([1, 2, 3], 3).fold(10, (a, b) => a + b)).toBe(46);
    expect(await nothing<number>().fold(10, (a, b) => a + b)).toBe(10);
    expect(await of([[1], [2]], 2).fold([], (a, b) => a.concat(b))).toEqual([1, 2]);
  });

  it('aggregate changes its accumulator in place without sharing it', async () => {
    const rdd = of([1, 2, 3, 4], 3);
    const push = (list: number[], x: number): number[] => {
      list.push(x);
      return list;
    };
    const append = (a: number[], b: number[]): number[] => {
      a.push(...b);
      return a;
    };
    const zero: number[] = [];
    expect(await rdd.aggregate(zero, push, append)).toEqual([1, 2, 3, 4]);
    expect(await rdd.aggregate(() => [] as number[], push, append)).toEqual([1, 2, 3, 4]);
    expect(await rdd.treeAggregate(zero, push, append)).toEqual([1, 2, 3, 4]);
    expect(zero).toEqual([]);
  });

  it.each([1, 2, 3, 5])('treeReduce and treeAggregate of depth %i keep the order of partitions', async (depth) => {
    const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
    for (const slices of [1, 3, 26, 40]) {
      expect(await of(letters, slices).treeReduce((a, b) => a + b, { depth })).toBe(letters.join(''));
      const text = await of(letters, slices).treeAggregate(
        '',
        (a, b) => a + b,
        (a, b) => a + b,
        { depth },
      );
      expect(text).toBe(letters.join(''));
    }
    await expect(nothing<string>().treeReduce((a, b) => a + b, { depth })).rejects.toThrow(emptyDataset);
    await expect(of<string>([], 9).treeReduce((a, b) => a + b, { depth })).rejects.toThrow(emptyDataset);
    expect(
      await nothing<string>().treeAggregate(
        'z',
        (a, b) => a + b,
        (a, b) => a + b,
      ),
    ).toBe('z');
  });

  it('treeAggregate merges many partitions in tasks', async () => {
    const tasks = await tasksOf(() => numbers(100, 27).treeReduce((a, b) => a + b, { depth: 3 }));
    expect(tasks).toEqual([27, 9, 3]);
  });

  it('min and max', async () => {
    expect(await of([3, Number.NaN, 1]).min()).toBe(1);
    expect(await of([3, Number.NaN, 1]).max()).toBeNaN();
    expect(await of(['b', 'ccc', 'aa']).max({ compare: (a, b) => a.length - b.length })).toBe('ccc');
    expect(
      await of([
        [1, 'a'],
        [1, 'b'],
      ]).min({ compare: () => 0 }),
    ).toEqual([1, 'a']);
    await expect(nothing().min()).rejects.toThrow(emptyDataset);
    await expect(of([1]).max({ compare: 1 as unknown as () => number })).rejects.toThrow(invalid);
  });
});

describe('actions over numbers', () => {
  it('sum, mean and deviations', async () => {
    const rdd = of([1, 2, 3, 6], 3);
    expect(await rdd.sum()).toBe(12);
    expect(await rdd.mean()).toBe(3);
    expect(await rdd.variance()).toBe(3.5);
    expect(await rdd.sampleVariance()).toBeCloseTo(14 / 3, 12);
    expect(await rdd.stdev()).toBe(Math.sqrt(3.5));
    expect(await rdd.sampleStdev()).toBeCloseTo(Math.sqrt(14 / 3), 12);
    expect(String(await rdd.stats())).toBe('(count: 4, mean: 3.000000, stdev: 1.870829, max: 6.000000, min: 1.000000)');
    expect(await nothing<number>().sum()).toBe(0);
    expect(await nothing<number>().mean()).toBe(0);
    expect(await nothing<number>().variance()).toBeNaN();
    await expect(of(['1'] as unknown as number[]).sum()).rejects.toThrow(/needs numbers/);
  });

  it('histogram by count and by boundaries', async () => {
    expect(await numbers(101, 4).histogram(4)).toEqual({ buckets: [0, 25, 50, 75, 100], counts: [25, 25, 25, 26] });
    expect(await of([5, 5, 5]).histogram(3)).toEqual({ buckets: [5, 5], counts: [3] });
    expect(await of([1, 2, 3, 50, Number.NaN]).histogram([0, 3, 10])).toEqual({ buckets: [0, 3, 10], counts: [2, 1] });
    expect(await nothing<number>().histogram([0, 1])).toEqual({ buckets: [0, 1], counts: [0] });
    await expect(nothing<number>().histogram(3)).rejects.toMatchObject({ code: 'HISTOGRAM_RANGE_UNKNOWN' });
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(of([1, odd]).histogram(3)).rejects.toMatchObject({ code: 'HISTOGRAM_RANGE_UNKNOWN' });
    }
    for (const wrong of [0, 1.5, [], [1], [2, 1], [1, 1], [Number.NaN, 1], ['a', 'b'] as unknown as number[]]) {
      await expect(of([1]).histogram(wrong)).rejects.toThrow(invalid);
    }
  });

  it('countByValue in order of first appearance', async () => {
    expect([...(await of(['b', 'a', 'b', 'c', 'a', 'b'], 3).countByValue())]).toEqual([
      ['b', 3],
      ['a', 2],
      ['c', 1],
    ]);
    expect([...(await of([[1], [1], [2]], 2).countByValue())]).toEqual([
      [[1], 2],
      [[2], 1],
    ]);
  });

  it('countApproxDistinct comes close, the same over any partitions', async () => {
    const rdd = numbers(50_000, 1).map((x) => `user${x % 20_000}`);
    const found = await rdd.countApproxDistinct(0.02);
    expect(Math.abs(found - 20_000)).toBeLessThan(20_000 * 0.08);
    expect(await rdd.repartition(5).countApproxDistinct(0.02)).toBe(found);
    expect(await nothing().countApproxDistinct()).toBe(0);
    await expect(rdd.countApproxDistinct(0)).rejects.toThrow(invalid);
    await expect(rdd.countApproxDistinct(2)).rejects.toThrow(invalid);
  });
});

describe('every action', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['take(-1)', () => of([1]).take(-1)],
    ['take(0.5)', () => of([1]).take(0.5)],
    ['top(NaN)', () => of([1]).top(Number.NaN)],
    ['takeSample of a negative number', () => of([1]).takeSample(false, -1)],
    ['treeReduce of depth 0', () => of([1]).treeReduce((a) => a, { depth: 0 })],
    ['reduce without a function', () => of([1]).reduce(undefined as unknown as (a: number) => number)],
    [
      'aggregate without a second function',
      () => of([1]).aggregate(0, (a) => a, null as unknown as (a: number) => number),
    ],
  ])('rejects %s', async (_, call) => {
    await expect(call()).rejects.toThrow(invalid);
  });

  it('rejects when its signal is or gets aborted', async () => {
    const aborted = AbortSignal.abort();
    await expect(of([1]).collect({ signal: aborted })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    const controller = new AbortController();
    using _ = cairn.session.onEvent((event) => {
      if (event.kind === 'task-started' && event.partition === 100) controller.abort();
    });
    const running = numbers(1000, 200).count({ signal: controller.signal });
    await expect(running).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });

  it('fails with what the function of the user threw, and where', async () => {
    const error = await of([1, 2, 3], 3)
      .map((x) => {
        if (x === 2) throw new RangeError('two is out of range');
        return x;
      })
      .collect()
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'JOB_FAILED' });
    expect((error as Error).message).toMatch(/map at rdd-actions\.spec\.ts:\d+.* in partition 1 .*two is out of range/);
    expect((error as Error).cause).toBeInstanceOf(RangeError);
  });
});
