import { describe, expect, it } from 'vitest';
import { partitionsOf } from '../../../lib/lineage/partition.ts';

describe('partitionsOf', () => {
  it('numbers partitions from 0 and makes each split from its index, in order', () => {
    const asked: number[] = [];
    const partitions = partitionsOf(3, (i) => {
      asked.push(i);
      return { from: i * 10 };
    });
    expect(partitions).toEqual([
      { index: 0, split: { from: 0 } },
      { index: 1, split: { from: 10 } },
      { index: 2, split: { from: 20 } },
    ]);
    expect(asked).toEqual([0, 1, 2]);
  });

  it('may be none', () => {
    expect(partitionsOf(0, () => undefined)).toEqual([]);
  });
});
