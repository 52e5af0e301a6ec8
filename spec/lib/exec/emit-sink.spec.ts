import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { type ColumnBatch, rowBatch } from '../../../formats/schema/batch.ts';
import { SourceBuilder } from '../../../lib/base/compile-source.ts';
import { CombineSink } from '../../../lib/exec/combine-sink.ts';
import { emitSink } from '../../../lib/exec/emit-sink.ts';
import { FusedChain } from '../../../lib/exec/fused-chain.ts';
import { NumberCombineSink } from '../../../lib/exec/number-combine-sink.ts';
import { NumberLog } from '../../../lib/exec/number-log.ts';
import {
  AggregateSink,
  BucketSink,
  CountSink,
  ReduceSink,
  RelaySink,
  RowsSink,
  type Sink,
  TakeSink,
} from '../../../lib/exec/sink.ts';
import type { Aggregator } from '../../../lib/lineage/dependency.ts';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { RangePartitioner } from '../../../lib/lineage/partitioner.ts';
import { KeyTable } from '../../../lib/shuffle/key-table.ts';
import { NumberTable } from '../../../lib/shuffle/number-table.ts';

const join = (a: unknown, b: unknown) => `${a},${b}`;
const aggregator = { createCombiner: (v: unknown) => `<${v}`, mergeValue: join, mergeCombiners: join };

const identity = (value: unknown) => value;
const add = (a: unknown, b: unknown) => (a as number) + (b as number);
const numbers = (how: typeof aggregator | Aggregator): NumberCombineSink => {
  const sink = new NumberCombineSink(new NumberTable(false), how, false, () => sink.table.grow(2));
  return sink;
};
const combined = ({ rest, table }: NumberCombineSink) =>
  rest === undefined
    ? [[...table.keys.subarray(0, table.size)], [...table.values.subarray(0, table.size)]]
    : [rest.table.keys, rest.values];

