import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import {
  joinNumbers,
  type NumberedPairs,
  numberColumns,
  rowsOf,
  splitNumbers,
  unstorable,
} from '../../../lib/shuffle/numbered-pairs.ts';

const PAIRS: readonly (readonly [string, readonly (readonly unknown[])[]])[] = [
  [
    'numbers',
    [
      [1, 2],
      [3, 0.5],
      [-0, Number.NaN],
    ],
  ],
  [
    'texts',
    [
      ['a', 1],
      ['b', 2],
    ],
  ],
  [
    'anything',
    [
      ['a', new Set([1])],
      [undefined, null],
      [2n, [1]],
    ],
  ],
];

describe('numbered pairs', () => {
  it.each(PAIRS)('take their numbers along as records, and give them back: %s', (_, pairs) => {
    const numbers = pairs.map((_, i) => 2 ** 40 + i);
    const forms: Batch[] = [rowBatch([['before'], ...pairs], 1)];
    const columns = buildColumns(pairs);
    if (columns !== undefined) forms.push(columns);
    for (const form of forms) {
      const joined = joinNumbers({ numbers, pairs: form });
      expect(rowsOf(joined)).toEqual(pairs.map((pair, i) => [numbers[i], ...pair]));
      for (const stored of [joined, buildColumns(rowsOf(joined)), rowBatch(rowsOf(joined))]) {
        if (stored === undefined) continue;
        const split: NumberedPairs = splitNumbers(stored);
        expect([Array.from(split.numbers ?? []), rowsOf(split.pairs)]).toEqual([numbers, pairs]);
      }
    }
  });

  it('know whether they are all numbers', () => {
    const found = PAIRS.map(([, pairs]) => {
      const columns = numberColumns(buildColumns(pairs) ?? rowBatch(pairs));
      return columns && [Array.from(columns.keys), Array.from(columns.values)];
    });
    expect(found).toEqual([
      [
        [1, 3, -0],
        [2, 0.5, Number.NaN],
      ],
      undefined,
      undefined,
    ]);
    expect(numberColumns(rowBatch([[1, 2]]))).toBe(undefined);
  });
});

describe('unstorable', () => {
  it('says what could not be written, and leaves other errors alone', () => {
    const error = new CairnError('VALUE_NOT_SERIALIZABLE', { path: 'x.y', found: 'a function', remedy: 'no' });
    expect(unstorable(error)).toMatchObject({ code: 'VALUE_NOT_SERIALIZABLE', cause: error });
    expect(String(unstorable(error))).toContain('what was combined by key, at x.y, is a function');
    const other = new RangeError('no');
    expect(unstorable(other)).toBe(other);
  });
});
