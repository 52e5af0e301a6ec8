import { describe, expect, it } from 'vitest';
import { buildFixedDictionary } from '../../../formats/parquet/write-fixed-dictionary.ts';

const MIB = 1024 * 1024;

function decoded(values: Int32Array, words: 1 | 2, maxBytes = MIB): readonly number[] | undefined {
  const count = values.length / words;
  const found = buildFixedDictionary(values, count, words, maxBytes);
  if (found === undefined) return undefined;
  expect(found.values).toHaveLength(found.count * words);
  return Array.from({ length: count }, (_, i) => {
    const at = (found.codes[i] as number) * words;
    return [...found.values.subarray(at, at + words)];
  }).flat();
}

describe('a dictionary of numbers', () => {
  it('gives each value by its code, in the order of first use', () => {
    const values = Int32Array.from({ length: 20_000 }, (_, i) => Math.imul(i % 777, 0x9e3779b1));
    expect(decoded(values, 1)).toEqual([...values]);
    expect(decoded(values, 2)).toEqual([...values]);
    expect(buildFixedDictionary(Int32Array.of(5, 5, 7), 3, 1, MIB)).toMatchObject({ count: 2 });
    expect(buildFixedDictionary(new Int32Array(), 0, 1, MIB)).toMatchObject({ count: 0 });
  });

  it('tells 64-bit values apart by either half, and floats by their bits', () => {
    const halves = Int32Array.of(1, 2, 2, 1, 1, 1, 2, 2);
    expect(decoded(halves, 2)).toEqual([...halves]);
    const zeros = new Int32Array(Float64Array.of(0, -0, 0, Number.NaN).buffer);
    expect(buildFixedDictionary(zeros, 4, 2, MIB)).toMatchObject({ count: 3 });
    expect(decoded(zeros, 2)).toEqual([...zeros]);
  });

  it('is given up when hardly a value repeats, or when it would grow too large; the next is none the worse', () => {
    const unique = Int32Array.from({ length: 10_000 }, (_, i) => i * 3);
    expect(decoded(unique, 1)).toBeUndefined();
    expect(decoded(unique, 2)).toBeUndefined();
    expect(decoded(Int32Array.of(1, 2, 3), 1, 8)).toBeUndefined();
    expect(decoded(Int32Array.of(1, 2, 2), 1, 8)).toEqual([1, 2, 2]);
    expect(decoded(Int32Array.of(1, 2, 2), 1, 0)).toBeUndefined();
    expect(
      decoded(
        unique.map((value) => value % 30),
        1,
      ),
    ).toEqual([...unique.map((value) => value % 30)]);
  });
});
