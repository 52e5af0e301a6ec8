import { describe, expect, it } from 'vitest';
import {
  type Accumulator,
  collectionAccumulator,
  customAccumulator,
  doubleAccumulator,
  longAccumulator,
} from '../../../lib/api/accumulator.ts';
import { mergeAccumulators } from '../../../lib/api/accumulators.ts';
import { capture } from '../../../lib/closure/capture.ts';
import { AccumulatorPartials } from '../../../lib/exec/accumulator-partials.ts';
import { type CurrentTask, withTask } from '../../../lib/exec/current-task.ts';
import { resolveSharedToken } from '../../../lib/exec/shared-tokens.ts';
import type { AccumulatorUpdate } from '../../../lib/exec/task.ts';
import { travel } from '../../support/travel.ts';

const NOTHING = { resolve: () => undefined };
const anything = () => {};

/** Runs `work` as a task that succeeds, and gives what it reports. */
function asTask(work: () => void): readonly AccumulatorUpdate[] {
  const accumulators = new AccumulatorPartials();
  withTask({ accumulators, scope: {} as CurrentTask['scope'] }, work);
  return accumulators.take();
}

/** As in a worker: the function travels, what it collects comes back. */
async function inWorker(work: () => void): Promise<void> {
  const there = await travel(work, { resolveToken: (kind, id, parts) => resolveSharedToken(kind, id, NOTHING, parts) });
  mergeAccumulators(structuredClone(asTask(there)));
}

const product = () =>
  customAccumulator<number, number>(
    { zero: 1, add: (a, b) => a * b, merge: (a, b) => a * b, isZero: (a) => a === 1 },
    'product',
    anything,
  );

describe('in the driver', () => {
  it('accumulators add at once', () => {
    const long = longAccumulator('rows');
    expect([long.value, long.sum, long.count, long.avg, long.isZero, long.name]).toEqual([
      0,
      0n,
      0,
      Number.NaN,
      true,
      'rows',
    ]);
    long.add(3);
    long.add(4n);
    expect([long.value, long.sum, long.count, long.avg, long.isZero]).toEqual([7, 7n, 2, 3.5, false]);
    const double = doubleAccumulator();
    double.add(0.5);
    double.add(1);
    expect([double.value, double.sum, double.count, double.avg, double.name]).toEqual([1.5, 1.5, 2, 0.75, undefined]);
    const list = collectionAccumulator<string>();
    list.add('a');
    expect(list.value).toEqual(['a']);
    (list.value as string[]).push('b');
    expect(list.value).toEqual(['a']);
    const times = product();
    times.add(3);
    times.add(5);
    expect([times.value, times.isZero, times.name]).toEqual([15, false, 'product']);
  });

  it('sums of integers stay exact', () => {
    const long = longAccumulator();
    for (const n of [Number.MAX_SAFE_INTEGER, 2]) long.add(n);
    expect(long.sum).toBe(2n ** 53n + 1n);
    expect(() => long.value).toThrow(/ACCUMULATOR_OVERFLOW: the sum 9007199254740993/);
    long.add(-2);
    expect(long.value).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => long.add(0.5)).toThrow(/INVALID_ARGUMENT/);
  });

  it('start again', () => {
    for (const [accumulator, value] of [
      [longAccumulator(), 5],
      [product(), 5],
    ] as const) {
      const before = accumulator.value;
      accumulator.add(value);
      accumulator.reset();
      expect([accumulator.value, accumulator.isZero]).toEqual([before, true]);
    }
  });

  it('of the user’s own are zero without a function that says so until something is added', () => {
    const set = customAccumulator(
      {
        zero: () => new Set<number>(),
        add: (found, n: number) => found.add(n),
        merge: (a, b) => new Set([...a, ...b]),
      },
      undefined,
      anything,
    );
    expect(set.isZero).toBe(true);
    mergeAccumulators(asTask(() => set.add(1)));
    expect([set.isZero, set.value]).toEqual([false, new Set([1])]);
  });
});

describe('in a task of the caller’s thread', () => {
  it('adds count when they are merged, and not before', () => {
    const long = longAccumulator();
    const updates = asTask(() => {
      long.add(1);
      long.add(2);
    });
    expect(long.value).toBe(0);
    mergeAccumulators(updates);
    expect(long.value).toBe(3);
  });

  it('the rest is refused', () => {
    const all: readonly Accumulator<never, unknown>[] = [longAccumulator(), collectionAccumulator(), product()];
    for (const accumulator of all) {
      for (const use of [() => accumulator.value, () => accumulator.isZero, () => accumulator.reset()]) {
        expect(() => asTask(() => void use())).toThrow(/ACCUMULATOR_INSIDE_TASK: (value|isZero|reset) of accumulator/);
      }
    }
    const long = longAccumulator();
    for (const use of [() => long.sum, () => long.count, () => long.avg]) {
      expect(() => asTask(() => void use())).toThrow(/ACCUMULATOR_INSIDE_TASK/);
    }
  });
});

