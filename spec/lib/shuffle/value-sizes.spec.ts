import { describe, expect, it } from 'vitest';
import { ValueSizes } from '../../../lib/shuffle/value-sizes.ts';

describe('ValueSizes', () => {
  it('judges values by a few of each batch, numbers of typed arrays by their kind', () => {
    const sizes = new ValueSizes();
    expect(sizes.average).toBe(0);
    expect(sizes.add(new Int32Array(100), 100)).toBe(sizes.add(new Float64Array(100), 100));
    const texts = new ValueSizes();
    const bytes = texts.add(
      Array.from({ length: 1000 }, () => 'x'.repeat(1000)),
      1000,
    );
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan(1_100_000);
    expect(texts.average).toBe(bytes / 1000);
  });

  it('looks at the first values of an array alone, and at its ends', () => {
    const sizes = new ValueSizes();
    const values = ['', '', 'x'.repeat(100_000)];
    expect(sizes.add(values, 2)).toBeLessThan(200);
    expect(sizes.add([...new Array<string>(50).fill(''), 'x'.repeat(100_000)], 51)).toBeGreaterThan(100_000);
  });
});
