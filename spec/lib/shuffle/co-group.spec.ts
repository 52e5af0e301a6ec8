import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { CoGrouper } from '../../../lib/shuffle/co-group.ts';

describe('CoGrouper', () => {
  it('groups by key in the order in which keys come first, values in the order of their input', () => {
    const groups = new CoGrouper(3);
    groups.add(
      rowBatch([
        ['b', 1],
        ['a', 2],
        ['b', 3],
      ]),
      0,
    );
    groups.add(
      rowBatch([
        ['c', 4],
        ['b', 5],
      ]),
      2,
    );
    groups.add(rowBatch([['c', 6]]), 2);
    expect(groups.groups()).toEqual([
      ['b', [[1, 3], [], [5]]],
      ['a', [[2], [], []]],
      ['c', [[], [], [4, 6]]],
    ]);
  });

  it('takes keys that are equal as one, whatever they are made of', () => {
    const groups = new CoGrouper(1);
    groups.add(
      rowBatch([
        [0, 'a'],
        [-0, 'b'],
        [Number.NaN, 'c'],
        [Number.NaN, 'd'],
        [[1, { k: 2 }], 'e'],
        [[1, { k: 2 }], 'f'],
      ]),
      0,
    );
    expect(groups.groups().map((group) => (group as [unknown, unknown[][]])[1])).toEqual([
      [['a', 'b']],
      [['c', 'd']],
      [['e', 'f']],
    ]);
  });

  it('refuses what is no pair, and what cannot be a key', () => {
    const groups = new CoGrouper(1);
    expect(() => groups.add(rowBatch([7]), 0)).toThrow(/NOT_A_PAIR/);
    expect(() => groups.add(rowBatch([[() => 1, 1]]), 0)).toThrow(/VALUE_NOT_SERIALIZABLE/);
    expect(groups.groups()).toEqual([]);
  });
});
