import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { SourceBuilder } from '../../../lib/base/compile-source.ts';
import { emitSink } from '../../../lib/exec/emit-sink.ts';
import { FusedChain } from '../../../lib/exec/fused-chain.ts';
import {
  AggregateSink,
  BucketSink,
  CombineSink,
  CountSink,
  ReduceSink,
  RowsSink,
  type Sink,
  TakeSink,
} from '../../../lib/exec/sink.ts';
import { KeyTable } from '../../../lib/shuffle/key-table.ts';

const join = (a: unknown, b: unknown) => `${a},${b}`;
const aggregator = { createCombiner: (v: unknown) => `<${v}`, mergeValue: join, mergeCombiners: join };

describe('emitSink', () => {
  it.each<readonly [string, () => Sink]>([
    ['rows', () => new RowsSink()],
    ['count', () => new CountSink()],
    ['take', () => new TakeSink(5)],
    ['reduce', () => new ReduceSink(join)],
    ['aggregate', () => new AggregateSink('', join)],
    ['combine', () => new CombineSink(new KeyTable(), aggregator, false)],
    ['combine of combiners', () => new CombineSink(new KeyTable(), aggregator, true)],
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

  it('declares before the loop what it stores back after it', () => {
    const b = new SourceBuilder();
    const code = emitSink(b, 'count');
    code.before();
    code.record('x', { isPair: false });
    code.after();
    expect(b.toString()).toContain('sink.count += count;');
  });
});
