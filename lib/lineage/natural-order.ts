import { portableValue } from '../closure/portable.ts';

/**
 * The engine's own order of values, for sorts and ranges without a comparator: by kind first (null and undefined,
 * booleans, numbers and bigints, strings, dates, arrays, the rest), then by value. Total: -0 equals 0, NaN is the
 * greatest number (as in Spark), strings by UTF-16 code units, arrays item by item.
 */
export function compareNatural(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') {
    if (a < b) return -1;
    if (a > b) return 1;
    return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  }
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  const rankA = rank(a);
  const rankB = rank(b);
  if (rankA !== rankB) return rankA - rankB;
  switch (rankA) {
    case 1:
      return Number(a) - Number(b);
    case 2:
      return compareMixedNumbers(a as number | bigint, b as number | bigint);
    case 4:
      return compareNatural((a as Date).getTime(), (b as Date).getTime());
    case 5: {
      const [left, right] = [a as readonly unknown[], b as readonly unknown[]];
      for (let i = 0; i < Math.min(left.length, right.length); i++) {
        const order = compareNatural(left[i], right[i]);
        if (order !== 0) return order;
      }
      return left.length - right.length;
    }
    default:
      return 0;
  }
}

portableValue('natural-order', compareNatural);

function rank(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return 0;
    case 'boolean':
      return 1;
    case 'number':
    case 'bigint':
      return 2;
    case 'string':
      return 3;
    default:
      if (value === null) return 0;
      if (value instanceof Date) return 4;
      return Array.isArray(value) ? 5 : 6;
  }
}

function compareMixedNumbers(a: number | bigint, b: number | bigint): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}
