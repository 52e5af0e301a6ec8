import { describe, expect, it } from 'vitest';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { bytesOfPages, findLeaf, planRowGroups, planRows } from '../../../formats/parquet/read-plan.ts';
import { ALWAYS, type BoundPredicate } from '../../../formats/scan/bind-predicate.ts';
import { rangeSet } from '../../../formats/scan/value-set.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { indexedParquet } from '../../support/indexed-parquet.ts';

const within = (low: bigint, end: bigint, column = 0): BoundPredicate => ({
  kind: 'values',
  column,
  set: rangeSet('integer', low, end),
});

const column = { name: 'x', type: 'INT32', values: Array.from({ length: 100 }, (_, i) => i) } as const;
const bytes = indexedParquet([column], { rowGroupRows: 20, pageRows: [5], statistics: true });
const file = openParquet(new ByteArraySource(bytes));
const leaves = [file.tree.leaves[0]];

describe('planRowGroups', () => {
  it('leaves out what cannot match, and knows what must', () => {
    expect(planRowGroups(file, within(30n, 61n), leaves)).toEqual({
      rowGroups: [
        { index: 1, verdict: 'some' },
        { index: 2, verdict: 'all' },
        { index: 3, verdict: 'some' },
      ],
      total: 5,
    });
    expect(planRowGroups(file, within(100n, 200n), leaves).rowGroups).toEqual([]);
    expect(planRowGroups(file, within(100n, 200n), [undefined]).rowGroups).toHaveLength(5);
  });

  it('gives each row group to one part of the file, however it is cut', () => {
    for (const length of [1, 7, 100, file.sizeBytes]) {
      const found: number[] = [];
      for (let start = 0; start < file.sizeBytes; start += length) {
        const { rowGroups } = planRowGroups(file, ALWAYS, [], { start, length });
        found.push(...rowGroups.map(({ index }) => index));
      }
      expect(found).toEqual([0, 1, 2, 3, 4]);
    }
  });
});

describe('planRows', () => {
  const pages = [0, 10, 20].map((start) => ({ offset: start * 10, length: 100, start, end: start + 10 }));
  const stats = pages.map(({ start }) => ({
    rowCount: 10,
    nullCount: 0,
    values: rangeSet('integer', BigInt(start), BigInt(start) + 10n),
  }));
  const indexOf = (number: number) => (number === 0 ? { pages, stats } : undefined);
  const plan = (predicate: BoundPredicate) => planRows(predicate, indexOf, 30);

  it('keeps rows of pages that may match', () => {
    expect(plan(within(12n, 13n))).toEqual([{ start: 10, end: 20 }]);
    expect(plan({ kind: 'all', of: [within(0n, 12n), within(12n, 99n)] })).toEqual([{ start: 10, end: 20 }]);
    expect(plan({ kind: 'any', of: [within(0n, 1n), within(25n, 26n)] })).toEqual([
      { start: 0, end: 10 },
      { start: 20, end: 30 },
    ]);
    expect(plan({ kind: 'all', of: [within(12n, 13n), within(0n, 1n, 1)] })).toEqual([{ start: 10, end: 20 }]);
    expect(plan({ kind: 'any', of: [within(12n, 13n), within(0n, 1n, 1)] })).toEqual([{ start: 0, end: 30 }]);
  });

  it('reads pages that follow each other at once', () => {
    expect(bytesOfPages(pages)).toEqual([{ offset: 0, length: 300 }]);
    expect(bytesOfPages([pages[0] as never, pages[2] as never])).toEqual([
      { offset: 0, length: 100 },
      { offset: 200, length: 100 },
    ]);
  });
});

describe('findLeaf', () => {
  it('finds leaves, and nothing else', () => {
    expect(findLeaf(file.tree.columns, ['x'])).toBe(file.tree.leaves[0]);
    expect(findLeaf(file.tree.columns, ['x', 'y'])).toBeUndefined();
    expect(findLeaf(file.tree.columns, ['y'])).toBeUndefined();
  });
});
