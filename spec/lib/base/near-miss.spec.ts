import { describe, expect, it } from 'vitest';
import { findNearMiss } from '../../../lib/base/near-miss.ts';

const NAMES = ['dir', 'memory', 'memoryFraction', 'shuffle.codec', 'storage.codec', 'task.maxFailures', 'master'];

describe('findNearMiss', () => {
  it.each([
    ['memroy', 'memory'],
    ['Memory', 'memory'],
    ['memory_fraction', 'memoryFraction'],
    ['shufle.codec', 'shuffle.codec'],
    ['suffle.kodec', 'shuffle.codec'],
    ['task.max-failures', 'task.maxFailures'],
    ['spark.task.maxFailures', 'task.maxFailures'],
    ['dri', 'dir'],
    ['mster', 'master'],
  ])('takes %s for %s', (wanted, name) => {
    expect(findNearMiss(wanted, NAMES)).toBe(name);
  });

  it.each(['', 'x', '__proto__', 'executors', 'redirection', 'a'.repeat(100_000)])(
    'finds nothing near %.20s',
    (wanted) => {
      expect(findNearMiss(wanted, NAMES)).toBeUndefined();
    },
  );

  it('finds nothing among no names', () => {
    expect(findNearMiss('memory', [])).toBeUndefined();
  });
});
