/**
 * Sorts pairs by key, stably. Numbers in natural order go by radix over their bits, everything else by comparison.
 */
import type { KeyOrder } from '../lineage/key-order.ts';

type Pair = readonly [unknown, unknown];

/** Below this many pairs a comparison sort is as fast. */
const RADIX_ROWS = 256;

/** A new array with the same pairs in order of their keys; equal keys keep their order, descending ones too. */
export function sortPairs(pairs: readonly Pair[], order: KeyOrder): Pair[] {
  if (order.natural && pairs.length >= RADIX_ROWS) {
    const keys = numericKeys(pairs);
    if (keys !== undefined) {
      const sorted = radixOrder(keys, order.ascending);
      return Array.from(sorted, (at) => pairs[at] as Pair);
    }
  }
  const { compare, ascending } = order;
  return ascending ? pairs.toSorted((a, b) => compare(a[0], b[0])) : pairs.toSorted((a, b) => compare(b[0], a[0]));
}

function numericKeys(pairs: readonly Pair[]): Float64Array | undefined {
  const keys = new Float64Array(pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    const key = (pairs[i] as Pair)[0];
    if (typeof key !== 'number') return undefined;
    // -0 and 0 are one key, and so are all NaN: their bits must not tell them apart.
    keys[i] = key === 0 ? 0 : Number.isNaN(key) ? Number.NaN : key;
  }
  return keys;
}

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const DIGIT_MASK = DIGITS - 1;

/**
 * The indices of `keys` in ascending or descending order of value, NaN as the greatest, equal keys by index.
 *
 * LSD radix: the bits of a double, with the sign flipped for positives and all bits for negatives, order as an unsigned
 * integer does. Digits that all keys share are skipped, which for small integers is most of them.
 */
function radixOrder(keys: Float64Array, ascending: boolean): Uint32Array {
  const n = keys.length;
  const bits = new Uint32Array(keys.slice().buffer);
  const flip = ascending ? 0 : 0xffffffff;
  for (let i = 0; i < n; i++) {
    const high = bits[2 * i + 1] as number;
    const isNegative = high >>> 31 === 1;
    bits[2 * i] = ((bits[2 * i] as number) ^ (isNegative ? 0xffffffff : 0) ^ flip) >>> 0;
    bits[2 * i + 1] = (high ^ (isNegative ? 0xffffffff : 0x80000000) ^ flip) >>> 0;
  }
  let from = new Uint32Array(n);
  let to = new Uint32Array(n);
  for (let i = 0; i < n; i++) from[i] = i;
  const counts = new Uint32Array(DIGITS);
  for (const [word, shift] of [
    [0, 0],
    [0, 11],
    [0, 22],
    [1, 0],
    [1, 11],
    [1, 22],
  ] as const) {
    counts.fill(0);
    for (let i = 0; i < n; i++) {
      const digit = ((bits[2 * i + word] as number) >>> shift) & DIGIT_MASK;
      counts[digit] = (counts[digit] as number) + 1;
    }
    const first = ((bits[word] as number) >>> shift) & DIGIT_MASK;
    if (counts[first] === n) continue;
    let sum = 0;
    for (let d = 0; d < DIGITS; d++) {
      const count = counts[d] as number;
      counts[d] = sum;
      sum += count;
    }
    for (let i = 0; i < n; i++) {
      const at = from[i] as number;
      const digit = ((bits[2 * at + word] as number) >>> shift) & DIGIT_MASK;
      const place = counts[digit] as number;
      to[place] = at;
      counts[digit] = place + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}
