import { describe, expect, it } from 'vitest';
import { FrameEncoder } from '../../../lib/shuffle/run-frames.ts';
import { RunScope } from '../../../lib/shuffle/run-scope.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

describe('RunScope', () => {
  it('removes runs when they are read, and at the end all but those that are left to the task', () => {
    const task = gatheringTask(1000);
    const written: number[] = [];
    const scope = new RunScope(task.spills, (bytes) => written.push(bytes));
    using encoder = new FrameEncoder('none');
    const write = () => {
      const writer = scope.open();
      encoder.records([1, 2, 3]);
      encoder.appendTo(writer);
      return writer;
    };
    const [read, left, kept] = [scope.finish(write()), scope.finish(write()), scope.finish(write())];
    write();
    expect(written).toEqual([read.sizeBytes, left.sizeBytes, kept.sizeBytes]);
    expect(task.runs()).toHaveLength(4);
    scope.remove(scope.read(read));
    scope.leave(left);
    [...scope.read(kept).batches()];
    scope[Symbol.dispose]();
    expect(task.runs()).toEqual([left.path.slice('/scratch/'.length)]);
    scope[Symbol.dispose]();
    task.spills[Symbol.dispose]();
    expect(task.runs()).toEqual([]);
  });
});
