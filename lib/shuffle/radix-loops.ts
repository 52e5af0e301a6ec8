/**
 * The loops of `NumberSorter`, each a function of its own so that V8 compiles it for what it does alone. Numbers are 64
 * bits in two halves, the low one first; `flip` is -1 where the order is to be the other way round, else 0.
 */

export const DIGITS = 2048;
/** Counts of the three digits of the window, or of the six of both halves. */
export const COUNTS = 6 * DIGITS;

const DIGIT_MASK = DIGITS - 1;
const SIGN = 0x80000000 | 0;
/** High halves from here on are NaN with a sign, but for this one with nothing below it: negative infinity. */
const NEGATIVE_INFINITY = 0xfff00000;

/** What one pass of radix looks at: bits of the low half, of the high one, or of the window. */
export interface Digit {
  readonly part: 'low' | 'high' | 'window';
  /** Where its counts are. */
  readonly base: number;
  readonly shift: number;
}

/** The window from its lowest digit, of ten bits, to the highest. */
export const WINDOW_DIGITS: readonly Digit[] = [
  { part: 'window', base: 0, shift: 0 },
  { part: 'window', base: DIGITS, shift: 10 },
  { part: 'window', base: 2 * DIGITS, shift: 21 },
];
const LOWEST_MASK = 1023;

/** All bits, the lowest digit first. */
export const ALL_DIGITS: readonly Digit[] = (['low', 'high'] as const).flatMap((part, half) =>
  [0, 11, 22].map((shift, i) => ({ part, base: (3 * half + i) * DIGITS, shift })),
);

/**
 * Makes the bits of doubles order as the doubles do, and gathers in `differences` the bits, low half and high, that are not
 * the same in all. False where bits alone cannot order them: there is a -0, or a NaN with a sign.
 */
export function flipDoubles(bits: Int32Array, count: number, flip: number, differences: Int32Array): boolean {
  let isPlain = true;
  let lowDifference = 0;
  let highDifference = 0;
  const firstLow = bits[0] as number;
  const firstHigh = bits[1] as number;
  const mask = firstHigh >> 31;
  const flippedLow = firstLow ^ mask ^ flip;
  const flippedHigh = firstHigh ^ (mask | SIGN) ^ flip;
  for (let i = 0; i < 2 * count; i += 2) {
    const low = bits[i] as number;
    const high = bits[i + 1] as number;
    if (((high ^ SIGN) | low) === 0) isPlain = false;
    if (high >>> 0 >= NEGATIVE_INFINITY && (high >>> 0 > NEGATIVE_INFINITY || low !== 0)) isPlain = false;
    const sign = high >> 31;
    const a = low ^ sign ^ flip;
    const b = high ^ (sign | SIGN) ^ flip;
    bits[i] = a;
    bits[i + 1] = b;
    lowDifference |= a ^ flippedLow;
    highDifference |= b ^ flippedHigh;
  }
  differences[0] = lowDifference;
  differences[1] = highDifference;
  return isPlain;
}

/** As `flipDoubles`, for unsigned integers. */
export function flipIntegers(bits: Int32Array, count: number, flip: number, differences: Int32Array): void {
  let lowDifference = 0;
  let highDifference = 0;
  const firstLow = (bits[0] as number) ^ flip;
  const firstHigh = (bits[1] as number) ^ flip;
  for (let i = 0; i < 2 * count; i += 2) {
    const low = (bits[i] as number) ^ flip;
    const high = (bits[i + 1] as number) ^ flip;
    bits[i] = low;
    bits[i + 1] = high;
    lowDifference |= low ^ firstLow;
    highDifference |= high ^ firstHigh;
  }
  differences[0] = lowDifference;
  differences[1] = highDifference;
}

/** The inverse of `flipDoubles`. */
export function unflipDoubles(bits: Int32Array, count: number, flip: number): void {
  for (let i = 0; i < 2 * count; i += 2) {
    const high = (bits[i + 1] as number) ^ flip;
    const mask = ~(high >> 31);
    bits[i] = (bits[i] as number) ^ flip ^ mask;
    bits[i + 1] = high ^ (mask | SIGN);
  }
}

/** 32 bits of a number, without the `skip` highest ones. */
function windowOf(low: number, high: number, skip: number): number {
  return skip < 32 ? (high << skip) | ((low >>> 1) >>> (31 - skip)) : low << (skip - 32);
}

