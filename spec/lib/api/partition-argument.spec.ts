import { describe, expect, it } from 'vitest';
import { hashPartitioner, type PartitionArgument, toPartitioner } from '../../../lib/api/partition-argument.ts';

describe('toPartitioner', () => {
  it('hashes into a number of partitions', () => {
    const partitioner = toPartitioner('partitionBy', 4);
    expect(partitioner.describe()).toBe('hash(4)');
    expect(partitioner.partitionOf(6)).toBe(2);
  });

  it('takes a hashPartitioner as what it stands for: two of them are equal', () => {
    const partitioner = toPartitioner('partitionBy', hashPartitioner(4));
    expect(partitioner.equals(toPartitioner('partitionBy', 4))).toBe(true);
    expect(hashPartitioner(4).getPartition(-1)).toBe(3);
    expect(hashPartitioner(4).getPartition('a')).toBe(97 % 4);
    expect(hashPartitioner(4).getPartition(null)).toBe(0);
  });

  it('wraps a user object, equal to itself alone', () => {
    const make = () => ({ numPartitions: 2, getPartition: (key: unknown) => (key === 'x' ? 1 : 0) });
    const own = make();
    const partitioner = toPartitioner('partitionBy', own);
    expect(partitioner.partitionOf('x')).toBe(1);
    expect(partitioner.equals(toPartitioner('partitionBy', own))).toBe(true);
    expect(partitioner.equals(toPartitioner('partitionBy', make()))).toBe(false);
  });

  it.each([
    0,
    -1,
    1.5,
    Number.NaN,
    2 ** 31,
    null,
    {},
    { numPartitions: 2 },
    { numPartitions: 0, getPartition: () => 0 },
    '4',
  ])('refuses %j', (argument) => {
    expect(() => toPartitioner('partitionBy', argument as PartitionArgument)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});
