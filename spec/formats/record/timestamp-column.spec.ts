import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateColumn, timestampColumn } from '../../../formats/record/timestamp-column.ts';
import type { TimeUnit } from '../../../formats/schema/data-type.ts';

const PER_MILLI = { millis: 1n, micros: 1000n, nanos: 1_000_000n } as const;
const inexact = expect.objectContaining({ code: 'VALUE_NOT_EXACT' });

function millisOf(value: bigint, unit: TimeUnit, mode: 'date' | 'truncate', nulls?: Uint8Array): number {
  const type = { kind: 'timestamp', unit, withZone: true } as const;
  const lanes = new Int32Array(BigInt64Array.of(value).buffer);
  return timestampColumn(
    { layout: 'int64', type, length: 1, lanes, validity: undefined, nullCount: 0 },
    type,
    mode,
    nulls,
    'a',
  ).values[0] as number;
}

function dayOf(day: number, nulls?: Uint8Array): number {
  const vector = {
    layout: 'number',
    type: { kind: 'date' },
    length: 1,
    values: Int32Array.of(day),
    validity: undefined,
    nullCount: 0,
  } as const;
  return dateColumn(vector, nulls, 'a').values[0] as number;
}

describe('timestamps as dates', () => {
  it.each(['millis', 'micros', 'nanos'] as const)('are exact to the ends of what a Date holds, in %s', (unit) => {
    const most = unit === 'nanos' ? (2n ** 63n - 1n) / 1_000_000n : 8_640_000_000_000_000n;
    fc.assert(
      fc.property(fc.bigInt({ min: -most, max: most }), (millis) => {
        expect(millisOf(millis * PER_MILLI[unit], unit, 'date')).toBe(Number(millis));
      }),
      { seed: 3, examples: [[0n], [most], [-most], [1n], [-1n], [2n ** 32n], [-(2n ** 32n)]] },
    );
  });

  it('are refused with a part of a millisecond, or truncated towards the past', () => {
    for (const [unit, value] of [
      ['micros', 1_500n],
      ['micros', -1n],
      ['nanos', 1n],
      ['nanos', -999_999n],
    ] as const) {
      expect(() => millisOf(value, unit, 'date')).toThrow(inexact);
      expect(millisOf(value, unit, 'date', Uint8Array.of(1))).toBeTypeOf('number');
    }
    expect(millisOf(1_500n, 'micros', 'truncate')).toBe(1);
    expect(millisOf(-1n, 'micros', 'truncate')).toBe(-1);
    expect(millisOf(-999_999n, 'nanos', 'truncate')).toBe(-1);
  });

  it('are refused beyond what a Date holds', () => {
    for (const mode of ['date', 'truncate'] as const) {
      expect(() => millisOf(8_640_000_000_000_001n, 'millis', mode)).toThrow(inexact);
      expect(() => millisOf(2n ** 63n - 1n, 'millis', mode)).toThrow(inexact);
      expect(() => millisOf(-(2n ** 63n), 'micros', mode)).toThrow(inexact);
    }
  });
});

describe('days as dates', () => {
  it('are midnight in UTC', () => {
    expect(dayOf(0)).toBe(0);
    expect(new Date(dayOf(-719_162)).toISOString()).toBe('0001-01-01T00:00:00.000Z');
    expect(dayOf(100_000_000)).toBe(8.64e15);
  });

  it('are refused beyond what a Date holds, unless they are missing', () => {
    expect(() => dayOf(100_000_001)).toThrow(inexact);
    expect(() => dayOf(-(2 ** 31))).toThrow(inexact);
    expect(dayOf(2 ** 31 - 1, Uint8Array.of(1))).toBeTypeOf('number');
  });
});
