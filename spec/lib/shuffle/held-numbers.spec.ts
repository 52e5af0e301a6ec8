import { describe, expect, it } from 'vitest';
import { HeldNumbers } from '../../../lib/shuffle/held-numbers.ts';
import type { NumberColumns } from '../../../lib/shuffle/pair-columns.ts';

function columns(keys: readonly number[], values?: readonly number[]): NumberColumns {
  const key = { kind: 'double', values: Float64Array.from(keys), nulls: undefined } as const;
  return { keys: key, values: values === undefined ? key : { ...key, values: Float64Array.from(values) } };
}

function holding(shareBytes: number, allows: (bytes: number) => boolean = () => true) {
  const asked: number[] = [];
  const held = new HeldNumbers(true, shareBytes, (bytes) => {
    asked.push(bytes);
    return allows(bytes);
  });
  return { held, asked };
}

const MANY = Array.from({ length: 1000 }, (_, i) => 1000 - i);

describe('HeldNumbers', () => {
  it('takes numbers up to what its share has room for, in arrays that double', () => {
    const { held, asked } = holding(16 * 700);
    let taken = 0;
    for (let part = held.add(columns(MANY), 0); part > 0; part = held.add(columns(MANY), taken)) taken += part;
    expect(taken).toBe(700);
    expect(asked).toEqual([16 * 256, 16 * 512, 16 * 700]);
  });

  it('stays as it is where more is not allowed', () => {
    const { held, asked } = holding(1e6, (bytes) => bytes <= 5000);
    expect(held.add(columns(MANY), 0)).toBe(256);
    expect(held.add(columns(MANY), 256)).toBe(0);
    expect(asked.at(-1)).toBe(16 * 256);
  });

  it('takes some however small the share is', () => {
    const { held } = holding(1);
    expect(held.add(columns(MANY), 0)).toBe(256);
    expect(held.add(columns(MANY), 256)).toBe(0);
  });

  it('begins to hold values when these differ from their keys, or says that what is held has to go first', () => {
    const roomy = holding(1e6).held;
    roomy.add(columns([3, 1]), 0);
    expect(roomy.isSame).toBe(true);
    expect(roomy.add(columns([2], [20]), 0)).toBe(1);
    expect(roomy.isSame).toBe(false);
    expect(roomy.finish()).toEqual({ keys: Float64Array.of(1, 2, 3), values: Float64Array.of(1, 20, 3) });
    const tight = holding(16 * 256).held;
    tight.add(columns([3, 1]), 0);
    expect(tight.add(columns([2], [20]), 0)).toBe(0);
    expect(tight.sorted().keys).toEqual(Float64Array.of(1, 3));
    tight.clear();
    expect(tight.add(columns([2], [20]), 0)).toBe(1);
    expect(tight.sorted()).toEqual({ keys: Float64Array.of(2), values: Float64Array.of(20) });
  });

  it('gives everything back', () => {
    const { held, asked } = holding(1e6);
    held.add(columns([1]), 0);
    held.release();
    expect([held.count, asked.at(-1)]).toEqual([0, 0]);
    expect(held.add(columns([5]), 0)).toBe(1);
  });
});
