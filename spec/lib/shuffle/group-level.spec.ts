import { describe, expect, it } from 'vitest';
import { GroupLevel } from '../../../lib/shuffle/group-level.ts';
import { FrameEncoder } from '../../../lib/shuffle/run-frames.ts';
import { RunScope } from '../../../lib/shuffle/run-scope.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

function open(shareBytes: number, depth = 0) {
  const { spills } = gatheringTask(shareBytes);
  const scope = new RunScope(spills, () => {});
  const encoder = new FrameEncoder('none');
  return new GroupLevel({ inputs: 1, scope, encoder, shareBytes, depth });
}

/** As many pairs, the i-th with key `keyOf(i)` and value i. */
const pairs = (count: number, keyOf: (i: number) => unknown) => ({
  count,
  keys: Array.from({ length: count }, (_, i) => keyOf(i)),
  values: Array.from({ length: count }, (_, i) => i),
});

describe('GroupLevel', () => {
  it('keeps the keys that came first and deals out the others, those of later pairs too', () => {
    const level = open(100_000);
    level.add(
      pairs(400, (i) => `key ${i}`),
      0,
      0,
    );
    const before = level.heldBytes;
    level.shrinkTo(before / 4);
    expect(level.heldBytes).toBeLessThanOrEqual(before / 4);
    level.add(
      pairs(800, (i) => `key ${i}`),
      0,
      400,
    );
    const { table, resident, streamed, partitions } = level.finish();
    expect([resident, streamed]).toEqual([undefined, []]);
    expect(table.size).toBeGreaterThan(50);
    for (let id = 0; id < table.size; id++)
      expect(table.group(id)).toEqual({ first: id, key: `key ${id}`, lists: [[id, id]] });
    const inPartitions = partitions.reduce((sum, { run }) => sum + run.rowCount, 0);
    expect(inPartitions).toBe(400 - table.size + 800 - table.size);
  });

  it('moves the values of large keys first, which may be enough', () => {
    const level = open(100_000);
    level.add(
      pairs(10_000, (i) => (i < 10 ? i : 'hot')),
      0,
      0,
    );
    level.shrinkTo(50_000);
    const { table, resident, streamed, partitions } = level.finish();
    expect(partitions).toEqual([]);
    expect(streamed.map(({ key, first }) => [key, first])).toEqual([['hot', 10]]);
    expect(Array.from(resident ?? [], (id) => table.keyOf(id))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('sorts keys that have been in a table before', () => {
    const level = open(100_000, 1);
    level.add(
      pairs(3, (i) => 'abc'[i]),
      0,
      new Float64Array([7, 3, 5]),
    );
    const { table, resident } = level.finish();
    expect(Array.from(resident ?? [], (id) => table.keyOf(id))).toEqual(['b', 'c', 'a']);
  });

  it('ends the recursion where hashes part nothing any more', () => {
    const level = open(1000, 8);
    level.add(
      pairs(400, (i) => `key ${i}`),
      0,
      new Float64Array(400),
    );
    level.shrinkTo(0);
    expect(level.finish()).toMatchObject({ partitions: [], streamed: [] });
  });
});
