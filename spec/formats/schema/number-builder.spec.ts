import { describe, expect, it } from 'vitest';
import { parseType } from '../../../formats/schema/parse-type.ts';
import { vectorBuilder } from '../../../formats/schema/vector-builder.ts';
import { vectorValues } from '../../support/vector-values.ts';

const built = (type: string, ...values: readonly unknown[]) => {
  const builder = vectorBuilder(parseType(type), 'c', 'Parquet');
  for (const value of values) builder.add(value);
  return vectorValues(builder.take());
};
const refused = (type: string, value: unknown) => {
  try {
    built(type, value);
    return 'taken';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

describe('vectors of numbers', () => {
  it('hold what is given, and nothing for null and undefined', () => {
    expect(built('int8', -128, null, 127, 5n)).toEqual([-128, null, 127, 5]);
    expect(built('uint32', 2 ** 32 - 1, undefined, -0)).toEqual([2 ** 32 - 1, null, 0]);
    expect(built('int64', 1, 2n ** 63n - 1n, -(2 ** 53 - 1))).toEqual([1n, 2n ** 63n - 1n, -(2n ** 53n - 1n)]);
    expect(built('uint64', 2n ** 64n - 1n, 0)).toEqual([2n ** 64n - 1n, 0n]);
    expect(built('double', -0, Number.NaN, 0.1)).toEqual([-0, Number.NaN, 0.1]);
    expect(built('float', 0.5, Number.NaN, Number.NEGATIVE_INFINITY)).toEqual([
      0.5,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(built('float16', 65504, 2 ** -24, -0, Number.POSITIVE_INFINITY)).toEqual([
      ...[65504, 2 ** -24, -0, Number.POSITIVE_INFINITY],
    ]);
    expect(built('boolean', true, null, false)).toEqual([true, null, false]);
    expect(built('null', null, undefined)).toEqual([null, null]);
  });

  it('hold dates as days, times and timestamps in their unit', () => {
    expect(built('date', new Date('1969-12-31'), new Date(0))).toEqual([-1, 0]);
    expect(built('time(millis)', 86_399_999, 1n)).toEqual([86_399_999, 1]);
    expect(built('time(nanos)', 0, 86_399_999_999_999n)).toEqual([0n, 86_399_999_999_999n]);
    const at = new Date(-1);
    expect(built('timestamp', at, 5n)).toEqual([-1n, 5n]);
    expect(built('timestamp(micros)', at)).toEqual([-1000n]);
    expect(built('timestamp(nanos, zone)', at, new Date(9e12))).toEqual([-1_000_000n, 9_000_000_000_000_000_000n]);
  });

  it('keep what is there apart from what is not, however many there are', () => {
    const values = Array.from({ length: 5000 }, (_, i) => (i > 2000 && i % 7 === 0 ? null : i));
    expect(built('int32', ...values)).toEqual(values);
    expect(built('int64', null, ...values)).toEqual([
      null,
      ...values.map((each) => (each === null ? null : BigInt(each))),
    ]);
  });

  it.each([
    ['int8', 128],
    ['int32', 1.5],
    ['int32', 2n ** 40n],
    ['uint8', -1],
    ['int64', 2 ** 53],
    ['int64', 2n ** 63n],
    ['uint64', -1],
    ['int64', Number.NaN],
    ['float', 0.1],
    ['float16', 65505],
    ['float16', 2 ** -25],
    ['date', new Date(1)],
    ['time(millis)', 86_400_000],
    ['time(micros)', -1],
    ['timestamp(nanos)', new Date(8.64e15)],
  ])('refuse for %s what it cannot hold exactly: %s', (type, value) => {
    expect(refused(type, value)).toBe('VALUE_NOT_EXACT');
  });

  it.each([
    ['boolean', 1],
    ['null', 0],
    ['int32', '1'],
    ['int64', true],
    ['double', 1n],
    ['double', '0.5'],
    ['date', 5],
    ['date', '2024-01-01'],
    ['date', {}],
    ['timestamp', 5],
    ['timestamp', new Date(Number.NaN)],
    ['time(micros)', new Date(0)],
  ])('refuse for %s what is of another type: %s', (type, value) => {
    expect(refused(type, value)).toBe('ROW_NOT_WRITABLE');
  });
});
