/**
 * From what JSON says to the values of a schema's types. A value of another type is null and marks its record as bad;
 * what is missing is null, too.
 */
import { CairnError, describeValue } from '../../lib/base/errors.ts';
import { unreachable } from '../../lib/base/invariant.ts';
import { parseDate, parseTimestamp, timestampTraits } from '../csv/csv-values.ts';
import type { ScalarType } from '../text/text-type.ts';
import type { TimePattern } from '../text/time-pattern.ts';

/** What becomes of a record while it is converted. */
export interface RecordState {
  /** The place of the first value that is of no use, such as `a.b`; undefined for a sound record. */
  bad: string | undefined;
  /** Fields that no schema names are of no use either. */
  readonly refusesUnknown: boolean;
}

export interface JsonValueOptions {
  readonly dateFormat: TimePattern | undefined;
  readonly timestampFormat: TimePattern | undefined;
  /** The fields of a record are those that were asked for: others there may be. */
  readonly isSelection: boolean;
}

export type Convert = (value: unknown, state: RecordState) => unknown;

/** Marks the record. */
export function markBad(state: RecordState, place: string, expected: string, value: unknown): null {
  state.bad ??= `'${place}' is ${expected}, found ${describeValue(value)}`;
  return null;
}

const WORDS: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);
const INT32_LIMIT = 2 ** 31;

/** `place` is where the values are: `a.b` or `a[]`. */
export function scalarConverter(type: ScalarType, place: string, options: JsonValueOptions): Convert {
  const orNull =
    (convert: (value: NonNullable<unknown>) => unknown): Convert =>
    (value, state) => {
      if (value === null || value === undefined) return null;
      const found = convert(value);
      return found === undefined ? markBad(state, place, type, value) : found;
    };
  switch (type) {
    case 'string':
      return orNull((value) => (typeof value === 'string' ? value : isBeyond(value) ? undefined : textOf(value)));
    case 'boolean':
      return orNull((value) => (typeof value === 'boolean' ? value : undefined));
    case 'int32':
      return orNull((value) =>
        typeof value === 'number' && Number.isInteger(value) && value >= -INT32_LIMIT && value < INT32_LIMIT
          ? value
          : undefined,
      );
    case 'int64':
      return orNull((value) => {
        if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
        if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) return undefined;
        throw notExact(place, String(value), 'a number', "read the field as 'bigint', or as 'string', with 'schema'");
      });
    case 'bigint':
      return orNull((value) => {
        if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
        return typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? value : undefined;
      });
    case 'double':
      return orNull((value) => {
        if (typeof value === 'number' || typeof value === 'bigint') {
          const number = Number(value);
          return isBeyond(number) ? undefined : number;
        }
        return typeof value === 'string' && WORDS.has(value) ? Number(value) : undefined;
      });
    case 'date':
      return orNull((value) => timeOf(value, place, options.dateFormat, parseDate));
    case 'timestamp':
      return orNull((value) => timeOf(value, place, options.timestampFormat, parseTimestamp));
    default:
      return unreachable(type);
  }
}

function timeOf(
  value: NonNullable<unknown>,
  place: string,
  pattern: TimePattern | undefined,
  parse: (bytes: Uint8Array, from: number, to: number) => number,
): Date | undefined {
  if (typeof value !== 'string') return undefined;
  timestampTraits.isExact = true;
  const bytes = pattern === undefined ? Buffer.from(value, 'latin1') : undefined;
  const ms = bytes === undefined ? (pattern?.parse(value) ?? Number.NaN) : parse(bytes, 0, bytes.length);
  if (Number.isNaN(ms)) return undefined;
  if (timestampTraits.isExact) return new Date(ms);
  throw notExact(place, value, 'a Date', "read the field as 'string', with 'schema'");
}

function notExact(column: string, value: string, target: string, remedy: string): CairnError {
  return new CairnError('VALUE_NOT_EXACT', { column, value, target, remedy });
}

/** Whether it is a number such as `1e400`, which became infinity when it was parsed, and must not pass for it. */
function isBeyond(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

/** A value as JSON again; bigints as the digits they came from, numbers beyond all doubles as one that is, too. */
function textOf(value: NonNullable<unknown>): string {
  if (typeof value === 'bigint') return String(value);
  if (isBeyond(value)) return value === Number.POSITIVE_INFINITY ? '1e999' : '-1e999';
  if (Array.isArray(value)) return `[${value.map((each) => textOrNull(each)).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${textOrNull(each)}`);
  return `{${fields.join(',')}}`;
}

function textOrNull(value: unknown): string {
  return value === null || value === undefined
    ? 'null'
    : typeof value === 'string'
      ? JSON.stringify(value)
      : textOf(value);
}
