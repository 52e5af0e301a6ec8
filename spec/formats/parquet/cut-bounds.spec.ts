import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutMax, cutMin } from '../../../formats/parquet/cut-bounds.ts';

const text = (value: string) => Buffer.from(value);
const max = (value: string, most: number) => Buffer.from(cutMax(text(value), most, true)).toString();

describe('cut bounds', () => {
  it('hold for any text, cut anywhere', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.integer({ min: 1, max: 12 }), (value, most) => {
        const bytes = text(value);
        const least = Buffer.from(cutMin(bytes, most, true));
        const greatest = Buffer.from(cutMax(bytes, most, true));
        expect(Buffer.compare(least, bytes)).toBeLessThanOrEqual(0);
        expect(Buffer.compare(greatest, bytes)).toBeGreaterThanOrEqual(0);
        if (most >= 4) {
          expect(text(least.toString())).toEqual(least);
          expect(text(greatest.toString())).toEqual(greatest);
        }
      }),
      { numRuns: 300, seed: 8 },
    );
  });

  it('hold for any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 12 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        (bytes, most, isText) => {
          expect(Buffer.compare(cutMin(bytes, most, isText), bytes)).toBeLessThanOrEqual(0);
          expect(Buffer.compare(cutMax(bytes, most, isText), bytes)).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 300, seed: 8 },
    );
  });

  it('are one up in the last character that has a next one', () => {
    expect(max('abcdef', 3)).toBe('abd');
    expect(max('ab\ud7ffcd', 5)).toBe('ab\ue000');
    expect(max('a\u{10ffff}\u{10ffff}', 5)).toBe('b');
    expect(max('\u{10ffff}'.repeat(3), 8)).toBe('\u{10ffff}'.repeat(3));
    expect(cutMax(Uint8Array.of(1, 255, 255, 9), 3, false)).toEqual(Uint8Array.of(2));
    expect(cutMax(Uint8Array.of(255, 255, 255), 2, false)).toEqual(Uint8Array.of(255, 255, 255));
  });
});
