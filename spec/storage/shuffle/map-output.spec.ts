import { expect, it } from 'vitest';
import { shuffleId, taskId } from '../../../lib/base/ids.ts';
import { totalsOf } from '../../../storage/shuffle/map-output.ts';

it('adds up what all partitions got', () => {
  const output = { shuffleId: shuffleId(0), mapIndex: 0, taskId: taskId(0) };
  expect(totalsOf({ ...output, partitionBytes: [10, 0, 5], partitionRows: [2, 0, 1] })).toEqual({
    bytes: 15,
    rowCount: 3,
  });
  expect(totalsOf({ ...output, partitionBytes: [], partitionRows: [] })).toEqual({ bytes: 0, rowCount: 0 });
});
