import { describe, expect, it } from 'vitest';
import { SpilledGroups } from '../../../lib/shuffle/spilled-groups.ts';

describe('SpilledGroups', () => {
  it('knows whether there are any, and ends with the task', () => {
    const groups = new SpilledGroups();
    expect(groups.any).toBe(false);
    groups.note();
    expect(groups.any).toBe(true);
    groups.checkOpen();
    groups[Symbol.dispose]();
    expect(() => groups.checkOpen()).toThrow(/SPILLED_GROUP_CLOSED/);
  });

  it('keeps one chunk of each of the few lists that were read last', () => {
    const groups = new SpilledGroups();
    const owners = Array.from({ length: 6 }, () => ({}));
    const reads: number[] = [];
    const read = (owner: number, index: number) =>
      groups.chunk(owners[owner] as object, index, () => {
        reads.push(owner);
        return [owner, index];
      });
    expect([read(0, 1), read(0, 1), read(1, 0), read(0, 1)]).toEqual([
      [0, 1],
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
    expect(reads).toEqual([0, 1]);
    read(0, 2);
    for (const owner of [2, 3, 4]) read(owner, 0);
    read(0, 2);
    read(1, 0);
    expect(reads).toEqual([0, 1, 0, 2, 3, 4, 1]);
  });
});
