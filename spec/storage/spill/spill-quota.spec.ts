import { describe, expect, it } from 'vitest';
import { newSpillCounts, SpillQuota } from '../../../storage/spill/spill-quota.ts';

function quotas(maxBytes: number | undefined, threads = 2) {
  const counts = newSpillCounts(threads);
  const make = (slot: number) => new SpillQuota({ maxBytes, counts, slot });
  return { make, all: Array.from({ length: threads }, (_, slot) => make(slot)) as [SpillQuota, SpillQuota] };
}

const spilled = () => 'sort by key 9 B';

describe('SpillQuota', () => {
  it('bounds what all threads have together', () => {
    const [one, other] = quotas(100).all;
    one.take(60, spilled);
    other.take(40, spilled);
    expect(() => other.take(1, spilled)).toThrow(
      expect.objectContaining({
        code: 'SPILL_LIMIT',
        params: { limit: '100 B', used: '100 B', more: '1 B', spilled: 'sort by key 9 B' },
      }),
    );
    one.giveBack(1);
    other.take(1, spilled);
    expect([one.usedBytes, other.usedBytes]).toEqual([100, 100]);
  });

  it('takes nothing where it refuses', () => {
    const [one] = quotas(0).all;
    expect(() => one.take(5, spilled)).toThrow('SPILL_LIMIT');
    expect(one.usedBytes).toBe(0);
  });

  it('counts without a limit, beyond 32 bits', () => {
    const [one] = quotas(undefined).all;
    for (let i = 0; i < 5; i++) one.take(2 ** 32, spilled);
    expect(one.usedBytes).toBe(5 * 2 ** 32);
  });

  it('forgets what a thread had counted when another one takes its place', () => {
    const { make, all } = quotas(100);
    all[1].take(70, spilled);
    all[0].take(20, spilled);
    expect(make(1).usedBytes).toBe(20);
  });
});