/** Counts the digits of the window that leaves the `skip` highest bits out. */
export function countWindow(bits: Int32Array, count: number, skip: number, counts: Int32Array): void {
  for (let i = 0; i < 2 * count; i += 2) {
    const window = windowOf(bits[i] as number, bits[i + 1] as number, skip);
    (counts[window & LOWEST_MASK] as number)++;
    (counts[DIGITS + ((window >>> 10) & DIGIT_MASK)] as number)++;
    (counts[2 * DIGITS + (window >>> 21)] as number)++;
  }
}

/** Counts the six digits of all bits. */
export function countAll(bits: Int32Array, count: number, counts: Int32Array): void {
  for (let i = 0; i < 2 * count; i++) {
    const half = bits[i] as number;
    const base = (i & 1) * 3 * DIGITS;
    (counts[base + (half & DIGIT_MASK)] as number)++;
    (counts[base + DIGITS + ((half >>> 11) & DIGIT_MASK)] as number)++;
    (counts[base + 2 * DIGITS + (half >>> 22)] as number)++;
  }
}

/** Moves numbers to the places of their digit, which move on. */
export function scatter(
  from: Int32Array,
  to: Int32Array,
  count: number,
  places: Int32Array,
  { part, base, shift }: Digit,
  skip: number,
): void {
  const mask = part === 'window' && shift === 0 ? LOWEST_MASK : DIGIT_MASK;
  const isWindow = part === 'window';
  const isLow = part === 'low';
  for (let i = 0; i < 2 * count; i += 2) {
    const low = from[i] as number;
    const high = from[i + 1] as number;
    const bits = isWindow ? windowOf(low, high, skip) : isLow ? low : high;
    const slot = base + ((bits >>> shift) & mask);
    const place = places[slot] as number;
    places[slot] = place + 1;
    to[2 * place] = low;
    to[2 * place + 1] = high;
  }
}

/** As `scatter`, with what belongs to each number. */
export function scatterWithOrder(
  from: Int32Array,
  to: Int32Array,
  order: Int32Array,
  toOrder: Int32Array,
  count: number,
  places: Int32Array,
  { part, base, shift }: Digit,
  skip: number,
): void {
  const mask = part === 'window' && shift === 0 ? LOWEST_MASK : DIGIT_MASK;
  const isWindow = part === 'window';
  const isLow = part === 'low';
  for (let i = 0; i < count; i++) {
    const low = from[2 * i] as number;
    const high = from[2 * i + 1] as number;
    const bits = isWindow ? windowOf(low, high, skip) : isLow ? low : high;
    const slot = base + ((bits >>> shift) & mask);
    const place = places[slot] as number;
    places[slot] = place + 1;
    to[2 * place] = low;
    to[2 * place + 1] = high;
    toOrder[place] = order[i] as number;
  }
}

/**
 * Puts doubles in order that nearly are, none of them a NaN out of its place. False, with all of them still there, when
 * that takes more than `budget` moves.
 */
export function insertDoubles(numbers: Float64Array, count: number, ascending: boolean, budget: number): boolean {
  let left = budget;
  for (let i = 1; i < count; i++) {
    const number = numbers[i] as number;
    const before = numbers[i - 1] as number;
    if (ascending ? !(before > number) : !(before < number)) continue;
    let at = i;
    while (at > 0 && (ascending ? (numbers[at - 1] as number) > number : (numbers[at - 1] as number) < number)) {
      numbers[at] = numbers[at - 1] as number;
      at--;
    }
    numbers[at] = number;
    left -= i - at;
    if (left < 0) return false;
  }
  return true;
}

/** As `insertDoubles`, for unsigned integers and what belongs to each of them; equal ones keep their order. */
export function insertWithOrder(bits: Int32Array, order: Int32Array, count: number, budget: number): boolean {
  let left = budget;
  for (let i = 1; i < count; i++) {
    const low = bits[2 * i] as number;
    const high = bits[2 * i + 1] as number;
    let at = i;
    while (at > 0 && isAfter(bits[2 * at - 2] as number, bits[2 * at - 1] as number, low, high)) at--;
    if (at === i) continue;
    const own = order[i] as number;
    bits.copyWithin(2 * at + 2, 2 * at, 2 * i);
    order.copyWithin(at + 1, at, i);
    bits[2 * at] = low;
    bits[2 * at + 1] = high;
    order[at] = own;
    left -= i - at;
    if (left < 0) return false;
  }
  return true;
}

function isAfter(low: number, high: number, otherLow: number, otherHigh: number): boolean {
  return high === otherHigh ? low >>> 0 > otherLow >>> 0 : high >>> 0 > otherHigh >>> 0;
}
