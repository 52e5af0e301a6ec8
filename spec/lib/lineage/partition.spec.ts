import { expect, it } from 'vitest';
import { partitionsOf } from '../../../lib/lineage/partition.ts';

it('numbers partitions from 0 and makes the split of each from its number', () => {
  expect(partitionsOf(3, (index) => ({ from: index * 10 }))).toEqual([
    { index: 0, split: { from: 0 } },
    { index: 1, split: { from: 10 } },
    { index: 2, split: { from: 20 } },
  ]);
  expect(partitionsOf(0, () => 'none')).toEqual([]);
});
