import { describe, expect, it } from 'vitest';
import { Condition, col } from '../../../formats/scan/predicate-builder.ts';
import { checkWhere, isColumn } from '../../../lib/api/check-where.ts';

describe('conditions of scans', () => {
  it('are taken as what they say', () => {
    expect(checkWhere('parquet', undefined)).toBeUndefined();
    expect(checkWhere('parquet', col('a').eq(1))).toEqual({ kind: 'eq', column: 'a', value: 1 });
  });

  it.each([
    ['a text', 'a = 1'],
    ['a value that nothing is compared with', col('a').eq(null as unknown as string)],
    ['a prefix that is no text', col('a').startsWith(1 as unknown as string)],
    ['a column that is none', col(1 as unknown as string).isNull()],
    [
      'a condition in a list of them',
      col('a')
        .eq(1)
        .or(col('b').in({} as unknown as string)),
    ],
  ])('are refused in the name of the method: %s', (_, where) => {
    expect(() => checkWhere('database', where)).toThrow(/^\[?INVALID_ARGUMENT|^database: where must be/);
  });

  it('are refused where they are nested without end', () => {
    let deep = col('a').eq(1);
    for (let i = 0; i < 600; i++) deep = deep.not();
    expect(() => checkWhere('database', new Condition(deep.predicate))).toThrow(/at most 500 deep/);
  });

  it('name columns by a text or a path of texts', () => {
    expect([isColumn('a'), isColumn(['a', 'b']), isColumn([]), isColumn([1]), isColumn(1)]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
