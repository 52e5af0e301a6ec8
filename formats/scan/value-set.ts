/**
 * Sets of values as ranges: what a condition lets through, and what a column is known to hold. Every comparison is such
 * a set, `not` is its complement, and whether a row group can hold a match is whether two sets meet.
 *
 * There are three orders, in each of which every value has a next one, so that all ranges are half open:
 * - `integer`: whatever is counted, as a bigint in the unit of the column: integers, dates, times, timestamps, decimals
 *   without their point, false and true as 0 and 1;
 * - `float`: doubles, -0 equal to 0, NaN equal to NaN and above all others;
 * - `bytes`: strings in UTF-8, binary and UUIDs, by unsigned bytes.
 */
import { unreachable } from '../../lib/base/invariant.ts';

/** Values from `low` on up to, without, `end`; undefined where there is no such limit. Never empty. */
export interface ValueRange<T> {
  readonly low: T | undefined;
  readonly end: T | undefined;
}

interface SetOf<Domain extends string, T> {
  readonly domain: Domain;
  /** In order, with something between each two. */
  readonly ranges: readonly ValueRange<T>[];
}

export type IntegerSet = SetOf<'integer', bigint>;
export type FloatSet = SetOf<'float', number>;
export type BytesSet = SetOf<'bytes', Uint8Array>;
export type ValueSet = IntegerSet | FloatSet | BytesSet;
export type ValueDomain = ValueSet['domain'];
/** A value of any of the orders. */
export type OrderedValue = bigint | number | Uint8Array;

interface Order<T> {
  compare(a: T, b: T): number;
  /** The least value above; undefined above the last one. */
  next(value: T): T | undefined;
}

const INTEGERS: Order<bigint> = {
  compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  next: (value) => value + 1n,
};

export const FLOATS: Order<number> = {
  compare: (a, b) => {
    if (a < b) return -1;
    if (a > b) return 1;
    if (a === b) return 0;
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  },
  next: nextFloat,
};

export const BYTES: Order<Uint8Array> = {
  compare: (a, b) => Buffer.compare(a, b),
  next: (value) => {
    const longer = new Uint8Array(value.length + 1);
    longer.set(value);
    return longer;
  },
};

const FLOAT_BITS = new Float64Array(1);
const INTEGER_BITS = new BigInt64Array(FLOAT_BITS.buffer);

function nextFloat(value: number): number | undefined {
  if (Number.isNaN(value)) return undefined;
  if (value === Number.POSITIVE_INFINITY) return Number.NaN;
  if (value === 0) return Number.MIN_VALUE;
  FLOAT_BITS[0] = value;
  INTEGER_BITS[0] = (INTEGER_BITS[0] as bigint) + (value > 0 ? 1n : -1n);
  // The next above the largest negative number is -0, which is 0 here.
  return (FLOAT_BITS[0] as number) + 0;
}

/** Every value there can be. */
export function allValues(domain: ValueDomain): ValueSet {
  return { domain, ranges: [{ low: undefined, end: undefined }] } as ValueSet;
}

export function noValues(domain: ValueDomain): ValueSet {
  return { domain, ranges: [] };
}

/** Values from `low` on, before `end`. */
export function rangeSet(domain: ValueDomain, low: OrderedValue | undefined, end: OrderedValue | undefined): ValueSet {
  const isEmpty = low !== undefined && end !== undefined && compareValues(domain, low, end) >= 0;
  return { domain, ranges: isEmpty ? [] : [{ low, end }] } as ValueSet;
}

/** Exactly these values, in any order. */
export function pointSet(domain: ValueDomain, values: readonly OrderedValue[]): ValueSet {
  const sorted = [...values].sort((a, b) => compareValues(domain, a, b));
  return {
    domain,
    ranges: merge(
      domain,
      sorted.map((low) => ({ low, end: nextValue(domain, low) })),
    ),
  } as ValueSet;
}

export function isEmptySet(set: ValueSet): boolean {
  return set.ranges.length === 0;
}

export function isAllValues(set: ValueSet): boolean {
  const [only] = set.ranges;
  return only !== undefined && only.low === undefined && only.end === undefined;
}

export function complement(set: ValueSet): ValueSet {
  const ranges: ValueRange<OrderedValue>[] = [];
  let low: OrderedValue | undefined;
  let isOpen = true;
  for (const range of set.ranges as readonly ValueRange<OrderedValue>[]) {
    if (range.low !== undefined) ranges.push({ low, end: range.low });
    low = range.end;
    isOpen = range.end !== undefined;
  }
  if (isOpen) ranges.push({ low, end: undefined });
  return { domain: set.domain, ranges } as ValueSet;
}