describe('in a worker', () => {
  it('every kind adds to what the driver merges', async () => {
    const long = longAccumulator();
    const double = doubleAccumulator();
    const list = collectionAccumulator<string>();
    const times = product();
    const factor = 7;
    const scaled = customAccumulator<number, readonly number[]>(
      { zero: [], add: (found, n) => [...found, n * factor], merge: (a, b) => [...a, ...b] },
      undefined,
      anything,
    );
    for (let task = 0; task < 2; task++) {
      await inWorker(() => {
        long.add(2 ** 53 - 1);
        double.add(0.5);
        list.add('x');
        times.add(3);
        scaled.add(2);
      });
    }
    expect(long.sum).toBe(2n ** 54n - 2n);
    expect([double.value, list.value, times.value, scaled.value]).toEqual([1, ['x', 'x'], 9, [14, 14]]);
  });

  it('what is zero is not sent', async () => {
    const times = product();
    await inWorker(() => times.add(1));
    expect([times.value, times.isZero]).toEqual([1, true]);
    expect(asTask(() => times.add(1))).toEqual([]);
  });

  it('zero is copied for each task', async () => {
    const lists = customAccumulator<number, number[]>(
      {
        zero: [],
        add: (list, n) => {
          list.push(n);
          return list;
        },
        merge: (a, b) => a.concat(b),
      },
      undefined,
      anything,
    );
    for (const n of [1, 2]) await inWorker(() => lists.add(n));
    mergeAccumulators(asTask(() => lists.add(3)));
    expect(lists.value).toEqual([1, 2, 3]);
  });
});

describe('fingerprints', () => {
  it('of functions that add do not depend on which accumulator it is, or on what it holds', async () => {
    const adding = async (accumulator: Accumulator<number, unknown>) => await capture([() => accumulator.add(1)]);
    const long = longAccumulator();
    long.add(7);
    const [a, b, c] = [await adding(long), await adding(longAccumulator()), await adding(doubleAccumulator())];
    expect(a.volatile).toEqual([]);
    expect(Buffer.compare(a.bytes, b.bytes)).toBe(0);
    expect(Buffer.compare(a.bytes, c.bytes)).not.toBe(0);
    const times = async (by: number) =>
      await adding(
        customAccumulator({ zero: 0, add: (a, n: number) => a + n * by, merge: (a, b) => a + b }, 'x', anything),
      );
    expect(Buffer.compare((await times(1)).bytes, (await times(1)).bytes)).toBe(0);
    expect(Buffer.compare((await times(1)).bytes, (await times(2)).bytes)).not.toBe(0);
  });
});

describe('a merge that throws', () => {
  it('is told where the value is read, until it starts again', () => {
    const failing = customAccumulator<number, number>(
      {
        zero: 0,
        add: (a, b) => a + b,
        merge: () => {
          throw new RangeError('cannot merge');
        },
      },
      'failing',
      anything,
    );
    for (let i = 0; i < 2; i++) mergeAccumulators(asTask(() => failing.add(1)));
    expect(() => failing.value).toThrow(/ACCUMULATOR_NOT_MERGED: accumulator 'failing' has no value: .* cannot merge/);
    failing.reset();
    expect(failing.value).toBe(0);
  });
});

describe('arguments', () => {
  const good = { zero: 0, add: (a: number, b: number) => a + b, merge: (a: number, b: number) => a + b };

  it.each([
    ['definition', undefined],
    ['add', { ...good, add: 1 }],
    ['add', { ...good, add: async () => 1 }],
    ['merge', { ...good, merge: undefined }],
    ['isZero', { ...good, isZero: true }],
    ['zero', { ...good, zero: new (class Own {})() }],
  ])('%s must be what it is', (argument, definition) => {
    expect(() => customAccumulator(definition as typeof good, undefined, anything)).toThrow(
      new RegExp(`INVALID_ARGUMENT: accumulator: ${argument} must be`),
    );
  });

  it('names are texts', () => {
    expect(() => longAccumulator(1 as never)).toThrow(
      /INVALID_ARGUMENT: longAccumulator: name must be a text, found 1/,
    );
    expect(() => customAccumulator(good, 1 as never, anything)).toThrow(/accumulator: name must be a text/);
  });

  it('functions are checked for travelling', () => {
    const refuse = (functions: unknown) => {
      expect(Object.keys(functions as object)).toEqual(['zero', 'add']);
      throw new Error('refused');
    };
    expect(() => customAccumulator(good, undefined, refuse)).toThrow('refused');
  });
});
