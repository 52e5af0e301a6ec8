import { describe, expect, it } from 'vitest';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import {
  CustomPartitioner,
  defaultPartitioner,
  HashPartitioner,
  RangePartitioner,
  RoundRobinPartitioner,
} from '../../../lib/lineage/partitioner.ts';

const ORDER = { compare: compareNatural, ascending: true, natural: true };

describe('HashPartitioner', () => {
  it('places keys as the JVM does, never below zero, and nothing at 0', () => {
    const by4 = new HashPartitioner(4);
    expect([0, 5, -1, -7, 'spark', null, undefined].map((key) => by4.partitionOf(key))).toEqual([0, 1, 3, 1, 1, 0, 0]);
  });

  it('equals another of the same size', () => {
    expect(new HashPartitioner(3).equals(new HashPartitioner(3))).toBe(true);
    expect(new HashPartitioner(3).equals(new HashPartitioner(4))).toBe(false);
    expect(new HashPartitioner(3).equals(new RoundRobinPartitioner(3))).toBe(false);
    expect(new HashPartitioner(3).describe()).toBe('hash(3)');
  });
});

describe('RangePartitioner', () => {
  it('waits for its bounds, unless there is one partition', () => {
    expect(new RangePartitioner(1, ORDER).isReady).toBe(true);
    const by3 = new RangePartitioner(3, ORDER);
    expect(by3.isReady).toBe(false);
    by3.setBounds([10, 20]);
    expect(by3.isReady).toBe(true);
    expect([5, 10, 11, 20, 21].map((key) => by3.partitionOf(key))).toEqual([0, 0, 1, 1, 2]);
  });

  it('mirrors when descending', () => {
    const by3 = new RangePartitioner(3, { ...ORDER, ascending: false });
    by3.setBounds([10, 20]);
    expect([5, 10, 11, 20, 21].map((key) => by3.partitionOf(key))).toEqual([2, 2, 1, 1, 0]);
  });

  it('equals nothing but itself', () => {
    const one = new RangePartitioner(2, ORDER);
    expect(one.equals(one)).toBe(true);
    expect(one.equals(new RangePartitioner(2, ORDER))).toBe(false);
  });
});

describe('bounds that are numbers', () => {
  const orders = [true, false].map((ascending) => ({ compare: compareNatural, ascending, natural: true }));

  it('find the range of every number but NaN', () => {
    for (const order of orders) {
      const partitioner = new RangePartitioner(5, order);
      partitioner.setBounds([-1.5, 0, 0.5, Number.POSITIVE_INFINITY]);
      const bounds = partitioner.numberBounds() as Float64Array;
      for (const key of [-9, -1.5, -1, -0, 0, 0.1, 0.5, 3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const found = [...bounds].findIndex((bound) => !(bound < key));
        expect(order.ascending ? found : bounds.length - found).toBe(partitioner.partitionOf(key));
      }
    }
  });

  it('are none where a bound is anything else, or the order is a function of the user', () => {
    const [natural] = orders as [(typeof orders)[0]];
    for (const bound of ['a', Number.NaN, 1n, null]) {
      const partitioner = new RangePartitioner(3, natural);
      partitioner.setBounds([1, bound]);
      expect(partitioner.numberBounds()).toBe(undefined);
    }
    const partitioner = new RangePartitioner(2, { ...natural, natural: false });
    partitioner.setBounds([1]);
    expect(partitioner.numberBounds()).toBe(undefined);
  });
});

describe('CustomPartitioner', () => {
  it.each([Number.NaN, -1, 2, 0.5, '1', undefined])('refuses %s as a partition', (answer) => {
    const user = { numPartitions: 2, getPartition: () => answer as number };
    expect(() => new CustomPartitioner(user).partitionOf('k')).toThrow('INVALID_ARGUMENT');
  });

  it('equals another of the same object', () => {
    const user = { numPartitions: 2, getPartition: () => 1 };
    expect(new CustomPartitioner(user).equals(new CustomPartitioner(user))).toBe(true);
    expect(new CustomPartitioner(user).equals(new CustomPartitioner({ ...user }))).toBe(false);
    expect(new CustomPartitioner(user).partitionOf('k')).toBe(1);
  });
});

describe('defaultPartitioner', () => {
  const none = (numPartitions: number) => ({ partitioner: undefined, numPartitions });
  const hashed = (n: number) => ({ partitioner: new HashPartitioner(n), numPartitions: n });

  it('hashes into as many partitions as the largest input, or the configured number', () => {
    expect(defaultPartitioner([none(3), none(7)], undefined).numPartitions).toBe(7);
    expect(defaultPartitioner([none(3), none(7)], 5).numPartitions).toBe(5);
  });

  it('takes the largest partitioner within an order of magnitude of the largest input', () => {
    expect(defaultPartitioner([hashed(3), hashed(20), none(150)], undefined).numPartitions).toBe(20);
    expect(defaultPartitioner([hashed(3), none(31)], undefined).numPartitions).toBe(31);
    expect(defaultPartitioner([hashed(15), none(150)], undefined).numPartitions).toBe(150);
  });

  it('takes it anyway when it is not smaller than the configured number', () => {
    expect(defaultPartitioner([hashed(3), none(300)], 2).numPartitions).toBe(3);
    expect(defaultPartitioner([hashed(3), none(300)], 4).numPartitions).toBe(4);
  });
});
