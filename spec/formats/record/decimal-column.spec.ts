import { describe, expect, it } from 'vitest';
import { decimalColumn, decimalText } from '../../../formats/record/decimal-column.ts';
import { rowAt } from '../../../formats/record/row-at.ts';
import type { Int64Vector, NumberVector, WideVector } from '../../../formats/schema/vector.ts';

const common = { length: 2, validity: undefined, nullCount: 0 } as const;
const typeOf = (precision: number, scale: number) => ({ kind: 'decimal', precision, scale }) as const;

function wide(value: bigint, width: 4 | 8): number[] {
  return Array.from({ length: width }, (_, w) => Number(BigInt.asIntN(32, value >> BigInt(32 * w))));
}

const VECTORS: readonly (readonly [string, NumberVector | Int64Vector | WideVector, bigint])[] = [
  ['32 bits', { layout: 'number', type: typeOf(9, 2), values: Int32Array.of(-1250, 7), ...common }, -1250n],
  [
    '64 bits',
    {
      layout: 'int64',
      type: typeOf(18, 2),
      lanes: new Int32Array(BigInt64Array.of(-999_999_999_999_999_999n, 7n).buffer),
      ...common,
    },
    -999_999_999_999_999_999n,
  ],
  [
    '128 bits',
    {
      layout: 'wide',
      type: typeOf(38, 2),
      width: 4,
      words: Int32Array.of(...wide(10n ** 37n + 1n, 4), ...wide(7n, 4)),
      ...common,
    },
    10n ** 37n + 1n,
  ],
  [
    '256 bits',
    {
      layout: 'wide',
      type: typeOf(76, 2),
      width: 8,
      words: Int32Array.of(...wide(-(10n ** 75n) - 1n, 8), ...wide(7n, 8)),
      ...common,
    },
    -(10n ** 75n) - 1n,
  ],
];

describe('decimals', () => {
  it.each([0, 1, 2, 17, 22, 23, 40])(
    'with %d digits behind the point become the numbers that their text says',
    (scale) => {
      const type = typeOf(18, scale);
      const unscaled = [1n, -7n, 3n * 10n ** 15n + 1n, 2n ** 53n - 1n, 2n ** 53n + 1n, 999_999_999_999_999_999n, 0n];
      const lanes = new Int32Array(BigInt64Array.from(unscaled).buffer);
      const vector = { ...common, layout: 'int64', type, length: unscaled.length, lanes } as const;
      const column = decimalColumn(vector, type, 'number', undefined);
      expect(unscaled.map((_, i) => rowAt(column, i))).toEqual(
        unscaled.map((value) => Number(decimalText(value, scale))),
      );
    },
  );

  it.each(VECTORS)('of %s are exact as text and as unscaled bigints', (_, vector, unscaled) => {
    const type = typeOf(76, 2);
    const read = (mode: 'string' | 'bigint' | 'number', nulls?: Uint8Array) => {
      const column = decimalColumn(vector, type, mode, nulls);
      return [rowAt(column, 0), rowAt(column, 1)];
    };
    expect(read('string')).toEqual([decimalText(unscaled, 2), '0.07']);
    expect(read('bigint')).toEqual([unscaled, 7n]);
    expect(read('number')).toEqual([Number(decimalText(unscaled, 2)), 0.07]);
    for (const mode of ['string', 'bigint', 'number'] as const) expect(read(mode, Uint8Array.of(0, 1))[1]).toBeNull();
  });

  it('have all digits of their scale, and one before the point', () => {
    expect(decimalText(1250, 2)).toBe('12.50');
    expect(decimalText(-1250n, 2)).toBe('-12.50');
    expect(decimalText(0, 3)).toBe('0.000');
    expect(decimalText(-5, 3)).toBe('-0.005');
    expect(decimalText(42, 0)).toBe('42');
    expect(decimalText(123, 3)).toBe('0.123');
  });
});
