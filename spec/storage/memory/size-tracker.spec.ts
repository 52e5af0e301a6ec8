import { describe, expect, test } from 'vitest';
import { SizeTracker } from '../../../storage/memory/size-tracker.ts';

describe('a size tracker', () => {
  test("measures when updates have grown by a tenth: Spark's schedule", () => {
    let updates = 1;
    const measuredAt: number[] = [];
    const tracker = new SizeTracker(() => {
      measuredAt.push(updates);
      return updates;
    });
    for (let i = 0; i < 100; i++) {
      updates++;
      tracker.afterUpdate();
    }
    expect(measuredAt).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 21, 24, 27, 30, 33, 37, 41, 46, 51, 57, 63, 70, 77, 85, 94,
    ]);
  });

  test('extrapolates by the growth between the last two measurements', () => {
    let size = 1000;
    const tracker = new SizeTracker(() => size);
    expect(tracker.estimate()).toBe(1000);
    for (let i = 0; i < 999; i++) {
      size += 64;
      tracker.afterUpdate();
    }
    expect(tracker.estimate()).toBe(size);
  });

  test('takes many updates at a time', () => {
    let size = 1000;
    let count = 0;
    const tracker = new SizeTracker(() => {
      count++;
      return size;
    });
    for (let i = 0; i < 500; i++) {
      size += 2048 * 64;
      tracker.afterUpdate(2048);
      expect(tracker.estimate()).toBe(size);
    }
    expect(count).toBeLessThan(60);
  });

  test('costs few measurements', () => {
    let count = 0;
    const tracker = new SizeTracker(() => ++count);
    for (let i = 0; i < 1_000_000; i++) tracker.afterUpdate();
    expect(count).toBeLessThan(140);
  });

  test('does not go on shrinking, and forgets the past when it is reset', () => {
    let size = 1000;
    const tracker = new SizeTracker(() => size);
    tracker.afterUpdate();
    size = 10;
    tracker.afterUpdate();
    expect(tracker.estimate()).toBe(10);
    size = 500;
    tracker.afterUpdate();
    expect(tracker.estimate()).toBe(500);
    size = 0;
    tracker.reset();
    expect(tracker.estimate()).toBe(0);
    size = 7;
    tracker.afterUpdate();
    expect(tracker.estimate()).toBe(7);
  });
});
