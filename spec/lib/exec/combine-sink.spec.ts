import { describe, expect, it } from 'vitest';
import { CombineSink } from '../../../lib/exec/combine-sink.ts';
import { KeyTable } from '../../../lib/shuffle/key-table.ts';

const fill = <S extends { add(record: unknown): void }>(sink: S, ...records: unknown[]): S => {
  for (const record of records) sink.add(record);
  return sink;
};

describe('CombineSink', () => {
  const aggregator = {
    createCombiner: (value: unknown) => [value],
    mergeValue: (all: unknown, value: unknown) => [...(all as unknown[]), value],
    mergeCombiners: (a: unknown, b: unknown) => [...(a as unknown[]), ...(b as unknown[])],
  };

  it('combines values by key, or combiners that others made', () => {
    const values = fill(new CombineSink(new KeyTable(), aggregator, false), ['a', 1], ['b', 2], ['a', 3]);
    expect([values.table.keys, values.values, values.rowsIn]).toEqual([['a', 'b'], [[1, 3], [2]], 3]);
    const combiners = fill(new CombineSink(new KeyTable(), aggregator, true), ['a', [1]], ['a', [2, 3]]);
    expect(combiners.values).toEqual([[1, 2, 3]]);
  });

  it('calls onFull at its limit, with the record in it', () => {
    const sink = new CombineSink(new KeyTable(), aggregator, false);
    const sizes: number[] = [];
    sink.limit = 2;
    sink.onFull = () => {
      sizes.push(sink.values.length);
      sink.limit = 10;
    };
    fill(sink, ['a', 1], ['a', 1], ['b', 1], ['c', 1]);
    expect(sizes).toEqual([2]);
  });

  it('keeps nothing of a record whose function throws', () => {
    const sink = new CombineSink(
      new KeyTable(),
      {
        ...aggregator,
        createCombiner: () => {
          throw new RangeError('no');
        },
      },
      false,
    );
    expect(() => sink.add(['a', 1])).toThrow('no');
    expect([sink.table.size, sink.values.length]).toEqual([0, 0]);
  });

  it('keeps new keys out, and tells of those that came in', () => {
    const sink = new CombineSink(new KeyTable(), aggregator, false);
    const inserted: number[] = [];
    const missed: unknown[] = [];
    sink.onInsert = (row) => inserted.push(row);
    fill(sink, ['a', 1], ['a', 2], ['b', 1]);
    sink.onMiss = (...miss) => missed.push(miss);
    fill(sink, ['c', 1], ['a', 3], ['c', 2]);
    expect([sink.table.keys, sink.values]).toEqual([
      ['a', 'b'],
      [[1, 2, 3], [1]],
    ]);
    expect(inserted).toEqual([0, 2]);
    expect(missed).toEqual([
      ['c', 1, 3],
      ['c', 2, 5],
    ]);
  });
});
