import { describe, expect, it } from 'vitest';
import { findSkew, spreadOf, type TaskShare } from '../../../lib/events/stage-spread.ts';

const MIB = 1024 * 1024;

describe('spreadOf', () => {
  it('gives values that tasks had, and the first partition with the most', () => {
    const tasks = [5, 1, 9, 3, 9].map((value, partition) => ({ partition, value }));
    expect(spreadOf(tasks, ({ value }) => value)).toEqual({
      min: 1,
      lower: 3,
      median: 5,
      upper: 9,
      max: 9,
      total: 27,
      maxPartition: 2,
    });
  });

  it('has one task in the middle of itself, and zeros without any', () => {
    const one = spreadOf([{ partition: 4, value: 7 }], ({ value }) => value);
    expect(one).toEqual({ min: 7, lower: 7, median: 7, upper: 7, max: 7, total: 7, maxPartition: 4 });
    expect(spreadOf([], () => 1)).toMatchObject({ min: 0, median: 0, max: 0, total: 0 });
  });
});

describe('findSkew', () => {
  const usual = (partition: number): TaskShare => ({ partition, durationMs: 100, bytes: 2 * MIB, records: 10 });
  const large: TaskShare = { partition: 7, durationMs: 1500, bytes: 40 * MIB, records: 900 };
  const others = [0, 1, 2].map(usual);

  it('names the partition that has far more than the others, and what is usual', () => {
    expect(findSkew([...others, large])).toEqual({ ...large, tasks: 4, medianBytes: 2 * MIB, medianMs: 100 });
  });

  it.each([
    ['is small', { bytes: 15 * MIB }],
    ['took less than a second', { durationMs: 999 }],
  ])('leaves out what %s', (_, change) => {
    expect(findSkew([...others, { ...large, ...change }])).toBeUndefined();
  });

  it('leaves out what is five times the median, or took twice as long, and no more', () => {
    const slow = others.map((task) => ({ ...task, durationMs: 750 }));
    expect(findSkew([...slow, large])).toBeUndefined();
    const wide = others.map((task) => ({ ...task, bytes: 8 * MIB }));
    expect(findSkew([...wide, large])).toBeUndefined();
    expect(findSkew([...wide, { ...large, bytes: 40 * MIB + 1 }])).toBeDefined();
  });

  it('says nothing of fewer than three tasks', () => {
    expect(findSkew([usual(0), large])).toBeUndefined();
    expect(findSkew([])).toBeUndefined();
  });
});
