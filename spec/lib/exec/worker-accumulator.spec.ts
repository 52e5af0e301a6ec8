import { describe, expect, it } from 'vitest';
import { AccumulatorPartials } from '../../../lib/exec/accumulator-partials.ts';
import { type CurrentTask, withTask } from '../../../lib/exec/current-task.ts';
import { type AccumulatorParts, WorkerAccumulator } from '../../../lib/exec/worker-accumulator.ts';

const handle = (value: AccumulatorParts) => new WorkerAccumulator(7, { value });

/** What a task reports that does this. */
function collected(work: () => void) {
  const accumulators = new AccumulatorPartials();
  withTask({ accumulators, scope: {} as CurrentTask['scope'] }, work);
  return accumulators.take();
}

describe('an accumulator in a worker', () => {
  it('adds to what the task has collected, by its kind or its functions', () => {
    const long = handle({ kind: 'long', name: 'n' });
    const product = handle({
      kind: 'custom',
      name: undefined,
      zero: () => 1,
      add: (state, value) => (state as number) * (value as number),
      isZero: (state) => state === 1,
    });
    const addAll = (handles: readonly WorkerAccumulator[], ...values: readonly unknown[]) =>
      collected(() => {
        for (const each of handles) for (const value of values) each.add(value);
      });
    expect(addAll([long], 2, 3)).toEqual([{ id: 7, value: { sum: 5, count: 2 } }]);
    expect(addAll([product], 2, 3)).toEqual([{ id: 7, value: 6 }]);
    expect(addAll([product], 1)).toEqual([]);
    // Two handles of one accumulator are one.
    expect(addAll([handle({ kind: 'collection', name: undefined }), long], 'a')).toEqual([
      { id: 7, value: ['a', 'a'] },
    ]);
    expect([long.name, long.id]).toEqual(['n', 7]);
  });

  it('is made of parts that come later', () => {
    const parts: { value: unknown } = { value: undefined };
    const late = new WorkerAccumulator(7, parts);
    parts.value = { kind: 'double' } satisfies Partial<AccumulatorParts>;
    expect(collected(() => late.add(0.5))).toEqual([{ id: 7, value: { sum: 0.5, count: 1 } }]);
  });

  it('refuses what only the driver knows, and adding outside of tasks', () => {
    const long = handle({ kind: 'long', name: undefined });
    for (const what of ['value', 'isZero', 'sum', 'count', 'avg'] as const) {
      expect(() => long[what]).toThrow(`ACCUMULATOR_INSIDE_TASK: ${what} of accumulator 7`);
    }
    expect(() => long.reset()).toThrow(/ACCUMULATOR_INSIDE_TASK: reset/);
    expect(() => long.add(1)).toThrow(/ACCUMULATOR_TOO_LATE/);
  });
});
