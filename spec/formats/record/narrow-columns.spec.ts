import { describe, expect, it } from 'vitest';
import { narrowDoubles, narrowInts, narrowNulls, narrowStrings } from '../../../formats/record/narrow-columns.ts';

function narrow(...values: number[]): string {
  const sign = values.reduce((all, value) => all | value, 0);
  const magnitude = values.reduce((all, value) => all | (value ^ (value >> 31)), 0);
  const column = narrowInts(Int32Array.from([...values, 99]), values.length, sign, magnitude, undefined);
  expect([...column.values]).toEqual(values);
  return column.values.constructor.name;
}

describe('narrowing', () => {
  it('takes the narrowest array that holds every int', () => {
    expect(narrow()).toBe('Uint8Array');
    expect([narrow(0), narrow(255), narrow(256), narrow(65_535), narrow(65_536)]).toEqual([
      'Uint8Array',
      'Uint8Array',
      'Uint16Array',
      'Uint16Array',
      'Int32Array',
    ]);
    expect([narrow(-1, 127), narrow(-128), narrow(-129), narrow(-1, 128), narrow(-32_768), narrow(-32_769)]).toEqual([
      'Int8Array',
      'Int8Array',
      'Int16Array',
      'Int16Array',
      'Int16Array',
      'Int32Array',
    ]);
    expect(narrow(-(2 ** 31), 2 ** 31 - 1)).toBe('Int32Array');
  });

  it('turns doubles into ints only when each is one', () => {
    expect(narrowDoubles(Float64Array.of(1, 2, 0.5), 2, undefined)).toMatchObject({
      kind: 'int',
      values: Uint8Array.of(1, 2),
    });
    for (const odd of [-0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      const column = narrowDoubles(Float64Array.of(1, odd, 3), 2, undefined);
      expect(column.kind).toBe('double');
      if (column.kind === 'double') expect(Object.is(column.values[1], odd)).toBe(true);
    }
    const half = narrowDoubles(Float64Array.of(1, 0.5, 3), 2, undefined);
    expect(half.kind === 'double' && half.values.buffer.byteLength).toBe(16);
  });

  it('keeps marks only when one is set', () => {
    expect(narrowNulls(undefined, 3)).toBeUndefined();
    expect(narrowNulls(Uint8Array.of(0, 0, 1), 2)).toBeUndefined();
    expect(narrowNulls(Uint8Array.of(0, 2, 0), 2)).toEqual(Uint8Array.of(0, 2));
    const marks = Uint8Array.of(1);
    expect(narrowNulls(marks, 1)).toBe(marks);
  });

  it('makes a dictionary in order of first use, in the narrowest codes', () => {
    expect(narrowStrings(['b', 'a', 'b', 'b'], undefined)).toEqual({
      kind: 'dictionary',
      codes: Uint8Array.of(0, 1, 0, 0),
      dictionary: ['b', 'a'],
      nulls: undefined,
    });
    const many = Array.from({ length: 3000 }, (_, i) => `k${i % 300}`);
    expect(narrowStrings(many, undefined)).toMatchObject({ kind: 'dictionary', codes: expect.any(Uint16Array) });
    const huge = Array.from({ length: 300_000 }, (_, i) => `k${i % 70_000}`);
    expect(narrowStrings(huge, undefined).kind).toBe('string');
  });

  it('leaves strings alone that differ, are few, or are mostly null', () => {
    expect(narrowStrings(['a'], undefined).kind).toBe('string');
    expect(narrowStrings(['a', 'b'], undefined).kind).toBe('string');
    const distinct = Array.from({ length: 5000 }, (_, i) => `${'long '.repeat(30)}${i}`);
    expect(narrowStrings(distinct, undefined).kind).toBe('string');
    expect(narrowStrings(['', '', '', 'x'], Uint8Array.of(1, 1, 2, 0))).toMatchObject({ kind: 'string' });
    // Repeats are likely by the sample, but too many different strings come later.
    const late = Array.from({ length: 1024 }, (_, i) => (i % 4 === 0 ? `s${i % 64}` : `u${i}`));
    expect(narrowStrings(late, undefined).kind).toBe('string');
  });
});
