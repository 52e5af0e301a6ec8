import { expect, test } from 'vitest';
import { mergeUses } from '../../../storage/memory/consumer-use.ts';

test('uses of one name are one: the larger peak, and all that was written out', () => {
  const sort = { name: 'sort by key', peakBytes: 5, spilledBytes: 1 };
  const output = { name: 'map output', peakBytes: 9, spilledBytes: 0 };
  expect(mergeUses()).toEqual([]);
  expect(mergeUses([sort, output], [{ ...sort, peakBytes: 7 }, output])).toEqual([
    { name: 'sort by key', peakBytes: 7, spilledBytes: 2 },
    output,
  ]);
  expect(mergeUses([{ ...sort, name: '__proto__' }])).toEqual([{ ...sort, name: '__proto__' }]);
});
