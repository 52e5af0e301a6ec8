import { describe, expect, it } from 'vitest';
import {
  addToSmallest,
  checkedOrder,
  greaterBy,
  lesserBy,
  recordsOfSmallest,
  reversedOrder,
  smallestOf,
} from '../../../lib/api/order-functions.ts';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { travelAll } from '../../support/travel.ts';

const byNumber = (a: unknown, b: unknown): number => Number(a) - Number(b);

describe('orders', () => {
  it('refuse an answer of yes or no', () => {
    expect(checkedOrder('sortBy', byNumber)(1, 2)).toBe(-1);
    const greater = ((a: number, b: number) => a > b) as unknown as typeof byNumber;
    expect(() => checkedOrder('sortBy', greater)(1, 2)).toThrow(
      'sortBy: the result of compare must be a number: negative, 0 or positive, found false',
    );
  });

  it('find the first of equal records from either end', () => {
    const [one, uno] = [[1], [1, 'uno']];
    const byFirst = (a: unknown, b: unknown) => byNumber((a as number[])[0], (b as number[])[0]);
    expect([lesserBy(byFirst)(one, uno), greaterBy(byFirst)(one, uno)]).toEqual([one, one]);
    expect([lesserBy(byNumber)(2, 1), greaterBy(byNumber)(2, 3)]).toEqual([1, 3]);
    expect(reversedOrder(byNumber)(1, 2)).toBe(1);
  });

  it('collect the smallest', () => {
    const found = [5, 1, 4, 2].reduce(addToSmallest, smallestOf(2, reversedOrder(compareNatural))());
    expect(recordsOfSmallest(found)).toEqual([5, 4]);
  });

  it('travel with the orders that they are made of', async () => {
    const order = checkedOrder('top', byNumber);
    const [make, least, there] = await travelAll([smallestOf(1, reversedOrder(order)), lesserBy(order), order]);
    expect(recordsOfSmallest([5, 9, 4].reduce(addToSmallest, make()))).toEqual([9]);
    expect(least(3, 2)).toBe(2);
    expect(there).not.toBe(order);
    expect(there(2, 1)).toBe(1);
  });
});
