import { describe, expect, test } from 'vitest';
import { closing } from '../../../storage/block/closing-iterator.ts';

/** Items, and how often they were closed. */
function watched(items: Iterable<number>) {
  const seen = { closed: 0 };
  function* generate(): IterableIterator<number> {
    yield* items;
  }
  return { seen, iterator: closing(generate(), () => seen.closed++) };
}

describe('a closing iterator', () => {
  test('closes once at its end', () => {
    const { seen, iterator } = watched([1, 2]);
    expect([...iterator]).toEqual([1, 2]);
    iterator.next();
    iterator.return?.();
    expect(seen.closed).toBe(1);
  });

  test('closes when its consumer stops, also before the first item', () => {
    const early = watched([1, 2]);
    for (const item of early.iterator) if (item === 1) break;
    expect(early.seen.closed).toBe(1);
    const unused = watched([1, 2]);
    unused.iterator.return?.();
    expect(unused.seen.closed).toBe(1);
    expect([...unused.iterator]).toEqual([]);
  });

  test('closes when its items raise', () => {
    const failing = watched({
      *[Symbol.iterator]() {
        yield 1;
        throw new RangeError('no more');
      },
    });
    expect(() => [...failing.iterator]).toThrow('no more');
    expect(failing.seen.closed).toBe(1);
  });

  test('closes even when returning the items raises', () => {
    let closed = 0;
    const items = {
      [Symbol.iterator]: () => items,
      next: () => ({ done: false as const, value: 1 }),
      return: () => {
        throw new RangeError('stuck');
      },
    };
    const iterator = closing<number>(items, () => closed++);
    expect(() => iterator.return?.()).toThrow('stuck');
    expect(closed).toBe(1);
  });
});
