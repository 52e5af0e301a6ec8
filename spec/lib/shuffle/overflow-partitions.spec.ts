import { describe, expect, it } from 'vitest';
import { OverflowPartitions } from '../../../lib/shuffle/overflow-partitions.ts';
import { FrameEncoder, partsOf } from '../../../lib/shuffle/run-frames.ts';
import { RunScope } from '../../../lib/shuffle/run-scope.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

describe('OverflowPartitions', () => {
  it('has all pairs of a key in one partition, by input and in order, with where the key came first', () => {
    const task = gatheringTask(1000);
    using scope = new RunScope(task.spills, () => {});
    using encoder = new FrameEncoder('none');
    const overflow = new OverflowPartitions({ scope, encoder, inputs: 2, partitions: 4, seed: 7 });
    overflow.addAll(0, 'a', [1, 2], 0, 10);
    overflow.addAll(1, 'a', [3], 0, 5);
    expect(overflow.waitingBytes).toBe(15);
    overflow.flush();
    expect(overflow.waitingBytes).toBe(0);
    for (let i = 0; i < 50; i++) overflow.add(1, i % 10, `value ${i}`, 100 + i, 1);
    overflow.add(1, 'a', 4, 200, 1);
    const finished = overflow.finish();
    expect(task.runs()).toHaveLength(finished.length);
    const found = finished.flatMap(({ run, inputs }) => {
      const reader = scope.read(run);
      const records = run.segments.flatMap((segment, i) =>
        [...reader.readSegment(segment)].flatMap((batch) => {
          const { count, parts } = partsOf(batch);
          return Array.from({ length: count }, (_, at) => [inputs[i], ...parts.map((part) => part[at])]);
        }),
      );
      scope.remove(reader);
      expect(new Set(records.map(([, , key]) => overflow.partitionOf(key))).size).toBe(1);
      return records;
    });
    expect(found.filter(([, , key]) => key === 'a')).toEqual([
      [0, 0, 'a', 1],
      [0, 0, 'a', 2],
      [1, 0, 'a', 3],
      [1, 200, 'a', 4],
    ]);
    expect(found.filter(([, , key]) => key === 3).map(([, first, , value]) => [first, value])).toEqual(
      [3, 13, 23, 33, 43].map((i) => [100 + i, `value ${i}`]),
    );
    expect(found).toHaveLength(54);
    expect(task.runs()).toEqual([]);
  });
});
