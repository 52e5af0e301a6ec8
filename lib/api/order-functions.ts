/** Orders made of orders, and what finds records by one: they run in tasks, and travel by name. */
import { portable, portableValues } from '../closure/portable.ts';
import { invalidArgument } from './check-argument.ts';
import { Smallest } from './smallest.ts';

type Compare = (a: unknown, b: unknown) => number;

/** An order of the user's, its answers checked: a boolean, as `(a, b) => a > b` gives, would leave records as they are. */
export const checkedOrder = portable(
  'orders/checked',
  (method: string, compare: Compare): Compare =>
    (a, b) => {
      const order: unknown = compare(a, b);
      if (typeof order === 'number') return order;
      throw invalidArgument(method, 'the result of compare', 'a number: negative, 0 or positive', order);
    },
);

export const reversedOrder = portable(
  'orders/reversed',
  (compare: Compare): Compare =>
    (a, b) =>
      compare(b, a),
);

/** The lesser of two records, the first of equal ones. */
export const lesserBy = portable(
  'orders/lesser',
  (compare: Compare) => (a: unknown, b: unknown) => (compare(b, a) < 0 ? b : a),
);

/** The greater of two records, the first of equal ones. */
export const greaterBy = portable(
  'orders/greater',
  (compare: Compare) => (a: unknown, b: unknown) => (compare(b, a) > 0 ? b : a),
);

/** Makes collections of the `count` smallest records. */
export const smallestOf = portable(
  'orders/smallest',
  (count: number, compare: Compare) => (): Smallest => new Smallest(count, compare),
);

export function addToSmallest(found: Smallest, record: unknown): Smallest {
  return found.add(record);
}

export function recordsOfSmallest(found: Smallest): unknown[] {
  return found.records();
}

portableValues('orders', { addToSmallest, recordsOfSmallest });
