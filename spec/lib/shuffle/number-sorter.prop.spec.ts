import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { NumberSorter } from '../../../lib/shuffle/number-sorter.ts';

const key = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(-0, 0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -5e-324),
);

/** A NaN with its sign set, as machines make it. */
function negativeNan(): number {
  return new Float64Array(new BigUint64Array([0xfff8_0000_0000_0000n]).buffer)[0] as number;
}

function expectedOrder(keys: readonly number[], ascending: boolean): number[] {
  return keys
    .map((_, i) => i)
    .toSorted((a, b) => (ascending ? compareNatural(keys[a], keys[b]) : compareNatural(keys[b], keys[a])));
}

describe('NumberSorter', () => {
  it('orders keys as a stable comparison sort does, both ways, with one sorter for arrays of all lengths', () => {
    const sorter = new NumberSorter();
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), fc.boolean(), (keys, ascending) => {
        const expected = expectedOrder(keys, ascending);
        expect([...sorter.order(Float64Array.from(keys), keys.length, ascending)]).toEqual(expected);
        const values = Float64Array.from(keys, (_, i) => i);
        const pairs = sorter.sortPairs(Float64Array.from(keys), values, keys.length, ascending);
        expect([...pairs.keys]).toEqual(expected.map((at) => keys[at]));
        expect([...pairs.values]).toEqual(expected);
        expect([...sorter.sort(Float64Array.from(keys), keys.length, ascending)]).toEqual(
          expected.map((at) => keys[at]),
        );
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('orders keys that are many, or that differ in bits far below the highest', () => {
    const sorter = new NumberSorter();
    const spread = (i: number): number => ((i * 7919) % 40_009) / 40_009;
    const kinds: ((i: number) => number)[] = [
      spread,
      (i) => (i === 0 ? -1e300 : 1 + 2 ** -52 * Math.floor(spread(i) * 1000)),
      (i) => Math.floor(spread(i) * 5),
      (i) => 1 + 2 ** -40 * spread(i),
    ];
    for (const key of kinds) {
      for (const count of [2000, 40_000]) {
        const keys = Array.from({ length: count }, (_, i) => key(i));
        for (const ascending of [true, false]) {
          const expected = expectedOrder(keys, ascending);
          expect([...sorter.order(Float64Array.from(keys), count, ascending)]).toEqual(expected);
          expect([...sorter.sort(Float64Array.from(keys), count, ascending)]).toEqual(expected.map((at) => keys[at]));
        }
      }
    }
  });

  it('takes a NaN with a sign for any other', () => {
    const sorter = new NumberSorter();
    const keys = Float64Array.from([1, 0, Number.NaN, -1]);
    keys[1] = negativeNan();
    expect([...sorter.order(keys, 4, true)]).toEqual([3, 0, 1, 2]);
    expect([...sorter.order(keys, 4, false)]).toEqual([1, 2, 0, 3]);
    expect([...sorter.sort(keys, 4, true)]).toEqual([-1, 1, Number.NaN, Number.NaN]);
  });

  it('sorts the first of the keys alone', () => {
    const keys = Float64Array.from([3, 1, 2, 0]);
    expect([...new NumberSorter().sort(keys, 3, true)]).toEqual([1, 2, 3]);
    expect(keys[3]).toBe(0);
  });

  it('orders unsigned 64-bit integers', () => {
    const numbers = [5n, 0xffff_ffff_ffff_ffffn, 0n, 1n << 63n, 5n, 1n << 32n];
    const halves = new Int32Array(new BigUint64Array(numbers).buffer);
    expect([...new NumberSorter().orderBits(halves, 6, true)]).toEqual([2, 0, 4, 5, 3, 1]);
    expect([...new NumberSorter().orderBits(halves, 6, false)]).toEqual([1, 3, 5, 0, 4, 2]);
  });
});
