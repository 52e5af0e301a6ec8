import { describe, expect, it } from 'vitest';
import { compareIds, hashId, type Id } from '../../../examples/lib/id.ts';

describe('compareIds', () => {
  it('puts numbers before texts, each in their own order', () => {
    const ids: Id[] = ['b', 10, '', '10', -3, 'a', 9, '\ud800'];
    expect(ids.sort(compareIds)).toEqual([-3, 9, 10, '', '10', 'a', 'b', '\ud800']);
    expect(compareIds(-0, 0)).toBe(0);
  });
});

describe('hashId', () => {
  it('spreads neighbours over blocks', () => {
    for (const of of [(n: number): Id => n, (n: number): Id => `user ${n}`]) {
      const counts = new Array<number>(8).fill(0);
      for (let n = 0; n < 8000; n++) {
        const block = hashId(of(n)) % 8;
        counts[block] = (counts[block] ?? 0) + 1;
      }
      for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
    }
  });

  it('takes all bits of large numbers, and tells no zeros apart', () => {
    expect(new Set([1, 1 + 2 ** 32, 1 + 2 ** 40, -1, '1'].map(hashId)).size).toBe(5);
    expect(hashId(-0)).toBe(hashId(0));
  });
});
