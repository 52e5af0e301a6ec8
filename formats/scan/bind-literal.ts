/**
 * Where a value of a predicate stands among the values of a column: exactly, also where the column cannot hold it. 2.5
 * stands between the integers 2 and 3, so that `x > 2.5` is `x >= 3`, and no integer equals it; a Date at noon stands
 * between two days.
 *
 * | column                 | compared with                                                                         |
 * | ---------------------- | ------------------------------------------------------------------------------------- |
 * | int, float             | number, bigint                                                                        |
 * | decimal                | number, bigint, or text: `'12.50'`                                                    |
 * | date                   | Date (its day in UTC, and what is beyond), or text: `'2001-06-30'`                    |
 * | timestamp              | Date, text: `'2001-06-30'`, `'2001-06-30 12:00:00.5'`, `'2001-06-30T12:00:00+02:00'`, |
 * |                        | in UTC where it names no zone, or a bigint of the column's units                      |
 * | time                   | text: `'12:30:00.5'`, or a number of the column's units                               |
 * | string, uuid           | string                                                                                |
 * | binary                 | Uint8Array                                                                            |
 * | boolean                | boolean                                                                               |
 */
import { isWellFormed } from '../bytes/text.ts';
import type { DataType, TimeUnit } from '../schema/data-type.ts';
import type { ScanValue } from './scan-predicate.ts';
import { BYTES, FLOATS, type OrderedValue, type ValueDomain } from './value-set.ts';

/**
 * The least value of the column at or above the literal, and the least one above it: the same where the column has no
 * such value. Undefined is beyond all values.
 */
export interface LiteralPlace {
  readonly from: OrderedValue | undefined;
  readonly to: OrderedValue | undefined;
}

/** The order in which the values of a type are compared; undefined for those that are not. */
export function domainOf(type: DataType): ValueDomain | undefined {
  switch (type.kind) {
    case 'boolean':
    case 'int':
    case 'decimal':
    case 'date':
    case 'time':
    case 'timestamp':
      return 'integer';
    case 'float':
      return 'float';
    case 'string':
    case 'binary':
    case 'uuid':
      return 'bytes';
    default:
      return undefined;
  }
}

/** What values of a type are compared with, for messages. */
export function comparableWith(type: DataType): string {
  switch (type.kind) {
    case 'boolean':
      return 'true or false';
    case 'int':
    case 'float':
      return 'a number or bigint';
    case 'decimal':
      return "a number, a bigint, or text such as '12.50'";
    case 'date':
      return "a Date, or text such as '2001-06-30'";
    case 'time':
      return "text such as '12:30:00.5', or a number of its units";
    case 'timestamp':
      return "a Date, or text such as '2001-06-30 12:00:00' or '2001-06-30T12:00:00.5+02:00', in UTC where it names no zone";
    case 'string':
      return 'a string of whole characters';
    case 'uuid':
      return "text such as '123e4567-e89b-12d3-a456-426614174000'";
    case 'binary':
      return 'a Uint8Array';
    default:
      return 'isNull() and isNotNull() alone';
  }
}

/** Where a literal stands among the values of `type`; undefined where it is of no kind that they are compared with. */
export function placeLiteral(type: DataType, value: ScanValue): LiteralPlace | undefined {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? integerPlace(value ? 1n : 0n) : undefined;
    case 'int':
      return typeof value === 'number' || typeof value === 'bigint' ? placeNumber(value) : undefined;
    case 'float':
      return typeof value === 'number' || typeof value === 'bigint' ? placeFloat(value) : undefined;
    case 'decimal':
      return placeDecimal(value, type.scale);
    case 'date':
      return placeInstant(value, NANOS_PER_DAY);
    case 'timestamp':
      return typeof value === 'bigint' ? integerPlace(value) : placeInstant(value, NANOS_PER_UNIT[type.unit]);
    case 'time':
      if (typeof value === 'number' || typeof value === 'bigint') return placeNumber(value);
      return placeTime(value, NANOS_PER_UNIT[type.unit]);
    case 'string':
      return typeof value === 'string' && isWellFormed(value) ? bytesPlace(Buffer.from(value)) : undefined;
    case 'binary':
      return value instanceof Uint8Array ? bytesPlace(value) : undefined;
    case 'uuid':
      return placeUuid(value);
    default:
      return undefined;
  }
}

/** Below and above every integer that a column holds: decimals have 256 bits at most. */
const BELOW_ALL = -(2n ** 300n);
const ABOVE_ALL = 2n ** 300n;

const NANOS_PER_UNIT: Readonly<Record<TimeUnit, bigint>> = { millis: 1_000_000n, micros: 1000n, nanos: 1n };
const NANOS_PER_DAY = 86_400_000_000_000n;

