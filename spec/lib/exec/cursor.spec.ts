import { describe, expect, it } from 'vitest';
import { openCursor } from '../../../lib/exec/cursor.ts';
import type { Step } from '../../../lib/lineage/step.ts';

describe('openCursor', () => {
  it('starts where the partition does', () => {
    const index: Step = { kind: 'index', starts: { value: [0, 5, 9] } };
    expect([0, 1, 2].map((partition) => openCursor(index, partition).position)).toEqual([0, 5, 9]);
    expect(openCursor({ kind: 'unique-id', stride: 4 }, 3).position).toBe(3);
    expect(openCursor({ kind: 'pass' }, 3)).toMatchObject({ position: 0, partition: 3, random: undefined });
  });

  it('draws the same numbers for the same seed and partition, and others for another', () => {
    const draws = (seed: number, partition: number) => {
      const { random } = openCursor({ kind: 'sample', lower: 0, upper: 1, seed }, partition);
      return Array.from({ length: 5 }, () => random?.nextDouble());
    };
    expect(draws(1, 0)).toEqual(draws(1, 0));
    expect(draws(1, 1)).not.toEqual(draws(1, 0));
    expect(draws(2, 0)).not.toEqual(draws(1, 0));
    const repeats = (partition: number) => {
      const { poisson } = openCursor({ kind: 'poisson-sample', mean: 3, seed: 1 }, partition);
      return Array.from({ length: 9 }, () => poisson?.next());
    };
    expect(repeats(0)).toEqual(repeats(0));
    expect(repeats(1)).not.toEqual(repeats(0));
  });

  it('deals from a start of its own in every partition, within the number of partitions', () => {
    const starts = Array.from({ length: 30 }, (_, p) => openCursor({ kind: 'deal', numPartitions: 5 }, p).position);
    expect(new Set(starts)).toEqual(new Set([0, 1, 2, 3, 4]));
  });
});
