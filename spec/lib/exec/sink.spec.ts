import { describe, expect, it } from 'vitest';
import { CombineSink } from '../../../lib/exec/combine-sink.ts';
import {
  AggregateSink,
  BucketSink,
  CountSink,
  ForeachSink,
  ReduceSink,
  RelaySink,
  RowsSink,
  TakeSink,
  takesPairs,
} from '../../../lib/exec/sink.ts';
import { KeyTable } from '../../../lib/shuffle/key-table.ts';

const fill = <S extends { add(record: unknown): void }>(sink: S, ...records: unknown[]): S => {
  for (const record of records) sink.add(record);
  return sink;
};
const join = (a: unknown, b: unknown) => `${a}${b}`;

describe('sinks', () => {
  it('keep, count, fold and visit what they are given', () => {
    expect(fill(new RowsSink(), 1, undefined).rows).toEqual([1, undefined]);
    expect(fill(new CountSink(), 1, 2, 3).count).toBe(3);
    expect(fill(new AggregateSink('', join), 1, 2).value).toBe('12');
    const seen: unknown[] = [];
    fill(new ForeachSink((record) => void seen.push(record)), 'a', 'b');
    expect(seen).toEqual(['a', 'b']);
  });

  it('reduce from the first record, undefined ones included', () => {
    expect(new ReduceSink(join)).toMatchObject({ isEmpty: true, value: undefined });
    expect(fill(new ReduceSink(join), undefined)).toMatchObject({ isEmpty: false, value: undefined });
    expect(fill(new ReduceSink(join), undefined, 1)).toMatchObject({ value: 'undefined1' });
  });

  it('take no more than asked for, and say so', () => {
    const sink = new TakeSink(2);
    expect(sink.isDone).toBe(false);
    expect(fill(sink, 1, 2, 3).rows).toEqual([1, 2]);
    expect(sink.isDone).toBe(true);
    expect(new TakeSink(0).isDone).toBe(true);
  });

  it('hand on what gathers, a limited number at a time', () => {
    const handedOn: unknown[] = [];
    const end = new TakeSink(3);
    const sink = new RelaySink(2, end, (rows) => {
      handedOn.push(rows);
      fill(end, ...rows);
    });
    fill(sink, 1, 2, 3);
    expect([handedOn, sink.rows, sink.isDone]).toEqual([[[1, 2]], [3], false]);
    sink.flush();
    sink.flush();
    expect([handedOn, sink.rows, sink.isDone]).toEqual([[[1, 2], [3]], [], true]);
  });

  it('know which of them take pairs', () => {
    expect((['rows', 'count', 'take', 'combine', 'bucket'] as const).filter(takesPairs)).toEqual(['combine', 'bucket']);
  });
});

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
});

describe('BucketSink', () => {
  it('deals pairs out by the partition of their key, and calls onFull when its room is used', () => {
    const sink = new BucketSink(3, (key) => (key as number) % 3, false);
    let full = 0;
    sink.room = 3;
    sink.onFull = () => {
      full++;
      sink.room = 100;
    };
    fill(sink, [0, 'a'], [4, 'b'], [3, 'c'], [2, 'd']);
    expect(sink.buckets).toEqual([
      [
        [0, 'a'],
        [3, 'c'],
      ],
      [[4, 'b']],
      [[2, 'd']],
    ]);
    expect(full).toBe(1);
  });
});
