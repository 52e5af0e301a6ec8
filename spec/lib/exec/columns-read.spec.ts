import { describe, expect, it } from 'vitest';
import { columnsRead } from '../../../lib/exec/columns-read.ts';
import type { Step } from '../../../lib/lineage/step.ts';

interface Row {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const COLUMNS = new Set(['a', 'b', 'c']);
const map = (f: (row: Row) => unknown): Step => ({ kind: 'map', f: f as (record: unknown) => unknown });
const filter = (f: (row: Row) => unknown): Step => ({ kind: 'filter', f: f as (record: unknown) => unknown });
const read = (steps: readonly Step[], sink: 'rows' | 'count' = 'rows') => {
  const found = columnsRead(steps, sink, COLUMNS);
  return found === undefined ? undefined : [...found];
};

describe('columnsRead', () => {
  it('are those of the functions up to the one that makes other records', () => {
    expect(read([map((row) => row.b)])).toEqual(['b']);
    expect(read([filter((row) => row.a > 1), { kind: 'pass' }, map((row) => [row.b, row.a])])).toEqual(['a', 'b']);
    expect(read([{ kind: 'flat-map', f: (row) => [(row as Row).c] }, map((row) => row.a)])).toEqual(['c']);
    expect(read([{ kind: 'sample', lower: 0, upper: 1, seed: 1 }, map((row) => row.a)])).toEqual(['a']);
  });

  it('are those that filters look at where records are counted', () => {
    expect(read([], 'count')).toEqual([]);
    expect(read([filter((row) => row.a > 1)], 'count')).toEqual(['a']);
  });

  it('are all where records leave as they came', () => {
    expect(read([])).toBeUndefined();
    expect(read([filter((row) => row.a > 1)])).toBeUndefined();
    expect(read([map((row) => row)])).toBeUndefined();
    expect(read([{ kind: 'key-by', f: (row) => (row as Row).a }])).toBeUndefined();
    expect(read([{ kind: 'deal', numPartitions: 2 }, map((row) => row.a)])).toBeUndefined();
  });

  it('are all where something is read that is no column', () => {
    expect(read([map((row) => Object.keys(row.a).length + (row as unknown as { d: number }).d)])).toBeUndefined();
    // It tells which columns there are.
    // biome-ignore lint/suspicious/noPrototypeBuiltins: what users write
    expect(read([map((row) => row.hasOwnProperty('c'))])).toBeUndefined();
  });
});
