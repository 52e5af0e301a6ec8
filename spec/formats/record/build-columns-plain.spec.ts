import { describe, expect, it } from 'vitest';
import { buildColumn } from '../../../formats/record/build-columns-plain.ts';
import { inferShape, type Shape } from '../../../formats/record/infer-columns.ts';
import { rowAt } from '../../../formats/record/row-at.ts';
import { expectSame } from './same-value.ts';

describe('the plain builder of columns', () => {
  it('fills what lies below a null with values that take no room', () => {
    const rows = [{ o: { n: 5, s: 'x', l: [1, 2], d: new Date(1), b: 1n, t: [true] } }, { o: null }, { o: undefined }];
    const column = buildColumn(inferShape(rows, 0, 3), rows);
    if (column?.kind !== 'object' || column.fields[0]?.kind !== 'object') return expect.unreachable();
    const inner = column.fields[0];
    expect([...(inner.nulls ?? [])]).toEqual([0, 1, 2]);
    expectSame(
      inner.fields.map((field) => rowAt(field, 1)),
      [0, '', [0, 0], new Date(0), 0n, [false]],
    );
    expectSame(
      [0, 1, 2].map((i) => rowAt(column, i)),
      rows,
    );
  });

  it('gives up on values that do not fit the shape after all', () => {
    const shapes = [1, 0.5, 'x', true, 1n, new Date(0), { a: 1 }, [1, 'a'], [1, 2, 3, 4, 5, 6, 7, 8, 9]].map((value) =>
      inferShape([value], 0, 1),
    );
    for (const shape of shapes as Shape[]) expect(buildColumn(shape, [Symbol('x')]), shape.kind).toBeUndefined();
    expect(buildColumn({ kind: 'unknown', nullable: false }, [1])).toBeUndefined();
    expect(buildColumn({ kind: 'unknown', nullable: true }, [1, null])).toBeUndefined();
  });
});
