import { describe, expect, it } from 'vitest';
import type { BoundPredicate } from '../../../formats/scan/bind-predicate.ts';
import { canSkip, judge } from '../../../formats/scan/can-skip.ts';
import type { ColumnStats } from '../../../formats/scan/column-stats.ts';
import { pointSet, rangeSet } from '../../../formats/scan/value-set.ts';

const stats = (nullCount: number | undefined, low?: bigint, end?: bigint): ColumnStats => ({
  rowCount: 10,
  nullCount,
  values: low === undefined ? undefined : rangeSet('integer', low, end),
});
const within = (low: bigint, end: bigint, column = 0): BoundPredicate => ({
  kind: 'values',
  column,
  set: rangeSet('integer', low, end),
});

describe('judge', () => {
  it('compares bounds with what is wanted', () => {
    const known = { statsOf: () => stats(0, 5n, 10n) };
    expect(judge(within(0n, 5n), known)).toBe('none');
    expect(judge(within(0n, 6n), known)).toBe('some');
    expect(judge(within(5n, 10n), known)).toBe('all');
    expect(canSkip(within(10n, 12n), known)).toBe(true);
  });

  it('never says all where a value may be missing, nor none where nothing is known', () => {
    expect(judge(within(0n, 99n), { statsOf: () => stats(1, 5n, 10n) })).toBe('some');
    expect(judge(within(0n, 99n), { statsOf: () => stats(undefined, 5n, 10n) })).toBe('some');
    expect(judge(within(0n, 1n), { statsOf: () => undefined })).toBe('some');
    expect(judge(within(0n, 1n), { statsOf: () => stats(10) })).toBe('none');
    const bytes = { rowCount: 1, nullCount: 0, values: rangeSet('bytes', Uint8Array.of(1), undefined) };
    expect(judge(within(0n, 1n), { statsOf: () => bytes })).toBe('some');
  });

  it('counts what is missing', () => {
    const ask = (kind: 'null' | 'present', nullCount: number | undefined) =>
      judge({ kind, column: 0 }, { statsOf: () => stats(nullCount) });
    expect([0, 3, 10, undefined].map((count) => ask('null', count))).toEqual(['none', 'some', 'all', 'some']);
    expect([0, 3, 10, undefined].map((count) => ask('present', count))).toEqual(['all', 'some', 'none', 'some']);
  });

  it('joins verdicts', () => {
    const known = { statsOf: (column: number) => (column === 0 ? stats(0, 5n, 10n) : undefined) };
    const none = within(0n, 1n);
    const all = within(0n, 99n);
    const some = within(0n, 1n, 1);
    const ask = (kind: 'all' | 'any', ...of: BoundPredicate[]) => judge({ kind, of }, known);
    expect(ask('all', all, all)).toBe('all');
    expect(ask('all', all, some)).toBe('some');
    expect(ask('all', some, none)).toBe('none');
    expect(ask('any', none, none)).toBe('none');
    expect(ask('any', none, some)).toBe('some');
    expect(ask('any', some, all)).toBe('all');
    expect(ask('all')).toBe('all');
    expect(ask('any')).toBe('none');
  });

  it('asks further only where statistics do not tell', () => {
    const asked: number[] = [];
    const known = {
      statsOf: (column: number) => (column === 0 ? stats(0, 5n, 10n) : undefined),
      mayHold: (column: number) => {
        asked.push(column);
        return false;
      },
    };
    expect(judge({ kind: 'all', of: [within(0n, 99n), within(7n, 8n)] }, known)).toBe('none');
    expect(judge({ kind: 'any', of: [within(0n, 1n), within(7n, 8n, 1)] }, known)).toBe('none');
    expect(asked).toEqual([0, 1]);
    expect(judge({ kind: 'values', column: 0, set: pointSet('integer', [99n]) }, known)).toBe('none');
    expect(asked).toHaveLength(2);
  });
});
