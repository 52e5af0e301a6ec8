import { describe, expect, it } from 'vitest';
import { Smallest, sortRecords } from '../../../lib/api/smallest.ts';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { seededRandom } from '../../support/seeded-random.ts';

describe('sortRecords', () => {
  it('puts undefined where the order says, not last', () => {
    expect(sortRecords([2, undefined, 1, null], compareNatural)).toEqual([undefined, null, 1, 2]);
  });

  it('is stable', () => {
    const records = ['b1', 'a1', 'b2', 'a2'];
    expect(sortRecords(records, (a, b) => compareNatural((a as string)[0], (b as string)[0]))).toEqual([
      'a1',
      'a2',
      'b1',
      'b2',
    ]);
  });
});

describe('Smallest', () => {
  it('agrees with sorting everything, ties included, for any n', () => {
    const random = seededRandom(5);
    const records = Array.from({ length: 1000 }, (_, i) => [Math.floor(random() * 50), i]);
    const byFirst = (a: unknown, b: unknown): number => Number((a as number[])[0]) - Number((b as number[])[0]);
    const sorted = sortRecords(records, byFirst);
    for (const n of [0, 1, 2, 31, 32, 33, 500, 1000, 5000]) {
      const found = new Smallest(n, byFirst);
      for (const record of records) found.add(record);
      expect(found.records(), `${n}`).toEqual(sorted.slice(0, n));
    }
  });
});
