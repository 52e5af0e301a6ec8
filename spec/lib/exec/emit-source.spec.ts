import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { type Batch, type ColumnBatch, rowBatch } from '../../../formats/schema/batch.ts';
import { BATCH_ROWS, columnForm } from '../../../lib/exec/emit-source.ts';
import { FusedChain } from '../../../lib/exec/fused-chain.ts';
import { RowsSink } from '../../../lib/exec/sink.ts';

function columnsOf(rows: readonly unknown[]): ColumnBatch {
  const batch = buildColumns(rows, 0, rows.length);
  expect(batch?.kind).toBe('columns');
  return batch as ColumnBatch;
}

const KINDS: readonly (readonly [string, (n: number) => unknown])[] = [
  ['ints', (n) => n - 2],
  ['large ints', (n) => n * 1_000_003],
  ['doubles', (n) => n / 3],
  ['strings', (n) => `text ${n}`],
  ['repeated strings', (n) => `text ${n % 3}`],
  ['booleans', (n) => n % 2 === 0],
  ['dates', (n) => new Date(n)],
  ['bigints', (n) => BigInt(n)],
  ['nulls and gaps', (n) => ({ a: n % 3 === 0 ? null : n, b: n % 3 === 1 ? undefined : `x${n}` })],
  ['pairs', (n) => [n % 4, { n }]],
  ['nested objects', (n) => ({ id: n, at: { x: n / 2, y: [n, n + 1] } })],
  ['lists of objects', (n) => ({ items: [{ n }, { n: n + 1 }] })],
  ['odd keys', (n) => ({ 'a-b': n, constructor: n, "it's": n, '\u2028': n })],
];

describe('rows over columns', () => {
  it.each(KINDS)('are what the records were: %s', (_, make) => {
    const rows = Array.from({ length: BATCH_ROWS + 10 }, (_, n) => make(n));
    const chain = new FusedChain([{ kind: 'map', f: (row) => row }], 'rows', 'on', 'emit-source');
    const sink = new RowsSink();
    chain.run(columnsOf(rows), chain.open(0), sink);
    expect(sink.rows).toEqual(rows);
    expect(chain.roads.columns + chain.roads.rows).toBe(1);
  });
});

/** Runs rows and gives them back, with the road they went. */
function through(batch: Batch): { readonly rows: readonly unknown[]; readonly road: string } {
  const chain = new FusedChain([{ kind: 'map', f: (row) => row }], 'rows', 'on', 'emit-source');
  const sink = new RowsSink();
  chain.run(batch, chain.open(0), sink);
  return { rows: sink.rows, road: chain.roads.columns === 1 ? 'columns' : 'rows' };
}

describe('columns that have no loop', () => {
  const wide = (count: number) =>
    [0, 1].map((n) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, n])));
  const ints = { kind: 'int', values: new Int8Array([4, 5]), nulls: undefined } as const;

  it.each([
    [199, 'columns'],
    [200, 'rows'],
    [250, 'rows'],
  ])('are more than 200, the record itself counted: %i fields go as %s', (count, road) => {
    const rows = wide(count);
    expect(through(columnsOf(rows))).toEqual({ rows, road });
  });

  it('are those with a key that would set the prototype, wherever it is', () => {
    // No batch of ours has such a column: a literal with that key must not be made all the same.
    const inner = { kind: 'object', names: ['a', '__proto__'], fields: [ints, ints], nulls: undefined } as const;
    const roots = [inner, { kind: 'tuple', items: [ints, inner], nulls: undefined } as const];
    for (const root of roots) {
      expect(columnForm(root)).toMatchObject({ exact: undefined, widest: undefined });
      expect(through({ kind: 'columns', rowCount: 2, root }).road).toBe('rows');
    }
  });

  it('keep the keys of records that have such a key', () => {
    const texts = Array.from({ length: 100 }, (_, n) => `{"a":${n},"__proto__":{"b":${n}}}`);
    const records = texts.map((text): unknown => JSON.parse(text));
    const batch = buildColumns(records, 0, records.length) ?? rowBatch(records);
    const { rows } = through(batch);
    expect(rows.map((row) => JSON.stringify(row))).toEqual(texts);
    for (const row of rows) expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  it('stage all they have in every batch: a short one after a long one sees nothing of it', () => {
    const make = (count: number, by: number) =>
      columnsOf(Array.from({ length: count }, (_, n) => ({ n: (n * by) % 100, s: n % 2 === 0 ? null : `t${n % 5}` })));
    const chain = new FusedChain([{ kind: 'pass' }], 'rows', 'on', 'emit-source');
    const run = chain.open(0);
    const lengths = [BATCH_ROWS * 2 + 1, 3, BATCH_ROWS, 1];
    const sink = new RowsSink();
    lengths.forEach((count, i) => {
      chain.run(make(count, i + 1), run, sink);
    });
    const expected = lengths.flatMap((count, i) =>
      Array.from({ length: count }, (_, n) => ({ n: (n * (i + 1)) % 100, s: n % 2 === 0 ? null : `t${n % 5}` })),
    );
    expect(sink.rows).toEqual(expected);
    expect(chain.roads.rows).toBe(0);
  });
});

describe('columnForm', () => {
  it('is the same for columns of one form, and remembers it', () => {
    const a = columnsOf([{ n: 1, s: 'x' }]);
    const b = columnsOf([{ n: 2, s: 'y' }]);
    expect(columnForm(a.root).exact).toBe(columnForm(b.root).exact);
    expect(columnForm(a.root)).toEqual(columnForm(a.root));
    expect(columnForm(a.root).columns[0]).toBe(a.root);
  });

  it('tells forms apart by names, kinds, gaps and widths', () => {
    const forms = [[{ a: 1 }], [{ b: 1 }], [{ a: 'x' }], [{ a: 1 }, { a: null }], [{ a: [1] }], [[1, 2]]].map(
      (rows) => columnForm(columnsOf(rows).root).exact,
    );
    expect(new Set(forms).size).toBe(forms.length);
  });
});