function integerPlace(value: bigint): LiteralPlace {
  return { from: value, to: value + 1n };
}

function bytesPlace(value: Uint8Array): LiteralPlace {
  return { from: value, to: BYTES.next(value) };
}

/** Where `numerator / denominator` stands among integers. */
function fractionPlace(numerator: bigint, denominator: bigint): LiteralPlace {
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  if (rest === 0n) return integerPlace(quotient);
  const above = rest < 0n ? quotient : quotient + 1n;
  return { from: above, to: above };
}

function outside(isAbove: boolean): LiteralPlace {
  return isAbove ? { from: ABOVE_ALL, to: ABOVE_ALL } : { from: BELOW_ALL, to: BELOW_ALL };
}

function placeNumber(value: number | bigint): LiteralPlace {
  if (typeof value === 'bigint') return integerPlace(value);
  // NaN is above all numbers.
  if (!Number.isFinite(value)) return outside(value !== Number.NEGATIVE_INFINITY);
  const floor = Math.floor(value);
  return floor === value ? integerPlace(BigInt(value)) : { from: BigInt(floor) + 1n, to: BigInt(floor) + 1n };
}

function placeFloat(value: number | bigint): LiteralPlace {
  if (typeof value === 'number') return { from: value, to: FLOATS.next(value) };
  const near = Number(value);
  if (near === Number.POSITIVE_INFINITY) return { from: near, to: near };
  const isBelow = near === Number.NEGATIVE_INFINITY || BigInt(near) < value;
  if (isBelow) return { from: FLOATS.next(near), to: FLOATS.next(near) };
  return BigInt(near) === value ? { from: near, to: FLOATS.next(near) } : { from: near, to: near };
}

/** More digits or zeros than any decimal has: a typing mistake, and a way to make this slow. */
const MAX_EXPONENT = 400;

function placeDecimal(value: ScanValue, scale: number): LiteralPlace | undefined {
  if (typeof value === 'bigint') return integerPlace(value * 10n ** BigInt(scale));
  if (typeof value === 'number' && !Number.isFinite(value)) return outside(value !== Number.NEGATIVE_INFINITY);
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const match = /^([+-]?)(\d{0,400})(?:\.(\d{0,400}))?(?:[eE]([+-]?\d{1,4}))?$/.exec(String(value));
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole.length + fraction.length === 0 || Math.abs(Number(exponent)) > MAX_EXPONENT) return undefined;
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n);
  const shift = scale + Number(exponent) - fraction.length;
  return shift >= 0 ? integerPlace(digits * 10n ** BigInt(shift)) : fractionPlace(digits, 10n ** BigInt(-shift));
}

const DATE_TIME =
  /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?$/;

function placeInstant(value: ScanValue, nanosPerUnit: bigint): LiteralPlace | undefined {
  if (value instanceof Date) {
    const millis = value.getTime();
    return Number.isNaN(millis) ? undefined : fractionPlace(BigInt(millis) * 1_000_000n, nanosPerUnit);
  }
  if (typeof value !== 'string') return undefined;
  const match = DATE_TIME.exec(value);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const millis = Date.UTC(2000, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(millis);
  // Not given to Date.UTC: it takes years below 100 for those of the 20th century.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const isReal =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    date.getUTCHours() === Number(hour) &&
    date.getUTCMinutes() === Number(minute) &&
    date.getUTCSeconds() === Number(second);
  const offset = offsetOf(zone);
  if (!isReal || offset === undefined) return undefined;
  return fractionPlace(BigInt(date.getTime() - offset) * 1_000_000n + nanosOf(fraction), nanosPerUnit);
}

/** How many milliseconds a zone is ahead of UTC; undefined where there is none such. */
function offsetOf(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  // Java's limit; no zone in use is beyond 14 hours.
  if (minutes > 59 || hours * 60 + minutes > 18 * 60) return undefined;
  return (hours * 60 + minutes) * (zone.startsWith('-') ? -60_000 : 60_000);
}

function placeTime(value: ScanValue, nanosPerUnit: bigint): LiteralPlace | undefined {
  const match = typeof value === 'string' ? /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/.exec(value) : null;
  if (match === null) return undefined;
  const [, hour, minute, second = '0', fraction = ''] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const seconds = BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second));
  return fractionPlace(seconds * 1_000_000_000n + nanosOf(fraction), nanosPerUnit);
}

function nanosOf(fraction: string): bigint {
  return BigInt(fraction.padEnd(9, '0'));
}

function placeUuid(value: ScanValue): LiteralPlace | undefined {
  const isUuid = typeof value === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
  return isUuid ? bytesPlace(Buffer.from(value.replaceAll('-', ''), 'hex')) : undefined;
}
