import { describe, expect, it } from 'vitest';
import { GroupRunWriter } from '../../../lib/shuffle/group-run-writer.ts';
import { FRAME_ROWS, FrameEncoder } from '../../../lib/shuffle/run-frames.ts';
import { RunScope } from '../../../lib/shuffle/run-scope.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

describe('GroupRunWriter', () => {
  it('writes segments of so many bytes, or groups of a frame', () => {
    const { spills } = gatheringTask(1000);
    using scope = new RunScope(spills, () => {});
    using encoder = new FrameEncoder('none');
    const write = (count: number, bytes: number) => {
      const writer = new GroupRunWriter({ scope, encoder, inputs: 1, segmentBytes: 1000 });
      for (let first = 0; first < count; first++) writer.add({ first, key: first, lists: [[first]] }, bytes);
      // A group is a record of the head, and one of values here.
      return writer.finish().segments.map(({ rowCount }) => rowCount / 2);
    };
    expect(write(25, 100)).toEqual([10, 10, 5]);
    expect(write(3, 5000)).toEqual([1, 1, 1]);
    expect(write(FRAME_ROWS + 1, 0)).toEqual([FRAME_ROWS, 1]);
    expect(write(0, 0)).toEqual([]);
  });
});