/** All values of both; the sets are of one domain. */
export function union(a: ValueSet, b: ValueSet): ValueSet {
  const { domain } = a;
  const ranges = [...a.ranges, ...b.ranges] as ValueRange<OrderedValue>[];
  ranges.sort((x, y) => compareLows(domain, x.low, y.low));
  return { domain, ranges: merge(domain, ranges) } as ValueSet;
}

export function intersection(a: ValueSet, b: ValueSet): ValueSet {
  return complement(union(complement(a), complement(b)));
}

/** Whether a value is in both; the sets are of one domain. */
export function doSetsMeet(a: ValueSet, b: ValueSet): boolean {
  const { domain } = a;
  const first = a.ranges as readonly ValueRange<OrderedValue>[];
  const second = b.ranges as readonly ValueRange<OrderedValue>[];
  for (let i = 0, k = 0; i < first.length && k < second.length; ) {
    const x = first[i] as ValueRange<OrderedValue>;
    const y = second[k] as ValueRange<OrderedValue>;
    if (endsBefore(domain, x, y)) i++;
    else if (endsBefore(domain, y, x)) k++;
    else return true;
  }
  return false;
}

/** Whether all values of `inner` are in `outer`. */
export function isSubset(inner: ValueSet, outer: ValueSet): boolean {
  return !doSetsMeet(inner, complement(outer));
}

export function containsValue(set: ValueSet, value: OrderedValue): boolean {
  const { domain } = set;
  const ranges = set.ranges as readonly ValueRange<OrderedValue>[];
  // The last range that begins at or before the value.
  let from = 0;
  let to = ranges.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const { low } = ranges[middle] as ValueRange<OrderedValue>;
    if (low === undefined || compareValues(domain, low, value) <= 0) from = middle + 1;
    else to = middle;
  }
  if (from === 0) return false;
  const { end } = ranges[from - 1] as ValueRange<OrderedValue>;
  return end === undefined || compareValues(domain, value, end) < 0;
}

/** The values of a set of no more than `most` values; undefined where there are more, or endlessly many. */
export function pointsOf(set: ValueSet, most: number): readonly OrderedValue[] | undefined {
  const points: OrderedValue[] = [];
  for (const { low, end } of set.ranges as readonly ValueRange<OrderedValue>[]) {
    if (low === undefined) return undefined;
    let at: OrderedValue | undefined = low;
    for (; at !== undefined && (end === undefined || compareValues(set.domain, at, end) < 0); ) {
      if (points.length >= most) return undefined;
      points.push(at);
      at = nextValue(set.domain, at);
    }
  }
  return points;
}

export function compareValues(domain: ValueDomain, a: OrderedValue, b: OrderedValue): number {
  switch (domain) {
    case 'integer':
      return INTEGERS.compare(a as bigint, b as bigint);
    case 'float':
      return FLOATS.compare(a as number, b as number);
    case 'bytes':
      return BYTES.compare(a as Uint8Array, b as Uint8Array);
    default:
      return unreachable(domain);
  }
}

export function nextValue(domain: ValueDomain, value: OrderedValue): OrderedValue | undefined {
  switch (domain) {
    case 'integer':
      return INTEGERS.next(value as bigint);
    case 'float':
      return FLOATS.next(value as number);
    case 'bytes':
      return BYTES.next(value as Uint8Array);
    default:
      return unreachable(domain);
  }
}

function compareLows(domain: ValueDomain, a: OrderedValue | undefined, b: OrderedValue | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareValues(domain, a, b);
}

function endsBefore(domain: ValueDomain, a: ValueRange<OrderedValue>, b: ValueRange<OrderedValue>): boolean {
  return a.end !== undefined && b.low !== undefined && compareValues(domain, a.end, b.low) <= 0;
}

/** Ranges in the order of their lows, those that touch made one. */
function merge(domain: ValueDomain, sorted: readonly ValueRange<OrderedValue>[]): ValueRange<OrderedValue>[] {
  const merged: ValueRange<OrderedValue>[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    const doTouch =
      last !== undefined &&
      (last.end === undefined || range.low === undefined || compareValues(domain, range.low, last.end) <= 0);
    if (!doTouch) merged.push(range);
    else if (last.end !== undefined && (range.end === undefined || compareValues(domain, range.end, last.end) > 0)) {
      merged[merged.length - 1] = { low: last.low, end: range.end };
    }
  }
  return merged;
}
