import { describe, expect, it } from 'vitest';
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
