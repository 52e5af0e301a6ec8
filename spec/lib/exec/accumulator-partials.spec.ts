import { describe, expect, it } from 'vitest';
import { COLLECTION_KIND, LONG_KIND } from '../../../lib/exec/accumulator-kind.ts';
import { AccumulatorPartials } from '../../../lib/exec/accumulator-partials.ts';

describe('what one attempt adds', () => {
  it('is put together for each accumulator, in the order in which they were met', () => {
    const partials = new AccumulatorPartials();
    partials.add(7, COLLECTION_KIND, 'a');
    partials.add(3, LONG_KIND, 1);
    partials.add(7, COLLECTION_KIND, 'b');
    partials.add(3, LONG_KIND, 2n);
    expect(partials.take()).toEqual([
      { id: 7, value: ['a', 'b'] },
      { id: 3, value: { sum: 3n, count: 2 } },
    ]);
  });

  it('leaves out what its kind calls zero', () => {
    const partials = new AccumulatorPartials();
    const kind = { ...LONG_KIND, isZero: ({ sum }: { sum: number | bigint }) => sum === 0 };
    partials.add(1, kind, 0);
    partials.add(2, kind, 5);
    expect(partials.take().map(({ id }) => id)).toEqual([2]);
  });

  it('is copied where it can be stored, and stays as it is where it cannot', () => {
    const partials = new AccumulatorPartials();
    const [stored, called] = [{ n: 1 }, () => 1];
    partials.add(1, COLLECTION_KIND, stored);
    partials.add(2, COLLECTION_KIND, called);
    partials.copyStates();
    const [first, second] = partials.take().map(({ value }) => (value as unknown[])[0]);
    expect(first).toEqual(stored);
    expect(first).not.toBe(stored);
    expect(second).toBe(called);
  });

  it('is nothing without an add', () => {
    expect(new AccumulatorPartials().take()).toEqual([]);
  });

  it('refuses what comes after the success, and forgets what comes after a failure', () => {
    const succeeded = new AccumulatorPartials();
    succeeded.add(1, LONG_KIND, 1);
    succeeded.take();
    expect(() => succeeded.add(1, LONG_KIND, 1)).toThrow(/ACCUMULATOR_TOO_LATE: a value was added to accumulator 1/);
    const failed = new AccumulatorPartials();
    failed.add(1, LONG_KIND, 1);
    failed.drop();
    failed.add(1, LONG_KIND, 1);
    expect(failed.take()).toEqual([]);
  });
});
