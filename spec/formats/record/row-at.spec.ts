import { describe, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { rowAt } from '../../../formats/record/row-at.ts';
import type { ColumnBatch } from '../../../formats/schema/batch.ts';
import { expectSame } from './same-value.ts';

describe('one record of a column', () => {
  it('equals the record it was built from, for each kind of column', () => {
    const rows = [
      {
        i: 1,
        d: -0,
        b: true,
        s: 'a',
        u: 'unique',
        at: new Date(5),
        n: 7n,
        t: [1, 'x'],
        l: [1, 2],
        v: 'mixed',
        o: { k: null },
      },
      {
        i: null,
        d: Number.NaN,
        b: false,
        s: 'a',
        u: 'other',
        at: null,
        n: -7n,
        t: [2, 'y'],
        l: [],
        v: 3,
        o: undefined,
      },
    ];
    const { root } = buildColumns(rows) as ColumnBatch;
    expectSame([rowAt(root, 0), rowAt(root, 1)], rows);
  });
});
