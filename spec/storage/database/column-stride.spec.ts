import { describe, expect, it } from 'vitest';
import { boundText, type ColumnStride, strideParts } from '../../../storage/database/column-stride.ts';

function cuts(
  lowerBound: bigint,
  upperBound: bigint,
  numPartitions: number,
  unit: ColumnStride['unit'] = 'integer',
): string {
  const parts = strideParts({ column: 'c', unit, lowerBound, upperBound, numPartitions });
  for (const [i, part] of parts.entries()) expect(part.low, 'parts leave no gap').toBe(parts[i - 1]?.end);
  expect(parts.map(({ withNulls }) => withNulls)).toEqual(parts.map((_, i) => i === 0));
  return parts.flatMap(({ end }) => (end === undefined ? [] : [boundText(unit, end)])).join(' ');
}

describe('strides of a column', () => {
  it('are those of Spark', () => {
    expect(cuts(0n, 1000n, 4)).toBe('250 500 750');
    expect(cuts(0n, 100n, 7)).toBe('15 29 43 57 71 85');
    expect(cuts(1n, 3n, 10)).toBe('2');
    expect(cuts(17718n, 17732n, 3, 'date')).toBe('2018-07-11 2018-07-15');
  });

  it('are exact over all 64 bits', () => {
    const min = -(2n ** 63n);
    expect(cuts(min, -min - 1n, 3)).toBe('-3074457345618258603 3074457345618258602');
  });

  it('are one part where there is nothing to cut', () => {
    expect(cuts(5n, 5n, 4)).toBe('');
    expect(cuts(0n, 100n, 1)).toBe('');
  });

  it('refuse bounds the wrong way round', () => {
    expect(() => cuts(2n, 1n, 4)).toThrow(/at most the upper bound of 'c', 1, found 2/);
  });

  it('are written as their column shows them', () => {
    expect(boundText('timestamp', 1500n)).toBe('1970-01-01 00:00:01.500');
    expect(boundText('date', -1n)).toBe('1969-12-31');
  });
});
