import { describe, expect, it } from 'vitest';
import { GroupTable } from '../../../lib/shuffle/group-table.ts';
import { FrameEncoder, recordsIn } from '../../../lib/shuffle/run-frames.ts';
import { RunScope } from '../../../lib/shuffle/run-scope.ts';
import { StreamedGroups, type StreamedList } from '../../../lib/shuffle/streamed-groups.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

describe('StreamedGroups', () => {
  it('moves the values of a key to segments as they come, and keeps their order', () => {
    const { spills } = gatheringTask(1000);
    using scope = new RunScope(spills, () => {});
    using encoder = new FrameEncoder('none');
    const table = new GroupTable(2);
    const streamed = new StreamedGroups(scope, encoder, 2, 2000);
    const add = (key: string, input: number, values: readonly number[]) =>
      table.add({ count: values.length, keys: values.map(() => key), values }, input, table.size * 10);
    const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
    add('b', 0, [1, 2]);
    add('a', 0, numbers(0, 1000));
    expect([streamed.has(table, 0), streamed.has(table, 1)]).toEqual([false, false]);
    streamed.stream(table, 1);
    expect([streamed.has(table, 0), streamed.has(table, 1), streamed.ids]).toEqual([false, true, [1]]);
    streamed.flush(table, 0);
    expect([table.listOf(0, 0), table.listOf(1, 0)]).toEqual([[1, 2], undefined]);
    add('a', 0, numbers(1000, 1010));
    streamed.flush(table, 5000);
    expect(table.listOf(1, 0)).toHaveLength(10);
    add('a', 1, [7]);
    table.keepOnly([1]);
    streamed.renumber([0]);
    const [group, ...rest] = streamed.finish(table);
    expect([group?.key, group?.first, rest]).toEqual(['a', 10, []]);
    const [large, small] = (group?.lists ?? []) as [
      Exclude<StreamedList, readonly unknown[] | undefined>,
      StreamedList,
    ];
    expect(small).toEqual([7]);
    using reader = spills.read(large.run);
    expect(large.segments.length).toBeGreaterThan(3);
    expect(large.segments.flatMap((segment) => recordsIn(reader.readSegment(segment)))).toEqual(numbers(0, 1010));
  });
});
