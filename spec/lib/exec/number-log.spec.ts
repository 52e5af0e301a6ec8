import { describe, expect, it } from 'vitest';
import { NumberLog } from '../../../lib/exec/number-log.ts';

function append(log: NumberLog, ...pairs: readonly (readonly [bucket: number, key: number, value: number])[]): void {
  for (const [bucket, key, value] of pairs) {
    log.buckets[log.count] = bucket;
    log.keys[log.count] = key;
    log.values[log.count++] = value;
  }
}

/** The pairs of each bucket, dealt out. */
function deal(log: NumberLog, numBuckets: number): (readonly [number, number])[][] {
  const { starts, keys, values } = log.deal(numBuckets);
  return Array.from({ length: numBuckets }, (_, b) =>
    Array.from({ length: (starts[b + 1] as number) - (starts[b] as number) }, (__, i) => {
      const at = (starts[b] as number) + i;
      return [keys[at] as number, values[at] as number] as const;
    }),
  );
}

describe('NumberLog', () => {
  it('gives a single bucket all pairs as they lie there', () => {
    const log = new NumberLog();
    log.reserve(5);
    append(log, [0, 3, 10], [0, 1, 20]);
    const { keys } = log;
    expect(log.deal(1).keys).toBe(keys);
    expect(log.count).toBe(0);
    append(log, [0, 3, 10], [0, 1, 20]);
    expect(deal(log, 1)).toEqual([
      [
        [3, 10],
        [1, 20],
      ],
    ]);
  });

  it('deals pairs out in the order they came, and starts again', () => {
    const log = new NumberLog();
    log.reserve(5);
    append(log, [2, 1, 10], [0, 2, 20], [2, -0, 30], [2, Number.NaN, 40], [0, 0.5, 50]);
    expect(deal(log, 4)).toEqual([
      [
        [2, 20],
        [0.5, 50],
      ],
      [],
      [
        [1, 10],
        [-0, 30],
        [Number.NaN, 40],
      ],
      [],
    ]);
    expect(log.count).toBe(0);
    append(log, [1, 7, 8]);
    expect(deal(log, 2)).toEqual([[], [[7, 8]]]);
    expect(deal(log, 1)).toEqual([[]]);
  });

  it('keeps what it holds when it makes room', () => {
    const log = new NumberLog();
    log.reserve(1);
    append(log, [1, 2, 3]);
    log.reserve(100);
    expect([log.capacity, log.count]).toEqual([101, 1]);
    const { keys } = log;
    log.reserve(50);
    expect(log.keys).toBe(keys);
    append(log, ...Array.from({ length: 100 }, (_, i) => [0, i, i] as const));
    const [zero, one] = deal(log, 2);
    expect([zero?.length, zero?.[99], one]).toEqual([100, [99, 99], [[2, 3]]]);
  });

  it('does not pass over pairs that were written past its end', () => {
    const log = new NumberLog();
    log.reserve(1);
    append(log, [0, 1, 1], [0, 2, 2]);
    expect(() => log.deal(1)).toThrow('2 pairs in a log of 1');
  });
});
