/**
 * Sorts pairs by key, stably. In natural order numbers go by radix over their bits and strings by radix over the eight
 * bytes where they begin to differ; everything else goes by comparison.
 */
import type { KeyOrder } from '../lineage/key-order.ts';
import { NumberSorter } from './number-sorter.ts';
import { stringOrder } from './string-order.ts';

type Pair = readonly [unknown, unknown];

/** Below this many pairs a comparison sort is as fast. */
const RADIX_ROWS = 256;

/** A new array with the same pairs in order of their keys; equal keys keep their order, descending ones too. */
export function sortPairs(pairs: readonly Pair[], order: KeyOrder): Pair[] {
  const { compare, ascending, natural } = order;
  if (natural && pairs.length >= RADIX_ROWS) {
    const sorted = naturalOrder(pairs, ascending);
    if (sorted !== undefined) return Array.from(sorted, (at) => pairs[at] as Pair);
  }
  return ascending ? pairs.toSorted((a, b) => compare(a[0], b[0])) : pairs.toSorted((a, b) => compare(b[0], a[0]));
}

/** Where the pairs stand in order, for keys of one kind that has a faster road. */
function naturalOrder(pairs: readonly Pair[], ascending: boolean): ArrayLike<number> | undefined {
  switch (typeof (pairs[0] as Pair)[0]) {
    case 'number': {
      const keys = new Float64Array(pairs.length);
      for (let i = 0; i < pairs.length; i++) {
        const key = (pairs[i] as Pair)[0];
        if (typeof key !== 'number') return undefined;
        keys[i] = key;
      }
      return new NumberSorter().order(keys, keys.length, ascending);
    }
    case 'string': {
      const keys = new Array<string>(pairs.length);
      for (let i = 0; i < pairs.length; i++) {
        const key = (pairs[i] as Pair)[0];
        if (typeof key !== 'string') return undefined;
        keys[i] = key;
      }
      return stringOrder(keys, ascending);
    }
    default:
      return undefined;
  }
}
