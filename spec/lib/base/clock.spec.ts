import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/base/clock.ts';

describe('systemClock', () => {
  it('gives the time of the machine', () => {
    const before = Date.now();
    const now = systemClock.nowMs();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('has a steady clock that never goes back', () => {
    const first = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(first);
  });
});
