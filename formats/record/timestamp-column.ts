/** Dates and timestamps of files as JS dates: milliseconds since the epoch, each within what a Date holds. */
import type { DateColumn, NullMarks } from '../schema/batch.ts';
import type { TimestampType } from '../schema/data-type.ts';
import { bigInts, type Int64Vector, type NumberVector } from '../schema/vector.ts';
import { notExact } from './not-exact.ts';

/** The first and last millisecond of a Date. */
const MAX_MILLIS = 8.64e15;
const MILLIS_A_DAY = 86_400_000;

/** Midnight in UTC of each day. Raises `VALUE_NOT_EXACT` for days that no Date has. */
export function dateColumn(vector: NumberVector, nulls: NullMarks | undefined, path: string): DateColumn {
  const { length } = vector;
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const day = vector.values[i] as number;
    const millis = day * MILLIS_A_DAY;
    if (Math.abs(millis) > MAX_MILLIS && !isNull(nulls, i)) {
      throw notExact(path, `${day} days after 1970-01-01`, 'a Date', 'read other columns of the file');
    }
    values[i] = millis;
  }
  return { kind: 'date', values, nulls };
}

/**
 * Raises `VALUE_NOT_EXACT` for timestamps that no Date has and, unless they are to be truncated, for those with a part
 * of a millisecond.
 */
export function timestampColumn(
  vector: Int64Vector,
  type: TimestampType,
  mode: 'date' | 'truncate',
  nulls: NullMarks | undefined,
  path: string,
): DateColumn {
  const { lanes, length } = vector;
  const divisor = type.unit === 'millis' ? 1 : type.unit === 'micros' ? 1000 : 1_000_000;
  // high * 2^32 + low, divided without a bigint: 2^32 is `whole * divisor + rest`, and nothing below reaches 2^53
  // as long as the result is within a Date.
  const whole = Math.floor(2 ** 32 / divisor);
  const rest = 2 ** 32 - whole * divisor;
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const high = lanes[2 * i + 1] as number;
    const below = high * rest + ((lanes[2 * i] as number) >>> 0);
    const quotient = Math.floor(below / divisor);
    const millis = high * whole + quotient;
    const isExact = mode === 'truncate' || quotient * divisor === below;
    if ((!isExact || Math.abs(millis) > MAX_MILLIS) && !isNull(nulls, i)) {
      const value = `${bigInts(vector)[i] as bigint} ${type.unit} after 1970`;
      const remedy = "read it with timestamp: 'bigint', or with 'truncate' to drop what is below a millisecond";
      throw notExact(path, value, 'a Date', remedy);
    }
    values[i] = millis;
  }
  return { kind: 'date', values, nulls };
}

function isNull(nulls: NullMarks | undefined, i: number): boolean {
  return nulls !== undefined && nulls[i] !== 0;
}
