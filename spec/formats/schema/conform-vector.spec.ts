import { describe, expect, it } from 'vitest';
import { conformVector } from '../../../formats/schema/conform-vector.ts';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
import { vectorValues } from '../../support/vector-values.ts';
import { int64Vector, numberVector } from '../../support/vectors.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const UINT: DataType = { kind: 'int', bits: 32, signed: false };
const LONG: DataType = { kind: 'int', bits: 64, signed: true };
const DOUBLE: DataType = { kind: 'float', bits: 64 };

describe('conformVector', () => {
  it('widens numbers', () => {
    const ints = numberVector(INT, [-1, null, 2147483647]);
    expect(vectorValues(conformVector(ints, LONG))).toEqual([-1n, null, 2147483647n]);
    expect(vectorValues(conformVector(ints, DOUBLE))).toEqual([-1, null, 2147483647]);
    const unsigned: Vector = {
      ...(ints as Vector & { layout: 'number' }),
      type: UINT,
      values: Uint32Array.of(1, 0, 4294967295),
    };
    expect(vectorValues(conformVector(unsigned, LONG))).toEqual([1n, null, 4294967295n]);
    expect(conformVector(int64Vector(LONG, [1n]), LONG).layout).toBe('int64');
    expect(conformVector(numberVector(INT, [1]), { kind: 'int', bits: 16, signed: true }).layout).toBe('number');
  });

  it('gives structs the fields that they lack, in lists and maps, too', () => {
    const narrow: DataType = { kind: 'struct', fields: [field('a', INT)] };
    const wide: DataType = { kind: 'struct', fields: [field('b', LONG), field('a', LONG)] };
    const common = { length: 1, validity: undefined, nullCount: 0 } as const;
    const struct: Vector = { layout: 'struct', type: narrow, ...common, fields: [numberVector(INT, [5])] };
    const expected = [
      ['b', null],
      ['a', 5n],
    ];
    expect(vectorValues(conformVector(struct, wide))).toEqual([expected]);
    const offsets = Int32Array.of(0, 1);
    const list: Vector = {
      layout: 'list',
      type: { kind: 'list', element: field('element', narrow) },
      ...common,
      offsets,
      element: struct,
    };
    expect(vectorValues(conformVector(list, { kind: 'list', element: field('element', wide) }))).toEqual([[expected]]);
    const key = field('key', INT, false);
    const keys = numberVector(INT, [1]);
    const map: Vector = {
      layout: 'map',
      type: { kind: 'map', key, value: field('value', narrow) },
      ...common,
      offsets,
      keys,
      values: struct,
    };
    const asMap: DataType = { kind: 'map', key, value: field('value', wide) };
    expect(vectorValues(conformVector(map, asMap))).toEqual([[[1, expected]]]);
  });

  it('leaves a column of nothing as it is, in any type', () => {
    const nothing: Vector = { layout: 'null', type: { kind: 'null' }, length: 2, nullCount: 2, validity: undefined };
    expect(conformVector(nothing, LONG)).toEqual({ ...nothing, type: LONG });
  });
});