describe('emitSink', () => {
  it.each([true, false])('deals keys out to ranges as the partitioner does, in order %s', (ascending) => {
    const bounds = [-1, 0, 2.5];
    const partitioner = new RangePartitioner(4, { compare: compareNatural, ascending, natural: true });
    partitioner.setBounds(bounds);
    const keys = [Number.NaN, -0, 0, 1, -5, -1, 2.5, 3, Number.POSITIVE_INFINITY];
    for (const last of [[], ['a', null, 4]]) {
      const records = [...keys, ...last];
      const dealt = (['on', 'off'] as const).map((mode) => {
        const sink = new BucketSink(4, (key) => partitioner.partitionOf(key), false);
        sink.bounds = partitioner.numberBounds();
        sink.ascending = ascending;
        sink.log = new NumberLog();
        sink.makeRoom(20);
        const chain = new FusedChain([{ kind: 'key-by', f: identity }], 'bucket', mode, 'ranges');
        chain.run(rowBatch(records), chain.open(0), sink);
        const { log } = sink;
        const logged = log === undefined ? [] : [...log.buckets.subarray(0, log.count)];
        return { buckets: sink.buckets, logged };
      });
      expect(dealt[0]).toEqual(dealt[1]);
      const { buckets, logged } = dealt[0] as (typeof dealt)[0];
      const found = records.map((key) => partitioner.partitionOf(key));
      if (last.length === 0) expect(logged).toEqual(found);
      else
        expect(buckets.map((pairs) => pairs.length)).toEqual(
          [0, 1, 2, 3].map((p) => found.filter((f) => f === p).length),
        );
    }
  });

  it.each<readonly [string, () => Sink]>([
    ['rows', () => new RowsSink()],
    ['relay', () => new RelaySink(3, { isDone: false }, () => {})],
    ['relay to an end that is done', () => new RelaySink(3, { isDone: true }, () => {})],
    ['count', () => new CountSink()],
    ['take', () => new TakeSink(5)],
    ['reduce', () => new ReduceSink(join)],
    ['aggregate', () => new AggregateSink('', join)],
    ['combine', () => new CombineSink(new KeyTable(), aggregator, false)],
    ['combine of combiners', () => new CombineSink(new KeyTable(), aggregator, true)],
    ['combine of numbers', () => numbers({ createCombiner: identity, mergeValue: add, mergeCombiners: add })],
    ['combine of numbers that become texts', () => numbers({ ...aggregator, createCombiner: identity })],
    ['combine of numbers into texts', () => numbers(aggregator)],
    ['bucket', () => new BucketSink(3, (key) => String(key).length % 3, false)],
  ])('works on the same fields as the plain form: %s', (_, make) => {
    const keys = [1, -1, 0, -0, 1.5, 'a', null, 2 ** 31, 1, 'a', Number.NaN, Number.NaN, -5];
    const pairs = keys.map((key, i) => [key, i]);
    const [generated, plain] = [make(), make()];
    const chain = new FusedChain([], generated.kind, 'on', 'emit-sink');
    // Roads may change between batches.
    chain.run(rowBatch(pairs, 0, 4), chain.open(0), generated);
    for (const pair of pairs.slice(4, 7)) if (!generated.isDone) generated.add(pair);
    chain.run(rowBatch(pairs, 7), chain.open(0), generated);
    for (const pair of pairs) if (!plain.isDone) plain.add(pair);
    const fields = (sink: Sink) => ({
      ...sink,
      table: sink.kind === 'combine' ? sink.table.keys : undefined,
      numbers: sink.kind === 'combine-numbers' ? combined(sink) : undefined,
      rest: 0,
      firstOf: 0,
      onRest: 0,
      onFull: 0,
      partitionOf: 0,
    });
    expect(fields(generated)).toEqual(fields(plain));
    expect(chain.roads.rows).toBe(2);
  });

  it.each(['on', 'off'] as const)('says how many pairs came so far when the table is full (codegen %s)', (mode) => {
    const sink = new CombineSink(new KeyTable(), aggregator, false);
    const seen: unknown[] = [];
    sink.limit = 2;
    sink.onFull = () => {
      seen.push([sink.table.size, sink.rowsIn]);
      sink.table.clear();
      sink.values = [];
      sink.rowsIn = 0;
      sink.limit = 3;
    };
    const chain = new FusedChain([], 'combine', mode, 'emit-sink');
    const keys = [7, 7, 7, 8, 'a', 9, 9, 'a', 7, 7];
    const pairs = keys.map((key, i) => [key, i]);
    chain.run(rowBatch(pairs), chain.open(0), sink);
    // The pair that fills the table counts for what comes after.
    expect(seen).toEqual([
      [2, 3],
      [3, 5],
    ]);
    expect([sink.table.keys, sink.values, sink.rowsIn]).toEqual([[7], ['<9'], 2]);
  });

  it.each(['on', 'off'] as const)('deals out until there is no room, and on (codegen %s)', (mode) => {
    const sink = new BucketSink(2, (key) => Math.abs(Number(key)) % 2, true);
    const written: unknown[] = [];
    sink.room = 3;
    sink.onFull = () => {
      for (const bucket of sink.buckets) written.push(bucket.splice(0).map((pair) => (pair as unknown[])[0]));
      sink.room = 2;
    };
    const chain = new FusedChain([], 'bucket', mode, 'emit-sink');
    const pairs = [1, 2, -3, '5', -0, 2 ** 31, 7, 8].map((key) => [key, 0]);
    chain.run(rowBatch(pairs, 0, 4), chain.open(0), sink);
    chain.run(rowBatch(pairs, 4), chain.open(0), sink);
    expect(written).toEqual([[2], [1, -3], [-0], ['5'], [2 ** 31], [7]]);
    expect([sink.buckets, sink.room]).toEqual([[[[8, 0]], []], 1]);
  });

  const named = Object.assign([1, 2], { unit: 'm' });
  class Tagged extends Array<number> {}
  it.each<[string, readonly unknown[], isLogged: boolean]>([
    [
      'ints',
      [
        [1, 2],
        [-4, 2 ** 31],
        [1, 5],
      ],
      true,
    ],
    [
      'doubles, -0 and NaN',
      [
        [0.5, -0],
        [-0, 0],
        [Number.NaN, Number.NEGATIVE_INFINITY],
      ],
      true,
    ],
    [
      'a text later',
      [
        [1, 2],
        [2, 3],
        [3, 'x'],
        [4, 5],
      ],
      false,
    ],
    [
      'a text as key',
      [
        ['1', 2],
        [2, 3],
      ],
      false,
    ],
    ['a value that is not there', [[1, 2], [1]], false],
    [
      'a third item',
      [
        [1, 2],
        [2, 3, 4],
        [5, 6],
      ],
      false,
    ],
    ['an item with a name', [named, [3, 4]], false],
    ['arrays of a class', [[1, 2], Tagged.of(3, 4), [5, 6]], false],
  ])('logs pairs of numbers and nothing else: %s', (_, pairs, isLogged) => {
    for (const mode of ['on', 'off'] as const) {
      const sink = new BucketSink(2, (key) => Math.abs(Math.trunc(Number(key) || 0)) % 2, false);
      sink.log = new NumberLog();
      sink.makeRoom(100);
      const { log } = sink;
      const chain = new FusedChain([], 'bucket', mode, 'emit-sink');
      chain.run(rowBatch(pairs), chain.open(0), sink);
      expect([sink.log === log, sink.room]).toEqual([isLogged, 100 - pairs.length]);
      if (isLogged) expect([sink.buckets, log.count]).toEqual([[[], []], pairs.length]);
      sink.dropLog();
      const expected: unknown[][] = [[], []];
      for (const pair of pairs as readonly unknown[][]) {
        expected[Math.abs(Math.trunc(Number(pair[0]) || 0)) % 2]?.push(pair);
      }
      expect(sink.buckets).toEqual(expected);
    }
  });

  it.each(['on', 'off'] as const)('logs one NaN for all (codegen %s)', (mode) => {
    const odd = new Float64Array(new BigUint64Array([0xfff8000000000001n, 0x7ff8000000000123n]).buffer);
    const sink = new BucketSink(1, () => 0, false);
    sink.log = new NumberLog();
    sink.makeRoom(10);
    const chain = new FusedChain([], 'bucket', mode, 'emit-sink');
    chain.run(rowBatch([[odd[0], odd[1]]]), chain.open(0), sink);
    const bits = (numbers: Float64Array) => new BigUint64Array(numbers.buffer)[0];
    expect([bits(sink.log.keys), bits(sink.log.values)]).toEqual([0x7ff8000000000000n, 0x7ff8000000000000n]);
  });

  it.each(['on', 'off'] as const)('goes on with the log it finds after it was full (codegen %s)', (mode) => {
    const sink = new BucketSink(2, (key) => (key as number) % 2, true);
    sink.log = new NumberLog();
    sink.makeRoom(2);
    const seen: unknown[] = [];
    sink.onFull = () => {
      const { starts, keys } = (sink.log as NumberLog).deal(2);
      seen.push([[...starts], [...keys.subarray(0, starts[2])]]);
      sink.makeRoom(seen.length === 1 ? 3 : 2000);
    };
    // From columns too, whose tuples may be longer than a pair.
    const rows = Array.from({ length: 10 }, (_, i) => (i === 8 ? [i, 1, 1] : [i, 1]));
    const chain = new FusedChain([], 'bucket', mode, 'emit-sink');
    chain.run(rowBatch(rows, 0, 4), chain.open(0), sink);
    chain.run(buildColumns(rows, 4, 8) as ColumnBatch, chain.open(0), sink);
    expect(seen).toEqual([
      [
        [0, 1, 2],
        [0, 1],
      ],
      [
        [0, 2, 3],
        [2, 4, 3],
      ],
    ]);
    chain.run(buildColumns(rows, 8, 9) as ColumnBatch, chain.open(0), sink);
    expect([sink.log, sink.buckets]).toEqual([
      undefined,
      [
        [
          [6, 1],
          [8, 1, 1],
        ],
        [
          [5, 1],
          [7, 1],
        ],
      ],
    ]);
    // Room was made for pairs of numbers: what comes now may be larger, and is looked at soon.
    expect(sink.room).toBe(1023);
  });

  it('declares before the loop what it stores back after it', () => {
    const b = new SourceBuilder();
    const code = emitSink(b, 'count');
    code.before();
    code.record('x', { isPair: false });
    code.after();
    expect(b.toString()).toContain('sink.count += count;');
  });
});
