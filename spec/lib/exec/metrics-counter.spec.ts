import { expect, it } from 'vitest';
import { NO_METRICS } from '../../../lib/events/engine-event.ts';
import { MetricsCounter } from '../../../lib/exec/metrics-counter.ts';

it('counts from 0, and gives what it counted as plain data that stays', () => {
  const counter = new MetricsCounter();
  expect(counter.snapshot(0)).toEqual(NO_METRICS);
  counter.rowsRead += 3;
  const first = counter.snapshot(7);
  counter.rowsRead++;
  expect(first).toEqual({ ...NO_METRICS, rowsRead: 3, durationMs: 7 });
  expect(Object.getPrototypeOf(first)).toBe(Object.prototype);
});
