import { describe, expect, it } from 'vitest';
import { NumberCombineSink } from '../../../lib/exec/number-combine-sink.ts';
import { NumberTable } from '../../../lib/shuffle/number-table.ts';

const add = (a: unknown, b: unknown): unknown => (a as number) + (b as number);
const sums = { createCombiner: (value: unknown) => value, mergeValue: add, mergeCombiners: add };

function newSink(aggregator: typeof sums, keepsFirsts = false): NumberCombineSink {
  const sink = new NumberCombineSink(new NumberTable(keepsFirsts), aggregator, false, () => sink.table.grow(2));
  return sink;
}

describe('NumberCombineSink', () => {
  it('combines numbers by key as long as all are numbers', () => {
    const sink = newSink(sums, true);
    for (const pair of [
      [1, 2],
      [0.5, 3],
      [1, 4],
      [Number.NaN, 1],
      [Number.NaN, 1],
      [-0, 7],
      [0, 1],
    ])
      sink.add(pair);
    const { table } = sink;
    expect([...table.keys.subarray(0, table.size)]).toEqual([1, 0.5, Number.NaN, -0]);
    expect([...table.values.subarray(0, table.size)]).toEqual([6, 3, 2, 8]);
    expect([...(table.firsts as Float64Array).subarray(0, table.size)]).toEqual([0, 1, 3, 5]);
    expect([sink.rowsIn, sink.rest]).toEqual([7, undefined]);
  });

  it.each([
    ['a key', ['x', 1]],
    ['a value', [2, 'x']],
    ['a value for a key that is there', [1, 'x']],
  ])('goes over to anything at %s that is no number, and goes on there', (_, pair) => {
    const sink = newSink(sums);
    const told: unknown[] = [];
    sink.onRest = (rest) => told.push(rest.table.keys.slice());
    for (const each of [[1, 2], pair, [3, 4], [1, 1]]) sink.add(each);
    const expected = new Map<unknown, unknown>([[1, 2]]);
    for (const [key, value] of [pair, [3, 4], [1, 1]] as const) {
      expected.set(key, expected.has(key) ? add(expected.get(key), value) : value);
    }
    expect([sink.rest?.table.keys, sink.rest?.values]).toEqual([[...expected.keys()], [...expected.values()]]);
    expect(told).toEqual([[1]]);
  });

  it('goes over at a combiner that is no number', () => {
    const lists = newSink({ ...sums, createCombiner: (value) => [value], mergeValue: (all, value) => [all, value] });
    for (const each of [
      [1, 2],
      [1, 3],
    ])
      lists.add(each);
    expect(lists.rest?.values).toEqual([[[2], 3]]);
    const later = newSink({ ...sums, mergeValue: (a, b) => ((a as number) > 2 ? `${a}` : add(a, b)) });
    for (const each of [
      [1, 2],
      [2, 1],
      [1, 3],
      [1, 4],
      [2, 1],
    ])
      later.add(each);
    expect([later.rest?.table.keys, later.rest?.values]).toEqual([
      [1, 2],
      ['5', 2],
    ]);
  });

  it('keeps new keys out once it has somewhere to put them, before their combiner is made', () => {
    let made = 0;
    const missed: unknown[] = [];
    const sink = newSink({ ...sums, createCombiner: (value) => [value, made++][0] });
    sink.onFull = () => {
      sink.onMiss = (...miss) => missed.push(miss);
    };
    const { capacity } = sink.table;
    for (let i = 0; i < capacity + 2; i++) sink.add([i, 1]);
    sink.add([0, 5]);
    sink.add(['x', 1]);
    expect(made).toBe(capacity);
    expect(missed).toEqual([
      [capacity, 1, capacity],
      [capacity + 1, 1, capacity + 1],
      ['x', 1, capacity + 3],
    ]);
    expect(sink.rest?.values[0]).toBe(6);
  });

  it('keeps nothing of a pair whose function throws', () => {
    const sink = newSink({
      ...sums,
      createCombiner: () => {
        throw new RangeError('no');
      },
    });
    expect(() => sink.add([1, 1])).toThrow('no');
    expect([sink.table.size, sink.rest]).toEqual([0, undefined]);
  });
});
