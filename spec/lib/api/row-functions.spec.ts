import { describe, expect, it } from 'vitest';
import {
  addCount,
  addNumber,
  asOneArray,
  distinctRecords,
  indexFirst,
  isInBoth,
  keyOf,
  sampleStrata,
  stratified,
  withZero,
  zipPair,
} from '../../../lib/api/row-functions.ts';

describe('functions over records', () => {
  it('make pairs, keys and arrays of records', () => {
    expect(withZero('a')).toEqual(['a', 0]);
    expect(keyOf(['a', 1])).toBe('a');
    expect(() => keyOf('a')).toThrow(expect.objectContaining({ code: 'NOT_A_PAIR' }));
    expect(asOneArray([1, 2])).toEqual([[1, 2]]);
    expect([...zipPair([1, 2].values(), ['a', 'b'].values())]).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(isInBoth(['k', [[1], [2]]])).toBe(true);
    expect(isInBoth(['k', [[1], []]])).toBe(false);
    expect(indexFirst((index, records) => [index, ...records])([7, 8].values(), 3)).toEqual([3, 7, 8]);
  });

  it('add numbers only', () => {
    expect(addNumber(1, 2)).toBe(3);
    expect(addCount(1, 2)).toBe(3);
    expect(() => addNumber(1, '2')).toThrow(expect.objectContaining({ code: 'NOT_A_NUMBER' }));
  });

  it('find distinct records by content', () => {
    expect([...distinctRecords([[1], 2, [1], 2, 3])]).toEqual([[1], 2, 3]);
  });
});

describe('sampleStrata', () => {
  const pairs = Array.from({ length: 4000 }, (_, i) => [i % 2 === 0 ? 'even' : 'odd', i]);

  it('gives each key its own fraction, the same for the same seed', () => {
    const fractions = [['even', 0.5] as const, ['odd', 0] as const];
    const sample = [...sampleStrata(pairs, fractions, false, 7)];
    expect(sample.length).toBeGreaterThan(900);
    expect(sample.length).toBeLessThan(1100);
    expect(sample.every((pair) => (pair as unknown[])[0] === 'even')).toBe(true);
    expect([...sampleStrata(pairs, fractions, false, 7)]).toEqual(sample);
  });

  it('draws each partition anew', () => {
    const f = stratified([['even', 0.5] as const, ['odd', 0.5] as const], false, 7);
    const [first, again, second] = [0, 0, 1].map((partition) => [...f(pairs.values(), partition)]);
    expect(again).toEqual(first);
    expect(second).not.toEqual(first);
  });

  it('repeats records with replacement', () => {
    const sample = [...sampleStrata(pairs, [['even', 2] as const, ['odd', 0] as const], true, 7)];
    expect(sample.length).toBeGreaterThan(3700);
    expect(sample.length).toBeLessThan(4300);
  });

  it('fails at a key without a fraction', () => {
    expect(() => [...sampleStrata(pairs, [['even', 1]], false, 7)]).toThrow(/none for "odd"/);
  });
});
