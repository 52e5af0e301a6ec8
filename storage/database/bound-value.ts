/**
 * The limits of ranges of values as a database takes them. Ranges are half open, `[low, end)`, over bigints in the
 * column's unit, doubles, or bytes; what follows `x` among bytes is `x` and a zero byte, so that a limit that ends in one
 * is said as "above x" and "up to x".
 */

import { decimalText } from '../../formats/record/decimal-column.ts';
import type { OrderedValue } from '../../formats/scan/value-set.ts';
import type { DataType, TimeUnit } from '../../formats/schema/data-type.ts';
import { unreachable } from '../../lib/base/invariant.ts';
import type { DialectName } from './database-settings.ts';
import type { LiteralValue } from './sql-dialect.ts';
import type { TableColumn } from './table-column.ts';

/** `all` and `none` of the column's values are within; undefined where the database cannot be told. */
export type Limit =
  | { readonly operator: '=' | '>' | '>=' | '<' | '<='; readonly value: LiteralValue }
  | 'all'
  | 'none'
  | undefined;

/** The rows whose value is exactly this one. */
export function pointLimit(dialect: DialectName, column: TableColumn, value: OrderedValue): Limit {
  switch (column.order) {
    case 'boolean':
    case 'integer':
    case 'decimal': {
      const range = integerRange(column.field.type);
      const number = value as bigint;
      return number < range.min || number > range.max ? 'none' : { operator: '=', value: integerValue(column, number) };
    }
    case 'float': {
      const number = value as number;
      return isOfFloats(dialect, number) ? { operator: '=', value: number } : 'none';
    }
    case 'date':
    case 'timestamp':
      return said('=', instantText(column.field.type, value as bigint));
    case 'uuid':
      return said('=', uuidText(value as Uint8Array));
    case 'text':
    case 'equality':
      if (dialect === 'postgres' && (value as Uint8Array).includes(0)) return 'none';
      return said('=', textValue(dialect, value as Uint8Array));
    case 'binary':
      return { operator: '=', value: value as Uint8Array };
    case 'none':
      return undefined;
    default:
      return unreachable(column.order);
  }
}

/** The rows whose value is `low` or above. */
export function lowLimit(dialect: DialectName, column: TableColumn, low: OrderedValue): Limit {
  switch (column.order) {
    case 'boolean':
    case 'integer':
    case 'decimal': {
      const { min, max } = integerRange(column.field.type);
      const number = low as bigint;
      if (number <= min) return 'all';
      return number > max ? 'none' : { operator: '>=', value: integerValue(column, number) };
    }
    case 'float': {
      const number = low as number;
      if (isOfFloats(dialect, number)) return { operator: '>=', value: number };
      return number === Number.NEGATIVE_INFINITY ? 'all' : 'none';
    }
    case 'date':
    case 'timestamp':
      return said('>=', instantText(column.field.type, low as bigint));
    default:
      return bytesLimit(dialect, column, low as Uint8Array, '>', '>=');
  }
}

/** The rows whose value is below `end`. */
export function endLimit(dialect: DialectName, column: TableColumn, end: OrderedValue): Limit {
  switch (column.order) {
    case 'boolean':
    case 'integer':
    case 'decimal': {
      const { min, max } = integerRange(column.field.type);
      const number = end as bigint;
      if (number > max) return 'all';
      return number <= min ? 'none' : { operator: '<', value: integerValue(column, number) };
    }
    case 'float': {
      const number = end as number;
      if (isOfFloats(dialect, number)) return { operator: '<', value: number };
      return number === Number.NEGATIVE_INFINITY ? 'none' : 'all';
    }
    case 'date':
    case 'timestamp':
      return said('<', instantText(column.field.type, end as bigint));
    default:
      return bytesLimit(dialect, column, end as Uint8Array, '<=', '<');
  }
}

/** `afterwards` is said of the bytes before a zero that ends them. */
function bytesLimit(
  dialect: DialectName,
  { order }: TableColumn,
  bytes: Uint8Array,
  afterwards: '>' | '<=',
  operator: '>=' | '<',
): Limit {
  if (order === 'binary') return { operator, value: bytes };
  if (order === 'uuid') {
    if (bytes.length === 17 && bytes[16] === 0) return said(afterwards, uuidText(bytes.subarray(0, 16)));
    return said(operator, uuidText(bytes));
  }
  if (order !== 'text') return undefined;
  const endsInZero = bytes.at(-1) === 0;
  const named = endsInZero ? bytes.subarray(0, -1) : bytes;
  if (dialect === 'postgres' && named.includes(0)) return undefined;
  return said(endsInZero ? afterwards : operator, textValue(dialect, named));
}

function said(operator: '=' | '>' | '>=' | '<' | '<=', value: LiteralValue | undefined): Limit {
  return value === undefined ? undefined : { operator, value };
}

function integerRange(type: DataType): { readonly min: bigint; readonly max: bigint } {
  if (type.kind === 'boolean') return { min: 0n, max: 1n };
  if (type.kind === 'decimal') {
    const max = 10n ** BigInt(type.precision) - 1n;
    return { min: -max, max };
  }
  const { bits, signed } = type.kind === 'int' ? type : { bits: 64, signed: true };
  if (!signed) return { min: 0n, max: 2n ** BigInt(bits) - 1n };
  return { min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n };
}

function integerValue({ order, field }: TableColumn, value: bigint): LiteralValue {
  if (order === 'boolean') return value === 1n;
  return field.type.kind === 'decimal' ? decimalText(value, field.type.scale) : value;
}

/** SQLite keeps no NaN, MySQL neither that nor infinities. */
function isOfFloats(dialect: DialectName, value: number): boolean {
  if (dialect === 'postgres') return true;
  return dialect === 'sqlite' ? !Number.isNaN(value) : Number.isFinite(value);
}

const UNITS_PER_DAY: Readonly<Record<TimeUnit, bigint>> = {
  millis: 86_400_000n,
  micros: 86_400_000_000n,
  nanos: 86_400_000_000_000n,
};
/** Years 1 to 9999, which all databases write alike. */
const MIN_DAY = -719_162n;
const MAX_DAY = 2_932_896n;

/** A moment of a date or a timestamp as text, in UTC; undefined outside the years 1 to 9999. */
export function instantText(type: DataType, value: bigint): string | undefined {
  const perDay = type.kind === 'timestamp' ? UNITS_PER_DAY[type.unit] : 1n;
  const rest = ((value % perDay) + perDay) % perDay;
  const day = (value - rest) / perDay;
  if (day < MIN_DAY || day > MAX_DAY) return undefined;
  const date = new Date(Number(day) * 86_400_000).toISOString().slice(0, 10);
  if (type.kind !== 'timestamp') return date;
  const perSecond = perDay / 86_400n;
  const seconds = Number(rest / perSecond);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = String(rest % perSecond).padStart(String(perSecond).length - 1, '0');
  const zone = type.withZone ? '+00' : '';
  return `${date} ${clock.map((each) => String(each).padStart(2, '0')).join(':')}.${fraction}${zone}`;
}

function uuidText(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 16) return undefined;
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as the text that they are; undefined where they are none, as those after the last text with a prefix may be. */
function textValue(dialect: DialectName, bytes: Uint8Array): LiteralValue | undefined {
  if (dialect === 'mysql') return bytes;
  try {
    const text = UTF8.decode(bytes);
    // What stands for bytes that are no text, too: they would be compared as they are.
    return text.includes('\ufffd') ? undefined : text;
  } catch {
    return undefined;
  }
}
