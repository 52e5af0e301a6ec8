import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { CombineSink } from '../../../lib/exec/combine-sink.ts';
import { type CodegenMode, FusedChain } from '../../../lib/exec/fused-chain.ts';
import { AggregateSink, BucketSink, CountSink, ReduceSink, RowsSink, TakeSink } from '../../../lib/exec/sink.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import type { Step } from '../../../lib/lineage/step.ts';
import type { TaskBatch } from '../../../lib/lineage/task-context.ts';
import { KeyTable } from '../../../lib/shuffle/key-table.ts';

type Input = Exclude<TaskBatch, { readonly kind: 'pending' }>;

interface Row {
  readonly id: number;
  readonly name: string | null;
  readonly weight: number;
}

const row: fc.Arbitrary<Row> = fc.record({
  id: fc.integer({ min: -50, max: 50 }),
  name: fc.option(fc.constantFrom('a', 'b', 'ccc', ''), { nil: null }),
  weight: fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN)),
});

/** Chains that take rows and end in pairs. */
const middle: fc.Arbitrary<Step> = fc.constantFrom<Step>(
  { kind: 'map', f: (r) => ({ ...(r as Row), id: (r as Row).id + 1 }) },
  { kind: 'filter', f: (r) => (r as Row).id % 3 !== 0 },
  { kind: 'flat-map', f: (r) => Array((r as Row).id & 1).fill(r) },
  { kind: 'pass' },
  { kind: 'sample', lower: 0.1, upper: 0.8, seed: 7 },
  { kind: 'poisson-sample', mean: 1.2, seed: 9 },
);
const toPair: fc.Arbitrary<Step> = fc.constantFrom<Step>(
  { kind: 'map', f: (r) => [(r as Row).id, (r as Row).weight] },
  { kind: 'map', f: (r) => [(r as Row).name, (r as Row).id] },
  { kind: 'key-by', f: (r) => (r as Row).id % 5 },
  { kind: 'key-by', f: (r) => [(r as Row).name, (r as Row).id % 2] },
);
const onPairs: fc.Arbitrary<Step> = fc.constantFrom<Step>(
  { kind: 'map-values', f: (v) => v },
  { kind: 'flat-map-values', f: (v) => [v, v] },
  { kind: 'filter', f: (p) => (p as unknown[])[0] !== 3 },
);
const chain = fc
  .tuple(fc.array(middle, { maxLength: 20 }), toPair, fc.array(onPairs, { maxLength: 3 }))
  .map(([before, pair, after]) => [...before, pair, ...after]);

/** The same rows as an array and, where they have a shape, as columns. */
function forms(rows: readonly Row[]): Input[][] {
  const columns = rows.length === 0 ? undefined : buildColumns(rows, 0, rows.length);
  const half = rows.length >> 1;
  const asRows: Input[] = [
    { kind: 'rows', rows, from: 0, to: half },
    { kind: 'rows', rows, from: half, to: rows.length },
  ];
  return columns === undefined ? [asRows] : [asRows, [columns]];
}

function runAll(steps: readonly Step[], input: readonly Input[], mode: CodegenMode) {
  const counts = { interpreted: 0, rows: 0, range: 0, columns: 0 };
  const run = <S extends Parameters<FusedChain['run']>[2]>(sink: S): S => {
    const fused = new FusedChain(steps, sink.kind, mode, 'spec');
    const state = fused.open(3);
    for (const batch of input) if (!sink.isDone) fused.run(batch, state, sink);
    for (const road of Object.keys(counts) as (keyof typeof counts)[]) counts[road] += fused.roads[road];
    return sink;
  };
  const list = (v: unknown) => [v];
  const push = (all: unknown, v: unknown) => [...(all as unknown[]), v];
  const combine = run(
    new CombineSink(
      new KeyTable(),
      { createCombiner: list, mergeValue: push, mergeCombiners: (a, b) => [...(a as unknown[]), ...(b as unknown[])] },
      false,
    ),
  );
  const partitioner = new HashPartitioner(4);
  return {
    answers: {
      rows: run(new RowsSink()).rows,
      count: run(new CountSink()).count,
      take: run(new TakeSink(5)).rows,
      reduce: run(new ReduceSink((a, b) => [(a as unknown[])[1], b])).value,
      aggregate: run(new AggregateSink(0, (n, p) => (n as number) * 3 + (p as unknown[]).length)).value,
      // A fold that is a number, then a text, then a number again.
      changing: run(new AggregateSink(0, (n) => (typeof n === 'number' && n % 3 === 2 ? `${n}` : Number(n) + 1))).value,
      sum: run(new AggregateSink(-0, (n, p) => (n as number) + ((p as unknown[]).length - 2))).value,
      combined: [combine.table.keys, combine.values, combine.rowsIn],
      buckets: run(new BucketSink(4, (key) => partitioner.partitionOf(key), true)).buckets,
    },
    counts,
  };
}

describe('FusedChain', () => {
  it('gives the same records down every road, to every sink', () => {
    fc.assert(
      fc.property(chain, fc.array(row, { maxLength: 60 }), (steps, rows) => {
        const [asRows, asColumns] = forms(rows);
        const plain = runAll(steps, asRows as Input[], 'off');
        const compiled = runAll(steps, asRows as Input[], 'on');
        expect(compiled.answers).toEqual(plain.answers);
        expect(plain.counts).toMatchObject({ rows: 0, columns: 0 });
        expect(compiled.counts.interpreted).toBe(0);
        if (asColumns === undefined) return;
        const columns = runAll(steps, asColumns, 'on');
        expect(columns.answers).toEqual(plain.answers);
        expect(columns.counts.columns).toBeGreaterThan(0);
        expect(runAll(steps, asColumns, 'off').answers).toEqual(plain.answers);
      }),
      { seed: 20_11, numRuns: 300 },
    );
  });

  it('counts a range instead of reading it', () => {
    const steps: Step[] = [{ kind: 'map', f: (n) => [(n as number) % 7, n] }];
    const input: Input[] = [{ kind: 'range', start: -5000, step: 3, count: 5001 }];
    const compiled = runAll(steps, input, 'on');
    expect(compiled.answers).toEqual(runAll(steps, input, 'off').answers);
    expect(compiled.counts).toMatchObject({ rows: 0, interpreted: 0 });
    expect(compiled.counts.range).toBeGreaterThan(0);
  });
});
