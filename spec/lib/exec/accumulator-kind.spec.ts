import { describe, expect, it } from 'vitest';
import {
  type AccumulatorKind,
  COLLECTION_KIND,
  DOUBLE_KIND,
  LONG_KIND,
  NAMED_KINDS,
} from '../../../lib/exec/accumulator-kind.ts';

function collect<In, S>(kind: AccumulatorKind<In, S>, values: readonly In[]): S {
  let state = kind.zero();
  for (const value of values) state = kind.add(state, value);
  return state;
}

describe('the long kind', () => {
  it('sums numbers and bigints', () => {
    expect(collect(LONG_KIND, [1, -3, 2])).toEqual({ sum: 0, count: 3 });
    expect(collect(LONG_KIND, [1, 2n])).toEqual({ sum: 3n, count: 2 });
  });

  it('stays exact beyond safe integers, also in a merge', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(collect(LONG_KIND, [most, most, 1])).toEqual({ sum: 2n * BigInt(most) + 1n, count: 3 });
    const merged = LONG_KIND.merge(collect(LONG_KIND, [most]), collect(LONG_KIND, [2]));
    expect(merged).toEqual({ sum: BigInt(most) + 2n, count: 2 });
    expect(LONG_KIND.merge(merged, collect(LONG_KIND, [-2])).sum).toBe(BigInt(most));
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', undefined])('refuses %s', (value) => {
    expect(() => LONG_KIND.add(LONG_KIND.zero(), value as number)).toThrow(
      /INVALID_ARGUMENT: add: value must be a safe/,
    );
  });
});

describe('the double kind', () => {
  it('sums numbers, whatever they are', () => {
    expect(collect(DOUBLE_KIND, [0.5, 1])).toEqual({ sum: 1.5, count: 2 });
    expect(collect(DOUBLE_KIND, [1, Number.NaN])).toEqual({ sum: Number.NaN, count: 2 });
    expect(DOUBLE_KIND.merge(collect(DOUBLE_KIND, [1]), collect(DOUBLE_KIND, [2]))).toEqual({ sum: 3, count: 2 });
    expect(() => DOUBLE_KIND.add(DOUBLE_KIND.zero(), 1n as never)).toThrow(/must be a number, found 1n/);
  });
});

describe('the collection kind', () => {
  it('keeps values in their order, and any number of them', () => {
    expect(collect(COLLECTION_KIND, ['a', undefined, 'a'])).toEqual(['a', undefined, 'a']);
    const many = Array.from({ length: 300_000 }, (_, i) => i);
    expect(COLLECTION_KIND.merge([-1], many)).toHaveLength(300_001);
  });
});

it('kinds do not share their zero', () => {
  for (const kind of Object.values(NAMED_KINDS)) expect(kind.zero()).not.toBe(kind.zero());
});
