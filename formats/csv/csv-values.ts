/**
 * Numbers, booleans and times from the bytes of a field, without making a string of it. Each gives what tells that
 * there is none: NaN cannot be that for doubles, so that one has a flag.
 */

import { dateMs } from '../text/calendar.ts';

const ZERO = 48;
const MINUS = 45;
const PLUS = 43;
const POINT = 46;
const COLON = 58;

/** No integer: beyond what `parseInteger` gives. */
export const NOT_AN_INTEGER = Number.POSITIVE_INFINITY;

/**
 * An integer of up to 15 digits, exact; NOT_AN_INTEGER for anything else, and for what `BigInt` must look at. `-0` is
 * none: it is a double.
 */
export function parseInteger(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const first = bytes[at] as number;
  const isNegative = first === MINUS;
  if (isNegative || first === PLUS) at++;
  const digits = to - at;
  if (digits <= 0 || digits > 15) return NOT_AN_INTEGER;
  let value = 0;
  for (; at < to; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return NOT_AN_INTEGER;
    value = value * 10 + digit;
  }
  if (!isNegative) return value;
  return value === 0 ? NOT_AN_INTEGER : -value;
}

/** An integer of any length up to 32 digits; undefined for anything else. */
export function parseBigInt(bytes: Uint8Array, from: number, to: number): bigint | undefined {
  const first = bytes[from] as number;
  const start = first === MINUS || first === PLUS ? from + 1 : from;
  if (to - start <= 0 || to - start > 32) return undefined;
  for (let at = start; at < to; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
  }
  const value = BigInt(latin1(bytes, start, to));
  return first === MINUS ? -value : value;
}

const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const LARGEST_EXACT = 2 ** 53;

/** What stands for numbers that have no digits, as Spark and most writers have them. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['+infinity', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
]);

/** The last double that `parseDouble` found. */
export const parsed = { double: 0 };

/**
 * Whether a field is a number, which is `parsed.double` then: digits with a point and an exponent, `NaN`, `Infinity`,
 * `Inf`. Correctly rounded: up to 2^53 and 22 powers of ten by one division, which is exact; the rest by V8's own. What
 * is beyond all doubles, as `1e400`, is none.
 */
export function parseDouble(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  const first = bytes[at] as number;
  const isNegative = first === MINUS;
  if (isNegative || first === PLUS) at++;
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  for (; at < to; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
    digits++;
  }
  if (at < to && bytes[at] === POINT) {
    const point = at++;
    for (; at < to; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
      digits++;
    }
    scale = at - point - 1;
  }
  if (digits === 0) return parseWord(bytes, from, to);
  if (at < to) {
    if (((bytes[at] as number) | 32) !== 0x65) return false;
    const exponent = parseInteger(bytes, at + 1, to);
    if (exponent === NOT_AN_INTEGER && !isMinusZero(bytes, at + 1, to)) return false;
    scale -= exponent === NOT_AN_INTEGER ? 0 : exponent;
  }
  if (mantissa < LARGEST_EXACT && scale >= -22 && scale <= 22) {
    const value = scale >= 0 ? mantissa / (POWERS[scale] as number) : mantissa * (POWERS[-scale] as number);
    parsed.double = isNegative ? -value : value;
    return true;
  }
  parsed.double = Number(latin1(bytes, from, to));
  // Beyond the largest double: infinity would be another value, not a rounded one.
  return Number.isFinite(parsed.double);
}

function parseWord(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < 3 || to - from > 9) return false;
  const value = WORDS.get(latin1(bytes, from, to).toLowerCase());
  if (value === undefined) return false;
  parsed.double = value;
  return true;
}

function isMinusZero(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < 2 || to - from > 15 || bytes[from] !== MINUS) return false;
  for (let at = from + 1; at < to; at++) if (bytes[at] !== ZERO) return false;
  return true;
}

/** 1, 0, or -1 for what is neither `true` nor `false`, in letters of any case. */
export function parseBoolean(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length === 4) return isWord(bytes, from, TRUE) ? 1 : -1;
  return length === 5 && isWord(bytes, from, FALSE) ? 0 : -1;
}

const TRUE = new TextEncoder().encode('true');
const FALSE = new TextEncoder().encode('false');

function isWord(bytes: Uint8Array, from: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (((bytes[from + i] as number) | 32) !== word[i]) return false;
  return true;
}

/** `2026-01-31` as milliseconds since 1970; NaN for anything else, days that no month has included. */
export function parseDate(bytes: Uint8Array, from: number, to: number): number {
  if (to - from !== 10) return Number.NaN;
  if (bytes[from + 4] !== MINUS || bytes[from + 7] !== MINUS) return Number.NaN;
  const year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2);
  return dateMs(year, twoDigits(bytes, from + 5), twoDigits(bytes, from + 8));
}

/** What `parseTimestamp` found besides the time: whether it named a zone, and whether digits of it were dropped. */
export const timestampTraits = { hasZone: false, isExact: true };

/**
 * `2026-01-31T23:59:59.123+01:00` as milliseconds since 1970, NaN for anything else: `T` or a blank between, seconds,
 * fraction (up to nine digits) and zone (`Z`, `+hh`, `+hhmm`, `+hh:mm`) as may be, or a date alone. Without a zone it is
 * counted as UTC. Sets `timestampTraits`.
 */
export function parseTimestamp(bytes: Uint8Array, from: number, to: number): number {
  timestampTraits.hasZone = false;
  timestampTraits.isExact = true;
  const day = parseDate(bytes, from, Math.min(to, from + 10));
  if (to - from <= 10 || Number.isNaN(day)) return day;
  const separator = bytes[from + 10] as number;
  if ((separator !== 0x54 && separator !== 0x20) || to - from < 16 || bytes[from + 13] !== COLON) return Number.NaN;
  const hour = twoDigits(bytes, from + 11);
  const minute = twoDigits(bytes, from + 14);
  let at = from + 16;
  let second = 0;
  let millis = 0;
  if (at < to && bytes[at] === COLON) {
    if (to - at < 3) return Number.NaN;
    second = twoDigits(bytes, at + 1);
    at += 3;
    if (at < to && bytes[at] === POINT) {
      const first = ++at;
      let weight = 100;
      for (; at < to; at++) {
        const digit = (bytes[at] as number) - ZERO;
        if (digit < 0 || digit > 9) break;
        if (weight >= 1) millis += digit * weight;
        else if (digit !== 0) timestampTraits.isExact = false;
        weight = weight >= 10 ? weight / 10 : 0;
      }
      if (at === first || at - first > 9) return Number.NaN;
    }
  }
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
  const zone = at < to ? zoneMs(bytes, at, to) : 0;
  return day + hour * 3_600_000 + minute * 60_000 + second * 1000 + millis - zone;
}

function zoneMs(bytes: Uint8Array, from: number, to: number): number {
  timestampTraits.hasZone = true;
  const first = bytes[from] as number;
  if ((first | 32) === 0x7a) return to - from === 1 ? 0 : Number.NaN;
  if (first !== PLUS && first !== MINUS) return Number.NaN;
  const length = to - from;
  const hasColon = length === 6 && bytes[from + 3] === COLON;
  if (length !== 3 && length !== 5 && !hasColon) return Number.NaN;
  const hours = twoDigits(bytes, from + 1);
  const minutes = length === 3 ? 0 : twoDigits(bytes, hasColon ? from + 4 : from + 3);
  if (!(hours <= 18 && minutes <= 59)) return Number.NaN;
  return (first === MINUS ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** NaN unless both are digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - ZERO;
  const ones = (bytes[at + 1] as number) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}
