import { describe, expect, it } from 'vitest';
import { startTimeout } from '../../../lib/base/start-timeout.ts';

describe('startTimeout', () => {
  it('calls back, unless stopped before', async () => {
    const calls: string[] = [];
    const stop = startTimeout(0, () => calls.push('stopped'));
    stop();
    await new Promise<void>((resolve) => {
      startTimeout(1, resolve);
    });
    expect(calls).toEqual([]);
  });

  it('waits where the time is longer than timers can wait', async () => {
    const calls: string[] = [];
    const stops = [2 ** 31, Number.POSITIVE_INFINITY].map((delayMs) => startTimeout(delayMs, () => calls.push('rang')));
    await new Promise<void>((resolve) => {
      startTimeout(5, resolve);
    });
    for (const stop of stops) stop();
    expect(calls).toEqual([]);
  });
});
