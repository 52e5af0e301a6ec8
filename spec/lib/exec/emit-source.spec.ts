import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import type { ColumnBatch } from '../../../formats/schema/batch.ts';
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
