import { describe, expect, it } from 'vitest';
import { recordsOf } from '../../../lib/lineage/records.ts';
import { mergeNumbers, numberBatches } from '../../../lib/shuffle/merge-numbers.ts';
import type { NumberPairs } from '../../../lib/shuffle/number-sorter.ts';
import type { SortSource } from '../../../lib/shuffle/sort-source.ts';

/** A part whose blocks are these, all in one array that is written over as a run's is. */
function part(...blocks: readonly (readonly number[])[]): SortSource<NumberPairs> {
  const keys = new Float64Array(10);
  let next = 0;
  return {
    block: { keys, values: keys },
    isKept: false,
    at: 0,
    to: 0,
    next(): boolean {
      const block = blocks[next++];
      if (block === undefined) return false;
      keys.fill(Number.NaN);
      keys.set(block);
      Object.assign(this, { at: 0, to: block.length });
      return true;
    },
    [Symbol.dispose]: () => {},
  };
}

function keysOf(sources: readonly SortSource<NumberPairs>[], ascending = true): unknown[] {
  const batches = numberBatches(mergeNumbers(sources, ascending), 4, true);
  return [...recordsOf(batches)].map((pair) => (pair as [number, number])[0]);
}

describe('mergeNumbers', () => {
  it('merges parts that overlap, follow each other, are empty, and hold one key many times', () => {
    expect(keysOf([part([1, 4], [9]), part([2, 3], [10, 11]), part()])).toEqual([1, 2, 3, 4, 9, 10, 11]);
    expect(keysOf([part([1, 2], [3]), part([4, 5])])).toEqual([1, 2, 3, 4, 5]);
    expect(keysOf([part([5, 5], [5, 5], [5, 6]), part([5, 5], [7])])).toEqual([5, 5, 5, 5, 5, 5, 5, 6, 7]);
    expect(keysOf([])).toEqual([]);
  });

  it('knows what comes last, in both directions', () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    expect(keysOf([part([-inf, nan], [nan]), part([-0, inf], [nan]), part([0, 1])])).toEqual([
      -inf,
      -0,
      0,
      1,
      inf,
      nan,
      nan,
      nan,
    ]);
    expect(keysOf([part([nan, inf], [0]), part([nan, -0])], false)).toEqual([nan, nan, inf, 0, -0]);
  });

  it('sorts nothing where one part comes before the others', () => {
    const source = part([1, 2], [3, 4]);
    const pieces = [...mergeNumbers([source, part([5])], true)];
    expect(pieces.every(({ pairs }) => pairs === source.block || pairs.keys !== source.block.keys)).toBe(true);
    expect(pieces[0]?.pairs).toBe(source.block);
  });
});

describe('numberBatches', () => {
  it('shows kept pieces as they are and copies the others', () => {
    const keys = Float64Array.of(1, 2, 3, 4, 5);
    const pairs = { keys, values: keys };
    const kept = [...numberBatches([{ pairs, from: 0, to: 5, isKept: true }], 2, true)];
    expect(kept.map(({ rowCount }) => rowCount)).toEqual([2, 2, 1]);
    const copied = [...numberBatches([{ pairs, from: 0, to: 5, isKept: false }], 2, false)];
    keys.fill(0);
    expect([...recordsOf(kept)][0]).toEqual([0, 0]);
    expect([...recordsOf(copied)][4]).toEqual([5, 5]);
  });
});
