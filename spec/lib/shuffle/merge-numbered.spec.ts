import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { mergeNumbered } from '../../../lib/shuffle/merge-numbered.ts';
import { numberTuples } from '../../../lib/shuffle/number-columns.ts';
import { type NumberedPairs, rowsOf } from '../../../lib/shuffle/numbered-pairs.ts';

const typed = (...numbers: number[]): NumberedPairs => ({
  numbers,
  pairs: numberTuples(
    [Float64Array.from(numbers, (n) => n / 2), Float64Array.from(numbers, (n) => n * 10)],
    numbers.length,
  ),
});
const plain = (...numbers: number[]): NumberedPairs => ({
  numbers,
  pairs: rowBatch(numbers.map((n) => [`${n}`, n])),
});
const pairOf = (n: number, isTyped: boolean): unknown[] => (isTyped ? [n / 2, n * 10] : [`${n}`, n]);

const merged = (streams: readonly (readonly NumberedPairs[])[], batchRows: number) =>
  [
    ...mergeNumbered(
      streams.map((stream) => stream.values()),
      batchRows,
    ),
  ].map(({ numbers, pairs }) => ({
    kind: pairs.kind,
    numbers: Array.from(numbers as ArrayLike<number>),
    rows: rowsOf(pairs),
  }));

describe('mergeNumbered', () => {
  it('puts pairs of several streams in order of their numbers', () => {
    const streams = [[typed(1, 2, 9), typed(12)], [typed(3), typed(), typed(4, 10)], [], [typed(0, 11)]];
    for (const times of [1, 1000, 2 ** 30]) {
      const far = streams.map((stream) =>
        stream.map(({ numbers }) => typed(...Array.from(numbers as ArrayLike<number>, (n) => n * times))),
      );
      const found = merged(far, 4);
      const numbers = [0, 1, 2, 3, 4, 9, 10, 11, 12].map((n) => n * times);
      expect(found.flatMap((batch) => batch.numbers)).toEqual(numbers);
      expect(found.flatMap(({ rows }) => rows)).toEqual(numbers.map((n) => pairOf(n, true)));
      expect(found.every(({ kind, rows }) => kind === 'columns' && rows.length <= 4)).toBe(true);
    }
  });

  it('keeps pairs of anything among pairs of numbers', () => {
    const streams = [[typed(1, 4), plain(6), typed(8)], [plain(2, 3, 7)]];
    const found = merged(streams, 3);
    expect(found.flatMap(({ numbers }) => numbers)).toEqual([1, 2, 3, 4, 6, 7, 8]);
    expect(found.flatMap(({ rows }) => rows)).toEqual(
      [1, 2, 3, 4, 6, 7, 8].map((n) => pairOf(n, [1, 4, 8].includes(n))),
    );
    expect(found.at(-1)?.kind).toBe('columns');
  });

  it('closes all streams when it is left early, and when one fails', () => {
    const closed: number[] = [];
    function* stream(id: number, fails = false): Generator<NumberedPairs> {
      try {
        yield typed(id);
        if (fails) throw new RangeError('no');
        yield typed(id + 10);
      } finally {
        closed.push(id);
      }
    }
    const left = mergeNumbered([stream(1), stream(2)], 1);
    left.next();
    left.return();
    expect(closed).toEqual([1, 2]);
    expect(() => [...mergeNumbered([stream(3), stream(4, true)], 1)]).toThrow('no');
    expect(closed.toSorted()).toEqual([1, 2, 3, 4]);
  });

  it('gives nothing for nothing', () => {
    expect(merged([], 4)).toEqual([]);
    expect(merged([[], [typed()]], 4)).toEqual([]);
  });
});
