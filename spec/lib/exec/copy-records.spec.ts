import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { copyBatches, copyResult } from '../../../lib/exec/copy-records.ts';
import { rowsOf } from '../../../lib/lineage/records.ts';

describe('copyResult', () => {
  it.each([
    ['nothing', undefined],
    ['a record', { value: [1, { a: 'x' }] }],
    ['few records', [[1, [2, 3]]]],
    ['many records', Array.from({ length: 1000 }, (_, i) => [i, [i, `${i}`]])],
  ])('copies %s', (_, value) => {
    const copy = copyResult(value);
    expect(copy).toStrictEqual(value);
    if (typeof value === 'object') expect(copy).not.toBe(value);
    if (Array.isArray(value)) expect((copy as unknown[])[0]).not.toBe(value[0]);
  });

  it('refuses what no worker could give either', () => {
    expect(() => copyResult([() => 1])).toThrow(/VALUE_NOT_SERIALIZABLE/);
  });
});

describe('copyBatches', () => {
  it('copies rows once they have to be, and leaves columns, which are copies', () => {
    const rows = rowBatch([[1, ['a']], { b: 2 }]);
    const columns = buildColumns([1, 2, 3]) ?? rows;
    let isNeeded = false;
    const copies = copyBatches([rows, columns, rows].values(), () => isNeeded);
    expect(copies.next().value).toBe(rows);
    isNeeded = true;
    expect(copies.next().value).toBe(columns);
    const copy = copies.next().value ?? columns;
    expect(copy).not.toBe(rows);
    expect(rowsOf(copy).rows).toEqual(rows.rows);
    expect(copies.next().done).toBe(true);
  });
});
