/**
 * How a read is cut into partitions by the values of a column, with Spark's arithmetic (`JDBCRelation.columnPartition`):
 * bounds say where to cut, and filter nothing. The first partition has all that is below its end, and the rows without
 * a value; the last one all that is above its beginning.
 */
import { CairnError } from '../../lib/base/errors.ts';

/** What bounds count: whole numbers, days since 1970, or milliseconds since then. */
export type StrideUnit = 'integer' | 'date' | 'timestamp';

export interface ColumnStride {
  readonly column: string;
  readonly unit: StrideUnit;
  readonly lowerBound: bigint;
  readonly upperBound: bigint;
  readonly numPartitions: number;
}

/** A range of the column's values; undefined is without an end. `low` is in it, `end` is not. */
export interface StridePart {
  readonly low: bigint | undefined;
  readonly end: bigint | undefined;
  readonly withNulls: boolean;
}

const DIGITS = 18n;
const SCALE = 10n ** DIGITS;

/**
 * The parts, one a partition; a single one without limits where there is nothing to cut. There are fewer than asked for
 * where the bounds are closer to each other. Raises INVALID_ARGUMENT where the lower bound is the higher one.
 */
export function strideParts({ column, lowerBound, upperBound, numPartitions }: ColumnStride): readonly StridePart[] {
  if (lowerBound > upperBound) {
    throw new CairnError('INVALID_ARGUMENT', {
      method: 'database',
      argument: 'partition.lowerBound',
      expected: `at most the upper bound of '${column}', ${upperBound}`,
      found: String(lowerBound),
    });
  }
  const distance = upperBound - lowerBound;
  const count = distance >= BigInt(numPartitions) ? BigInt(numPartitions) : distance;
  if (count <= 1n) return [{ low: undefined, end: undefined, withNulls: true }];
  // Both with 18 digits after the point, as Spark has them: the cuts are the same, digit for digit.
  const precise = divideRounded(upperBound * SCALE, count) - divideRounded(lowerBound * SCALE, count);
  const stride = precise / SCALE;
  const lost = divideRounded((precise - stride * SCALE) * count, stride);
  // What is lost by whole strides is shared by both ends.
  const shift = roundHalfUp((lost * stride) / 2n);
  const parts: StridePart[] = [];
  let low = lowerBound + shift;
  for (let i = 0n; i < count; i++) {
    const end = low + stride;
    parts.push({
      low: i === 0n ? undefined : low,
      end: i === count - 1n ? undefined : end,
      withNulls: i === 0n,
    });
    low = end;
  }
  return parts;
}

/** `numerator / denominator`, which is positive, to the nearest integer, ties to the even one. */
function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const isAway = twice > denominator || (twice === denominator && quotient % 2n !== 0n);
  if (!isAway) return quotient;
  return rest < 0n ? quotient - 1n : quotient + 1n;
}

function roundHalfUp(scaled: bigint): bigint {
  return (scaled + SCALE / 2n) / SCALE;
}

/** A bound as its column shows it: digits, `2026-11-20`, or `2026-11-20 10:00:00.000`. */
export function boundText(unit: StrideUnit, value: bigint): string {
  if (unit === 'integer') return String(value);
  const at = new Date(Number(unit === 'date' ? value * 86_400_000n : value)).toISOString();
  return unit === 'date' ? at.slice(0, 10) : at.slice(0, -1).replace('T', ' ');
}
