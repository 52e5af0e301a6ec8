import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { FusedChain } from '../../../lib/exec/fused-chain.ts';
import { CountSink, RowsSink, TakeSink } from '../../../lib/exec/sink.ts';
import { StepFailure } from '../../../lib/exec/step-failure.ts';
import type { Step } from '../../../lib/lineage/step.ts';

const increment: Step = { kind: 'map', f: (n) => (n as number) + 1 };

describe('FusedChain', () => {
  it('runs ten thousand steps without overflowing the stack', () => {
    const chain = new FusedChain(Array<Step>(10_000).fill(increment), 'rows', 'on', 'long');
    const sink = new RowsSink();
    chain.run(rowBatch([0, 5]), chain.open(0), sink);
    expect(sink.rows).toEqual([10_000, 10_005]);
  });

  it.each(['on', 'off'] as const)('names the step that threw, over all groups (codegen %s)', (mode) => {
    const steps = Array<Step>(40).fill(increment);
    steps[33] = {
      kind: 'map',
      f: () => {
        throw new RangeError('no');
      },
    };
    const chain = new FusedChain(steps, 'rows', mode, 'failing');
    const run = () => chain.run(rowBatch([1]), chain.open(0), new RowsSink());
    expect(run).toThrow(StepFailure);
    try {
      run();
    } catch (error) {
      expect(error).toMatchObject({ stepIndex: 33, cause: new RangeError('no') });
    }
  });

  it.each(['on', 'off'] as const)(
    'takes from a step that never ends, many steps before the end (codegen %s)',
    (mode) => {
      let closed = 0;
      const endless = function* () {
        try {
          for (let i = 0; ; i++) yield i;
        } finally {
          closed++;
        }
      };
      const steps = [{ kind: 'flat-map', f: endless } as Step, ...Array<Step>(40).fill(increment)];
      const sink = new TakeSink(3);
      const chain = new FusedChain(steps, 'take', mode, 'endless');
      chain.run(rowBatch([1, 2]), chain.open(0), sink);
      expect([sink.rows, closed]).toEqual([[40, 41, 42], 1]);
    },
  );

  it.each(['on', 'off'] as const)('names a later step that threw while an earlier one goes on (codegen %s)', (mode) => {
    const steps: Step[] = [
      { kind: 'flat-map', f: () => Array.from({ length: 50_000 }, (_, i) => i) },
      ...Array<Step>(40).fill(increment),
    ];
    steps[33] = {
      kind: 'map',
      f: () => {
        throw new RangeError('no');
      },
    };
    const chain = new FusedChain(steps, 'count', mode, 'failing');
    try {
      chain.run(rowBatch([1]), chain.open(0), new CountSink());
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ stepIndex: 33, cause: new RangeError('no') });
    }
  });

  it('reads its columns undisturbed while a function has the same loop run over others', () => {
    const [own, others] = [buildColumns([1, 2, 3, 4]), buildColumns([7, 8, 9, 10])];
    const read: unknown[] = [];
    let inner: FusedChain | undefined;
    const f = (n: unknown): unknown => {
      const within = inner;
      inner = undefined;
      if (within !== undefined && others !== undefined) {
        const sink = new RowsSink();
        within.run(others, within.open(0), sink);
        read.push(...sink.rows);
      }
      return n;
    };
    const [outer, nested] = [1, 2].map(() => new FusedChain([{ kind: 'map', f }], 'rows', 'on', 'nested'));
    inner = nested;
    const sink = new RowsSink();
    if (own !== undefined) outer?.run(own, outer.open(0), sink);
    expect([sink.rows, read]).toEqual([
      [1, 2, 3, 4],
      [7, 8, 9, 10],
    ]);
    expect([outer?.roads.columns, nested?.roads.rows]).toEqual([1, 1]);
  });

  it('stops calling functions once a take has its records', () => {
    let calls = 0;
    const steps: Step[] = [
      {
        kind: 'map',
        f: (n) => {
          calls++;
          return n;
        },
      },
    ];
    for (const mode of ['on', 'off'] as const) {
      calls = 0;
      const sink = new TakeSink(3);
      const chain = new FusedChain(steps, 'take', mode, 'take');
      chain.run({ kind: 'range', start: 0, step: 1, count: 100_000 }, chain.open(0), sink);
      expect(sink.rows).toEqual([0, 1, 2]);
      expect(calls).toBe(3);
    }
  });

  it('counts small inputs by the part of a long chain that they reach', () => {
    const chain = new FusedChain(Array<Step>(1000).fill(increment), 'count', 'auto', 'auto-long');
    for (let i = 0; i < 5; i++) chain.run(rowBatch(Array(100).fill(0)), chain.open(0), new CountSink());
    expect(chain.roads).toMatchObject({ interpreted: 5 * 63, rows: 0 });
    chain.run(rowBatch(Array(100).fill(0)), chain.open(0), new CountSink());
    expect(chain.roads).toMatchObject({ interpreted: 5 * 63, rows: 63 });
  });

  it('interprets small inputs and compiles for larger ones under auto', () => {
    const chain = new FusedChain([increment], 'count', 'auto', 'auto');
    const run = chain.open(0);
    const sink = new CountSink();
    chain.run({ kind: 'range', start: 0, step: 1, count: 100 }, run, sink);
    expect(chain.roads).toMatchObject({ interpreted: 1, range: 0 });
    chain.run({ kind: 'range', start: 0, step: 1, count: 1000 }, run, sink);
    expect(chain.roads).toMatchObject({ interpreted: 1, range: 1 });
    expect(sink.count).toBe(1100);
  });

  it('makes rows first when columns come in too many forms', () => {
    const chain = new FusedChain([{ kind: 'keys' }], 'rows', 'on', 'forms');
    const run = chain.open(0);
    const sink = new RowsSink();
    const inputs = [
      [1, 1],
      [1, 'a'],
      ['a', 1.5],
      ['a', true],
      [1n, 1],
      [new Date(5), 'x'],
      [true, true],
      [null, 1],
    ];
    for (const pair of inputs) {
      const rows = Array.from({ length: 100 }, () => pair);
      const columns = buildColumns(rows, 0, rows.length);
      expect(columns).toBeDefined();
      if (columns !== undefined) chain.run(columns, run, sink);
    }
    expect(sink.rows).toEqual(inputs.flatMap(([key]) => Array(100).fill(key)));
    expect(chain.roads.columns).toBe(6);
    expect(chain.roads.rows).toBe(2);
  });

  it('serves integers of any width once it has seen several', () => {
    const chain = new FusedChain([{ kind: 'map', f: (n) => (n as number) * 2 }], 'rows', 'on', 'widths');
    const run = chain.open(0);
    const sink = new RowsSink();
    const tops = [1, -1, 300, -300, 70_000, 2, 40_000];
    for (const top of tops) {
      const rows = Array.from({ length: 5000 }, (_, i) => (i === 4999 ? top : i % 2));
      const columns = buildColumns(rows, 0, rows.length);
      if (columns !== undefined) chain.run(columns, run, sink);
    }
    expect(sink.rows.filter((_, i) => i % 5000 === 4999)).toEqual(tops.map((top) => top * 2));
    expect(sink.rows.length).toBe(tops.length * 5000);
    expect(chain.roads).toMatchObject({ columns: tops.length, rows: 0 });
  });

  it('refuses records that are not pairs where a step needs them', () => {
    for (const mode of ['on', 'off'] as const) {
      const chain = new FusedChain([{ kind: 'map-values', f: (v) => v }], 'rows', mode, 'pairs');
      expect(() => chain.run(rowBatch(['ab']), chain.open(0), new RowsSink())).toThrow(StepFailure);
    }
  });
});
