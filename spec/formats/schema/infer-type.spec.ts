import { describe, expect, it } from 'vitest';
import { formatField } from '../../../formats/schema/data-type.ts';
import { type Inferred, inferredSchema, merge, NOTHING_INFERRED, widen } from '../../../formats/schema/infer-type.ts';

const inferred = (rows: readonly unknown[]): Inferred =>
  rows.reduce<Inferred>((state, row) => widen(state, row, '', 'Parquet'), NOTHING_INFERRED);
const columns = (rows: readonly unknown[]) => inferredSchema(inferred(rows), 'Parquet').fields.map(formatField);

const ROWS = [
  { a: 1, b: 'x', c: null, d: [], e: { f: 1 } },
  { b: undefined, a: 2 ** 40, c: new Date(0), d: [null, 1.5], e: { g: new Map([['k', 1n]]) }, h: new Uint8Array() },
  { a: null, e: null, i: true, j: 5, k: 1 },
  { j: -0, k: 2n },
];

describe('the schema of records', () => {
  it('has a type for each property that holds all its values, and takes all to be nullable', () => {
    expect(columns(ROWS)).toEqual([
      ...['a: int64', 'b: string', 'c: timestamp(millis, zone)', 'd: list<float64>'],
      'e: struct<f: int64, g: map<string, int64>>',
      ...['h: binary', 'i: boolean', 'j: float64', 'k: int64'],
    ]);
  });

  it('is the same wherever the records are cut and merged, but for the order of columns', () => {
    for (let at = 0; at <= ROWS.length; at++) {
      const merged = merge(inferred(ROWS.slice(0, at)), inferred(ROWS.slice(at)), '', 'Parquet');
      expect(inferredSchema(merged, 'Parquet').fields.map(formatField)).toEqual(columns(ROWS));
    }
  });

  it('gives the same state for records that it holds already', () => {
    const state = inferred(ROWS);
    for (const row of ROWS) expect(widen(state, row, '', 'Parquet')).toBe(state);
  });

  it('is harmed by no name', () => {
    const row: unknown = JSON.parse('{"__proto__": 1, "constructor": {"toString": "a"}}');
    expect(columns([row])).toEqual(['__proto__: int64', 'constructor: struct<toString: string>']);
  });

  it.each([
    [[{ a: 1 }, { a: 'x' }], "column 'a' has a whole number in one record and a string in another"],
    [[{ a: { b: [1] } }, { a: { b: [true] } }], "column 'a.b.element'"],
    [[{ a: () => 1 }], "column 'a' has a function"],
    [[{ a: new Set() }], 'for which there is no type'],
    [[1, 2], 'records are a whole number'],
    [[], 'there are no records'],
    [[{}], 'records are a struct'],
  ])('cannot be told of %j', (rows, message) => {
    expect(() => columns(rows)).toThrow(message);
  });
});
