import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import type { Column } from '../../../formats/schema/batch.ts';
import { SourceBuilder } from '../../../lib/base/compile-source.ts';
import { openCursor } from '../../../lib/exec/cursor.ts';
import { emitLoop, type LoopParts, type LoopSource } from '../../../lib/exec/emit-loop.ts';
import { emitColumnRow, type Widths } from '../../../lib/exec/emit-source.ts';
import { RowsSink, type Sink } from '../../../lib/exec/sink.ts';
import { StepFailure } from '../../../lib/exec/step-failure.ts';
import type { Step } from '../../../lib/lineage/step.ts';
import { expectGolden } from '../../support/golden.ts';

const f = (x: unknown): never => x as never;

const overRows: Pick<LoopParts, 'inputs' | 'emitSource'> = {
  inputs: ['rows', 'from', 'to'],
  emitSource: () => ({ header: 'for (let i = from; i < to; i++)', record: 'rows[i]' }),
};
const overRange: Pick<LoopParts, 'inputs' | 'emitSource'> = {
  inputs: ['start', 'step', 'n'],
  emitSource: () => ({ header: 'for (let i = 0; i < n; i++)', record: 'start + i * step' }),
};

function overColumns(rows: readonly unknown[], widths: Widths): Pick<LoopParts, 'inputs' | 'emitSource'> {
  const root = buildColumns(rows, 0, rows.length)?.root as Column;
  return {
    inputs: ['columns', 'base', 'n'],
    emitSource: (b): LoopSource => ({
      header: 'for (let i = 0; i < n; i++)',
      record: emitColumnRow(b, root, 'i', widths),
      isPair: root.kind === 'tuple' && root.nulls === undefined,
    }),
  };
}

function sourceOf(
  steps: readonly Step[],
  sinkKind: Sink['kind'],
  source: Pick<LoopParts, 'inputs' | 'emitSource'>,
): SourceBuilder {
  const b = new SourceBuilder();
  emitLoop(b, { name: 'loop', steps, sinkKind, ...source });
  return b;
}

const flights = [
  { from: 'AUS', delay: -2, distance: 10.5, late: false, tags: ['a'], at: new Date(0), id: 5n, note: null },
  { from: 'AUS', delay: 300, distance: 11.5, late: true, tags: [], at: new Date(1), id: 6n, note: 'x' },
  { from: 'JFK', delay: 7, distance: 12.5, late: true, tags: ['b', 'c'], at: new Date(2), id: 7n, note: undefined },
];

describe('the source of a loop', () => {
  it.each<readonly [string, readonly Step[], Sink['kind'], Pick<LoopParts, 'inputs' | 'emitSource'>]>([
    [
      'range-map-filter-count',
      [
        { kind: 'map', f },
        { kind: 'filter', f },
      ],
      'count',
      overRange,
    ],
    [
      'rows-word-count',
      [
        { kind: 'flat-map', f },
        { kind: 'filter', f },
        { kind: 'map', f },
      ],
      'combine',
      overRows,
    ],
    [
      'rows-take',
      [
        { kind: 'flat-map-values', f },
        { kind: 'sample', lower: 0, upper: 0.5, seed: 1 },
        { kind: 'poisson-sample', mean: 2, seed: 1 },
        { kind: 'keys' },
      ],
      'take',
      overRows,
    ],
    [
      'rows-join-index',
      [
        { kind: 'join', leftOuter: true, rightOuter: false },
        { kind: 'values' },
        { kind: 'pass' },
        { kind: 'index', starts: { value: [0] } },
        { kind: 'unique-id', stride: 4 },
      ],
      'foreach',
      overRows,
    ],
    ['rows-deal', [{ kind: 'deal', numPartitions: 3 }], 'bucket', overRows],
    [
      'rows-reduce',
      [
        { kind: 'key-by', f },
        { kind: 'map-values', f },
      ],
      'reduce',
      overRows,
    ],
    ['columns-exact', [{ kind: 'map', f }], 'rows', overColumns(flights, 'exact')],
    ['columns-widest', [{ kind: 'map', f }], 'aggregate', overColumns(flights, 'widest')],
    [
      'columns-pairs',
      [{ kind: 'map-values', f }],
      'combine',
      overColumns(
        [
          ['a', 1],
          ['b', 2],
        ],
        'exact',
      ),
    ],
  ])('is what was reviewed: %s', (name, steps, sinkKind, source) => {
    expectGolden(`lib/exec/${name}.js.txt`, sourceOf(steps, sinkKind, source).toString());
  });

  it('raises StepFailure with the step that ran, and stores what steps remember', () => {
    const steps: Step[] = [
      { kind: 'index', starts: { value: [5] } },
      {
        kind: 'map',
        f: (pair) => {
          if ((pair as unknown[])[0] === 'c') throw new RangeError('c');
          return pair;
        },
      },
    ];
    const loop = sourceOf(steps, 'rows', overRows).compile<(...args: unknown[]) => void>('emit-loop-spec');
    const cursors = steps.map((step) => openCursor(step, 0));
    const functions = [undefined, (steps[1] as { f: unknown }).f];
    const sink = new RowsSink();
    loop(['a', 'b'], 0, 2, sink, cursors, functions);
    expect([sink.rows, cursors[0]?.position]).toEqual([
      [
        ['a', 5],
        ['b', 6],
      ],
      7,
    ]);
    const failing = () => loop(['a', 'c'], 0, 2, sink, cursors, functions);
    expect(failing).toThrow(StepFailure);
    expect(failing).toThrow(expect.objectContaining({ stepIndex: 1, cause: new RangeError('c') }));
  });
});
