import { describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';

describe('col', () => {
  it('makes a predicate of each kind', () => {
    const x = col('x');
    const made = [x.eq(1), x.ne(1), x.lt(1), x.le(1), x.gt(1), x.ge(1), x.in(1), x.isNull(), x.isNotNull()];
    const kinds = made.map(({ predicate }) => predicate.kind);
    expect(kinds).toEqual(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'in', 'isNull', 'isNotNull']);
    expect(x.between(1, 2).predicate).toEqual({
      kind: 'and',
      of: [
        { kind: 'ge', column: 'x', value: 1 },
        { kind: 'le', column: 'x', value: 2 },
      ],
    });
  });

  it('leaves the conditions it joins as they were', () => {
    const first = col('a').eq(1);
    first.and(col('b').eq(2)).or(first).not();
    expect(first.predicate).toEqual({ kind: 'eq', column: 'a', value: 1 });
  });
});
