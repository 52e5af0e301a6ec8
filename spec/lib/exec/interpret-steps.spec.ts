import { describe, expect, it } from 'vitest';
import { openCursor } from '../../../lib/exec/cursor.ts';
import { interpretRecord, joinSides } from '../../../lib/exec/interpret-steps.ts';
import { BucketSink, RowsSink, TakeSink } from '../../../lib/exec/sink.ts';
import { StepFailure } from '../../../lib/exec/step-failure.ts';
import type { Step } from '../../../lib/lineage/step.ts';

function run(records: readonly unknown[], ...steps: Step[]): unknown[] {
  const sink = new RowsSink();
  const cursors = steps.map((step) => openCursor(step, 1));
  for (const record of records) interpretRecord(record, steps, cursors, sink);
  return sink.rows;
}

describe('interpretRecord', () => {
  it.each<[Step, readonly unknown[], unknown[]]>([
    [{ kind: 'map', f: (n) => [n] }, [1, 2], [[1], [2]]],
    [{ kind: 'filter', f: (n) => n }, [0, 1, '', 'a', null], [1, 'a']],
    [{ kind: 'flat-map', f: (n) => new Set([n, 0]) }, [1, 2], [1, 0, 2, 0]],
    [{ kind: 'map-values', f: (v) => -(v as number) }, [['a', 1]], [['a', -1]]],
    [
      { kind: 'flat-map-values', f: (v) => [v, v] },
      [['a', 1]],
      [
        ['a', 1],
        ['a', 1],
      ],
    ],
    [{ kind: 'key-by', f: (n) => `k${n}` }, [1], [['k1', 1]]],
    [{ kind: 'keys' }, [['a', 1], []], ['a', undefined]],
    [{ kind: 'values' }, [['a', 1]], [1]],
    [{ kind: 'pass' }, [1], [1]],
    [
      { kind: 'index', starts: { value: [0, 10] } },
      ['a', 'b'],
      [
        ['a', 10],
        ['b', 11],
      ],
    ],
    [
      { kind: 'unique-id', stride: 3 },
      ['a', 'b'],
      [
        ['a', 1],
        ['b', 4],
      ],
    ],
    [{ kind: 'sample', lower: 0, upper: 1, seed: 1 }, [1, 2], [1, 2]],
    [{ kind: 'sample', lower: 0, upper: 0, seed: 1 }, [1, 2], []],
    [{ kind: 'poisson-sample', mean: 0, seed: 1 }, [1, 2], []],
    [
      { kind: 'join', leftOuter: true, rightOuter: false },
      [
        ['k', [[1, 2], [3]]],
        ['l', [[4], []]],
        ['m', [[], [5]]],
      ],
      [
        ['k', [1, 3]],
        ['k', [2, 3]],
        ['l', [4, undefined]],
      ],
    ],
  ])('does a step: %o', (step, records, expected) => {
    expect(run(records, step)).toEqual(expected);
  });

  it('names the step that threw, the sink included', () => {
    const boom = () => {
      throw 'boom';
    };
    const stepOf = (action: () => unknown): unknown => {
      try {
        action();
      } catch (error) {
        expect(error).toBeInstanceOf(StepFailure);
        return (error as StepFailure).stepIndex;
      }
      return undefined;
    };
    expect(stepOf(() => run([1], { kind: 'pass' }, { kind: 'map', f: boom }))).toBe(1);
    expect(stepOf(() => run([1], { kind: 'flat-map', f: () => ({ [Symbol.iterator]: boom }) }))).toBe(0);
    expect(stepOf(() => run([1], { kind: 'values' }))).toBe(0);
    const bucket = new BucketSink(1, () => 0, false);
    expect(
      stepOf(() => interpretRecord('no pair', [{ kind: 'pass' }], [openCursor({ kind: 'pass' }, 0)], bucket)),
    ).toBe(1);
  });

  it('closes what a flat-map iterates once the sink is done', () => {
    let closed = false;
    const step: Step = {
      kind: 'flat-map',
      *f() {
        try {
          for (let n = 0; ; n++) yield n;
        } finally {
          closed = true;
        }
      },
    };
    const sink = new TakeSink(2);
    interpretRecord(0, [step], [openCursor(step, 0)], sink);
    expect([sink.rows, closed]).toEqual([[0, 1], true]);
  });
});

describe('joinSides', () => {
  it('replaces an empty side by one undefined where the join keeps the other', () => {
    expect(joinSides([1], [], true, false)).toEqual([[1], [undefined]]);
    expect(joinSides([1], [], false, true)).toEqual([[1], []]);
    expect(joinSides([], [2], false, true)).toEqual([[undefined], [2]]);
    expect(joinSides([], [2], true, false)).toEqual([[], [2]]);
  });
});
