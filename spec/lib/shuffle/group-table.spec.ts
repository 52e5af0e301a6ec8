import { describe, expect, it } from 'vitest';
import { GroupTable } from '../../../lib/shuffle/group-table.ts';

const pairs = (keys: readonly unknown[], values: readonly unknown[]) => ({ count: keys.length, keys, values });
const ints = (...values: number[]) => new Int32Array(values);

describe('GroupTable', () => {
  it('gathers values by key and input, whatever arrays they come in', () => {
    const table = new GroupTable(2);
    table.add({ count: 3, keys: ints(5, 6, 5), values: ints(1, 2, 3) }, 0, 0);
    table.add({ count: 2, keys: ints(6, 7), values: new Float64Array([0.5, 1.5]) }, 1, 3);
    table.add(pairs([5, 'x'], ['a', 'b']), 1, new Float64Array([5, 60]));
    expect(Array.from({ length: table.size }, (_, id) => table.group(id))).toEqual([
      { first: 0, key: 5, lists: [[1, 3], ['a']] },
      { first: 1, key: 6, lists: [[2], [0.5]] },
      { first: 4, key: 7, lists: [undefined, [1.5]] },
      { first: 60, key: 'x', lists: [undefined, ['b']] },
    ]);
  });

  it('takes in no new key once it is frozen, and says which those are', () => {
    const table = new GroupTable(1);
    table.add(pairs(['a', 1], [1, 2]), 0, 0);
    table.isFrozen = true;
    expect([...table.add(pairs(['b', 'a', 1], [3, 4, 5]), 0, 2).subarray(0, 3)]).toEqual([-1, 0, 1]);
    expect([...table.add({ count: 2, keys: ints(2, 1), values: ints(6, 7) }, 0, 5).subarray(0, 2)]).toEqual([-1, 1]);
    expect([table.listOf(0, 0), table.listOf(1, 0), table.size]).toEqual([[1, 4], [2, 5, 7], 2]);
  });

  it('knows about what it takes, and takes less when something goes', () => {
    const table = new GroupTable(1);
    table.add(pairs(['a', 'b', 'c'], ['x'.repeat(1000), 'y'.repeat(3000), 'z']), 0, 0);
    const all = table.sizeBytes;
    expect(all).toBeGreaterThan(4000);
    expect(table.takeList(1, 0)).toEqual(['y'.repeat(3000)]);
    expect([table.listOf(1, 0), table.listBytes(1, 0)]).toEqual([undefined, 0]);
    expect(table.sizeBytes).toBeLessThan(all);
    table.keepOnly([0, 2]);
    expect([table.size, table.keyOf(1), table.firstOf(1)]).toEqual([2, 'c', 2]);
    table.add(pairs(['c'], ['w']), 0, 9);
    expect(table.takeGroup(1)).toEqual({ first: 2, key: 'c', lists: [['z', 'w']] });
    table.keepOnly([]);
    expect([table.size, table.sizeBytes]).toEqual([0, 0]);
  });
});
