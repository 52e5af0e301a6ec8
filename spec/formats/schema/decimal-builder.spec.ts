import { describe, expect, it } from 'vitest';
import { DecimalBuilder } from '../../../formats/schema/decimal-builder.ts';
import { vectorValues } from '../../support/vector-values.ts';

const builder = (precision: number, scale: number) =>
  new DecimalBuilder({ kind: 'decimal', precision, scale }, 'c', 'Parquet');
const built = (precision: number, scale: number, ...values: readonly unknown[]) => {
  const decimals = builder(precision, scale);
  for (const value of values) decimals.add(value);
  return vectorValues(decimals.take());
};

describe('vectors of decimals', () => {
  it('hold text, bigints and numbers exactly, in as many words as they need', () => {
    expect(built(9, 2, '-1.50', 2n, 0.25, '1e3', null, '.5', ' +7. ')).toEqual([-150, 200, 25, 100_000, null, 50, 700]);
    expect(built(18, 4, '99999999999999.9999', '-0')).toEqual([999_999_999_999_999_999n, 0n]);
    expect(built(38, 10, '-9999999999999999999999999999.9999999999')).toEqual([-(10n ** 38n - 1n)]);
    expect(built(76, 0, `${10n ** 76n - 1n}`, '-1')).toEqual([10n ** 76n - 1n, -1n]);
    expect(built(9, 0, '1.000', '1200e-2', '0e999')).toEqual([1, 12, 0]);
  });

  it.each(['1.005', '10000000', '-10000000.00', '1e8', '1e9999', 0.001, 10n ** 7n])(
    'refuse digits too many: %s',
    (value) => {
      expect(() => builder(9, 2).add(value)).toThrow(/VALUE_NOT_EXACT/);
    },
  );

  it.each(['', '.', 'x', '1,5', '0x10', 'Infinity', Number.NaN, Number.POSITIVE_INFINITY, true, {}, new Date(0)])(
    'refuse what is no decimal: %s',
    (value) => {
      expect(() => builder(9, 2).add(value)).toThrow(/ROW_NOT_WRITABLE/);
    },
  );
});
