import { describe, expect, it } from 'vitest';
import { GroupRunReader, mergeGroupRuns } from '../../../lib/shuffle/group-run-reader.ts';
import { GroupRunWriter } from '../../../lib/shuffle/group-run-writer.ts';
import type { Group } from '../../../lib/shuffle/group-table.ts';
import { FrameEncoder } from '../../../lib/shuffle/run-frames.ts';
import { RunScope } from '../../../lib/shuffle/run-scope.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

function open() {
  const task = gatheringTask(1000);
  const scope = new RunScope(task.spills, () => {});
  const encoder = new FrameEncoder('none');
  const write = (groups: readonly Group[]) => {
    const writer = new GroupRunWriter({ scope, encoder, inputs: 2, segmentBytes: 100 });
    for (const group of groups) writer.add(group, 30);
    return writer.finish();
  };
  return { task, scope, write };
}

const group = (first: number): Group => ({
  first,
  key: first % 3 === 0 ? `key ${first}` : first,
  lists: [first % 2 === 0 ? undefined : [first, first + 0.5], first % 5 === 0 ? [`text ${first}`, null] : [{ first }]],
});

describe('groups in runs', () => {
  it('are read as they were written, and their run goes behind the last', () => {
    const { task, scope, write } = open();
    const groups = Array.from({ length: 23 }, (_, i) => group(i));
    const run = write(groups);
    expect(run.segments.length).toBeGreaterThan(4);
    const reader = new GroupRunReader(scope, run);
    const found: unknown[] = [];
    for (; reader.head !== undefined; reader.advance()) {
      expect(reader.headBytes).toBeGreaterThan(0);
      found.push(reader.head);
    }
    expect(found).toEqual(groups);
    expect(task.runs()).toEqual([]);
    const empty = new GroupRunReader(scope, write([]));
    expect(empty.head).toBeUndefined();
  });

  it('are merged by where their keys came first', () => {
    const { task, scope, write } = open();
    const all = Array.from({ length: 60 }, (_, i) => group(i));
    const runs = [0, 1, 2, 3].map((r) => write(all.filter((_, i) => (i < 20 ? i % 3 : i % 7) === r)));
    const merged = [...mergeGroupRuns(scope, runs)].map((each) => each.group);
    expect(merged).toEqual(all.filter((_, i) => (i < 20 ? i % 3 : i % 7) < 4));
    expect(task.runs()).toEqual([]);
    expect([...mergeGroupRuns(scope, [])]).toEqual([]);
  });
});
