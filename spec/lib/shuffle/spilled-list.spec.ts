import { describe, expect, it } from 'vitest';
import { FrameEncoder } from '../../../lib/shuffle/run-frames.ts';
import { SpilledList } from '../../../lib/shuffle/spilled-list.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

function open(lengths: readonly number[]) {
  const { spills, spilledGroups } = gatheringTask(1000);
  using encoder = new FrameEncoder('none');
  const writer = spills.openRun();
  let next = 0;
  for (const length of lengths) {
    encoder.records(Array.from({ length }, () => next++));
    encoder.appendTo(writer);
  }
  const run = writer.finish();
  return { list: new SpilledList(spills, spilledGroups, run, run.segments), spills };
}

describe('SpilledList', () => {
  it('reads any value, any part and all of them, over segments of all lengths', () => {
    const { list } = open([1, 5, 2, 1, 9]);
    const all = Array.from({ length: 18 }, (_, i) => i);
    expect(list.length).toBe(18);
    expect(all.map((i) => list.at(i))).toEqual(all);
    expect(all.toReversed().map((i) => list.at(i))).toEqual(all.toReversed());
    for (let from = 0; from <= 18; from++) expect(list.slice(from, 18)).toEqual(all.slice(from));
    expect(list.slice(3, 8)).toEqual([3, 4, 5, 6, 7]);
    expect([...list.chunks()].map(({ length }) => length)).toEqual([1, 5, 2, 1, 9]);
  });

  it('says when its file is gone', () => {
    const { list, spills } = open([3]);
    spills[Symbol.dispose]();
    expect(() => list.at(0)).toThrow(/CORRUPT_FILE: .* found no file/);
  });
});
