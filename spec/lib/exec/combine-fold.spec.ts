import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { CombineFold } from '../../../lib/exec/combine-fold.ts';
import type { Aggregator } from '../../../lib/lineage/dependency.ts';
import { rowsOf } from '../../../lib/shuffle/numbered-pairs.ts';

const LISTS: Aggregator = {
  createCombiner: (value) => [value],
  mergeValue: (all, value) => [...(all as unknown[]), value],
  mergeCombiners: (a, b) => [...(a as unknown[]), ...(b as unknown[])],
};
const SUMS: Aggregator = {
  createCombiner: (value) => value,
  mergeValue: (a, b) => (a as number) + (b as number),
  mergeCombiners: (a, b) => (a as number) + (b as number),
};

/** A fold that may hold `limit` bytes; what it could not take in goes to `missed`. */
function newFold(aggregator: Aggregator, limit: number, isNumbered = false, rowCount?: number) {
  const missed: unknown[] = [];
  const asked: number[] = [];
  const fold: CombineFold = new CombineFold({
    aggregator,
    isMerging: false,
    run: undefined,
    isNumbered,
    host: {
      rowCount,
      fits: (bytes) => bytes <= limit,
      mayHold: (bytes) => {
        asked.push(bytes);
        return bytes <= limit;
      },
      onFull: () => fold.freeze((...miss) => missed.push(miss)),
    },
  });
  const add = (pairs: unknown[], numbers?: number[]) => fold.fold({ batch: rowBatch(pairs), kind: 'values', numbers });
  return { fold, missed, asked, add };
}
const contents = (fold: CombineFold) => rowsOf(fold.take(0, fold.size).pairs);

describe('CombineFold', () => {
  it('combines numbers, then anything, and keeps the number each key came with', () => {
    const { fold, add } = newFold(SUMS, 1e9, true);
    add(
      [
        [1, 2],
        [2, 3],
      ],
      [10, 20],
    );
    add(
      [
        [1, 5],
        [3, 1],
        ['a', 1],
      ],
      [30, 40, 50],
    );
    add(
      [
        ['a', 1],
        ['b', 7],
      ],
      [60, 70],
    );
    expect(contents(fold)).toEqual([
      [1, 7],
      [2, 3],
      [3, 1],
      ['a', 2],
      ['b', 7],
    ]);
    const numbers = [10, 20, 40, 50, 70];
    expect([fold.take(1, 4).numbers, [0, 1, 2, 3, 4].map((id) => fold.numberOf(id))]).toEqual([[20, 40, 50], numbers]);
    expect([fold.key(3), fold.combiner(3), fold.size, fold.rowCount]).toEqual(['a', 2, 5, 7]);
    fold.truncate(2);
    expect([contents(fold), fold.numberOf(1)]).toEqual([
      [
        [1, 7],
        [2, 3],
      ],
      20,
    ]);
  });

  it.each([
    ['numbers', SUMS],
    ['lists', LISTS],
  ])('takes no more keys when there is no more memory, but goes on combining: %s', (_, aggregator) => {
    const { fold, missed, add } = newFold(aggregator, 3000);
    for (let i = 0; i < 400; i += 20) add(Array.from({ length: 20 }, (_, k) => [i + k, 1]));
    const { size } = fold;
    expect(size).toBeGreaterThan(10);
    expect(size).toBeLessThan(400);
    expect(fold.isFrozen).toBe(true);
    expect(missed).toEqual(Array.from({ length: 400 - size }, (_, i) => [size + i, 1, size + i]));
    add([
      [0, 5],
      [399, 5],
    ]);
    expect(fold.combiner(0)).toEqual(aggregator === SUMS ? 6 : [1, 5]);
    expect(missed.at(-1)).toEqual([399, 5, 401]);
    expect(fold.heldBytes()).toBeLessThan(4000);
  });

  it('sees combiners grow without new keys', () => {
    const { fold, add } = newFold(LISTS, 1e9);
    add([
      ['a', 1],
      ['b', 1],
    ]);
    const before = fold.heldBytes();
    for (let i = 0; i < 40; i++) add(Array.from({ length: 10 }, () => ['a', i]));
    fold.measure();
    expect(fold.heldBytes()).toBeGreaterThan(before + 400 * 8);
  });

  it('takes combiners as they are when they were written as such', () => {
    const { fold, add } = newFold(LISTS, 1e9);
    fold.fold({ batch: rowBatch([['a', [1, 2]]]), kind: 'combiners', numbers: undefined });
    add([
      ['a', 3],
      ['b', 4],
    ]);
    expect(contents(fold)).toEqual([
      ['a', [1, 2, 3]],
      ['b', [4]],
    ]);
  });

  it('grows far at a time where that many pairs will come, and no more than there is memory for', () => {
    const pairs = Array.from({ length: 5000 }, (_, i) => [i, i]);
    const growths = (limit: number, rowCount?: number) => {
      const { fold, asked, add } = newFold(SUMS, limit, false, rowCount);
      add(pairs);
      return [asked.length, fold.isFrozen];
    };
    expect(growths(1e9, 1e6)[0]).toBeLessThan(growths(1e9)[0] as number);
    expect(growths(1e9)).toEqual([expect.anything(), false]);
    expect(growths(50_000, 1e6)[1]).toBe(true);
  });
});
