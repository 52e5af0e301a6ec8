import { describe, expect, it } from 'vitest';
import { Alarm } from '../../../lib/scheduler/timer.ts';

describe('an alarm', () => {
  function setUp() {
    const timers: { delayMs: number; action: () => void; stopped: boolean }[] = [];
    const calls: number[] = [];
    const alarm: Alarm = new Alarm(
      (delayMs, action) => {
        const timer = { delayMs, action, stopped: false };
        timers.push(timer);
        return () => {
          timer.stopped = true;
        };
      },
      () => calls.push(alarm.isSet ? 1 : 0),
    );
    return { alarm, timers, calls };
  }

  it('rings once, and is not set any more then', () => {
    const { alarm, timers, calls } = setUp();
    expect(alarm.isSet).toBe(false);
    alarm.set(50);
    expect(alarm.isSet).toBe(true);
    timers[0]?.action();
    expect(calls).toEqual([0]);
    alarm.stop();
    expect(timers.map(({ delayMs, stopped }) => [delayMs, stopped])).toEqual([[50, false]]);
  });

  it('that is set again rings at the new time only', () => {
    const { alarm, timers } = setUp();
    alarm.set(50);
    alarm.set(20);
    expect(timers.map(({ stopped }) => stopped)).toEqual([true, false]);
    alarm.stop();
    expect(timers.map(({ stopped }) => stopped)).toEqual([true, true]);
    expect(alarm.isSet).toBe(false);
  });
});
