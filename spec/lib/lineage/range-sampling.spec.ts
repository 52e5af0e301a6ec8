import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../lib/base/ids.ts';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { RangePartitioner } from '../../../lib/lineage/partitioner.ts';
import type { JobRunner } from '../../../lib/lineage/preparation.ts';
import {
  Bernoulli,
  type KeySample,
  Reservoir,
  rangeBounds,
  rangePreparation,
} from '../../../lib/lineage/range-sampling.ts';

const pairs = (n: number): [number, null][] => Array.from({ length: n }, (_, i) => [i, null]);
const reservoirSample = (rows: readonly unknown[], size: number, seed: number): KeySample =>
  rows.reduce<Reservoir>((reservoir, pair) => reservoir.add(pair), new Reservoir(size, seed)).sample();
const bernoulliSample = (rows: readonly unknown[], fraction: number, seed: number): unknown[] =>
  rows.reduce<Bernoulli>((sampler, pair) => sampler.add(pair), new Bernoulli(fraction, seed)).keys;
const even = (keys: readonly unknown[]) => keys.map((key) => ({ key, weight: 1 }));

describe('Reservoir', () => {
  it('gives all keys of a partition no longer than the sample, in order', () => {
    expect(reservoirSample(pairs(5), 5, 1)).toEqual({ count: 5, keys: [0, 1, 2, 3, 4] });
    expect(reservoirSample([], 5, 1)).toEqual({ count: 0, keys: [] });
  });

  it('is uniform, and the same for the same seed', () => {
    const times = new Array<number>(100).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      const { count, keys } = reservoirSample(pairs(100), 10, seed);
      expect(count).toBe(100);
      for (const key of keys) (times[key as number] as number)++;
    }
    // Each key is expected 200 times with a deviation of 13.4.
    expect(Math.min(...times)).toBeGreaterThan(140);
    expect(Math.max(...times)).toBeLessThan(260);
    expect(reservoirSample(pairs(100), 10, 3)).toEqual(reservoirSample(pairs(100), 10, 3));
  });

  it('refuses records that are not pairs', () => {
    expect(() => reservoirSample([1], 5, 1)).toThrow(expect.objectContaining({ code: 'NOT_A_PAIR' }));
  });
});

describe('Bernoulli', () => {
  it('takes about the fraction, none of 0 and all of 1', () => {
    const found = bernoulliSample(pairs(10_000), 0.1, 4).length;
    expect(found).toBeGreaterThan(850);
    expect(found).toBeLessThan(1150);
    expect(bernoulliSample(pairs(10), 0, 4)).toEqual([]);
    expect(bernoulliSample(pairs(10), 1, 4)).toHaveLength(10);
  });
});

describe('rangeBounds', () => {
  it('cuts keys into runs of equal weight', () => {
    const keys = Array.from({ length: 100 }, (_, i) => (i * 37) % 100);
    expect(rangeBounds(even(keys), 4, compareNatural)).toEqual([24, 49, 74]);
  });

  it('gives each key its weight', () => {
    const candidates = [
      { key: 'a', weight: 6 },
      { key: 'b', weight: 1 },
      { key: 'c', weight: 1 },
    ];
    expect(rangeBounds(candidates, 2, compareNatural)).toEqual(['a']);
  });

  it('never repeats a bound: repeated keys give fewer ranges', () => {
    expect(rangeBounds(even([1, 1, 1, 1, 1, 1, 1, 2]), 4, compareNatural)).toEqual([1, 2]);
    expect(rangeBounds(even([5, 5, 5]), 3, compareNatural)).toEqual([5]);
  });

  it('has no bounds for no keys, one key or one range', () => {
    expect(rangeBounds([], 4, compareNatural)).toEqual([]);
    expect(rangeBounds(even([1]), 4, compareNatural)).toEqual([]);
    expect(rangeBounds(even([1, 2, 3]), 1, compareNatural)).toEqual([]);
  });

  it('orders mixed keys naturally, NaN after all numbers', () => {
    expect(rangeBounds(even(['a', Number.NaN, 1, null]), 4, compareNatural)).toEqual([null, 1, Number.NaN]);
  });
});

describe('rangePreparation', () => {
  /** A job runner over arrays that counts its jobs. */
  function runner(partitions: readonly (readonly unknown[])[], jobs: (readonly number[])[]): JobRunner {
    return async (_, action, wanted) => {
      jobs.push(wanted);
      if (action.kind !== 'aggregate') throw new TypeError('only aggregates');
      return wanted.map((i) => action.finish?.((partitions[i] as unknown[]).reduce(action.merge, action.zero(i))));
    };
  }
  const order = { compare: compareNatural, ascending: true, natural: true };
  const parent = (slices: number) =>
    new CollectionNode(
      { id: nodeId(3), callSite: { method: 'map', location: 'a.ts:1', position: '/a.ts:1:1' } },
      [],
      slices,
    );

  it('finds bounds with one job when partitions are about equally long', async () => {
    const partitioner = new RangePartitioner(4, order);
    const jobs: number[][] = [];
    const partitions = [pairs(500), pairs(500)];
    await rangePreparation(partitioner, parent(2)).prepare(runner(partitions, jobs as (readonly number[])[]));
    expect(jobs).toEqual([[0, 1]]);
    expect(partitioner.isReady).toBe(true);
    expect(partitioner.bounds).toHaveLength(3);
    const counts = [0, 0, 0, 0];
    for (const [key] of partitions.flat()) (counts[partitioner.partitionOf(key)] as number)++;
    expect(Math.min(...counts)).toBeGreaterThan(120);
  });

  it('samples again, alone, a partition that is far longer than the others', async () => {
    const partitioner = new RangePartitioner(2, order);
    const jobs: number[][] = [];
    const partitions = [pairs(20_000), ...Array.from({ length: 9 }, () => pairs(1))];
    await rangePreparation(partitioner, parent(10)).prepare(runner(partitions, jobs as (readonly number[])[]));
    expect(jobs).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0]]);
    const [bound] = partitioner.bounds;
    expect(bound as number).toBeGreaterThan(5000);
    expect(bound as number).toBeLessThan(15_000);
  });

  it('finds no bounds in no records, and none are asked for a single range', async () => {
    const partitioner = new RangePartitioner(3, order);
    const jobs: number[][] = [];
    await rangePreparation(partitioner, parent(2)).prepare(runner([[], []], jobs as (readonly number[])[]));
    expect(partitioner.bounds).toEqual([]);
    expect(partitioner.partitionOf('anything')).toBe(0);
    const single = new RangePartitioner(1, order);
    await rangePreparation(single, parent(2)).prepare(runner([[], []], jobs as (readonly number[])[]));
    expect(jobs).toHaveLength(1);
  });
});
