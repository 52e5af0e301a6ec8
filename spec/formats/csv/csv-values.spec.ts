import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NOT_AN_INTEGER,
  parseBigInt,
  parseBoolean,
  parseDate,
  parseDouble,
  parsed,
  parseInteger,
  parseTimestamp,
  timestampTraits,
} from '../../../formats/csv/csv-values.ts';

/** In the middle of other bytes, as fields are. */
function at<T>(text: string, parse: (bytes: Uint8Array, from: number, to: number) => T): T {
  const bytes = Buffer.from(`1${text}1`);
  return parse(bytes, 1, bytes.length - 1);
}

const double = (text: string): number | undefined => (at(text, parseDouble) ? parsed.double : undefined);
const integer = (text: string): number => at(text, parseInteger);

describe('values of fields', () => {
  it('are integers of up to 15 digits', () => {
    expect(['0', '7', '-12', '+3', '999999999999999'].map(integer)).toEqual([0, 7, -12, 3, 999_999_999_999_999]);
    for (const text of ['', '-', '+', '1.0', '1e3', ' 1', '12a', '1234567890123456', '-0']) {
      expect(integer(text), text).toBe(NOT_AN_INTEGER);
    }
  });

  it('are larger integers as bigints', () => {
    expect(at('-9223372036854775808', parseBigInt)).toBe(-(2n ** 63n));
    expect(at('+12345678901234567890123', parseBigInt)).toBe(12_345_678_901_234_567_890_123n);
    expect(['', '-', '1.5', '1'.repeat(33)].map((text) => at(text, parseBigInt))).toEqual(Array(4).fill(undefined));
  });

  it('are doubles, rounded as JavaScript rounds them', () => {
    const texts = [
      '1',
      '-0',
      '.5',
      '5.',
      '1e5',
      '1E-7',
      '-2.5e+3',
      '0.1',
      '123456789012345678901234567890',
      '4.9e-324',
    ];
    for (const text of texts) expect(double(text), text).toBe(Number(text));
    expect(double('1e-0')).toBe(1);
    expect(double('NaN')).toBeNaN();
    expect(['Infinity', '-inf', '+Inf'].map(double)).toEqual([Infinity, -Infinity, Infinity]);
    expect(['1e400', '-1e309', '9'.repeat(400), '1e-400'].map(double)).toEqual([undefined, undefined, undefined, 0]);
    for (const text of ['', '.', '-', 'e5', '1e', '1e+', '1.2.3', '0x10', '1_000', 'nano', ' 1']) {
      expect(double(text), text).toBeUndefined();
    }
  });

  it('are doubles for whatever JavaScript writes', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(double(Object.is(value, -0) ? '-0' : String(value))).toBe(value);
      }),
      { seed: 5 },
    );
  });

  it('are booleans in letters of any case', () => {
    expect(['true', 'FALSE', 'True', '1', 'yes', 'truth', ''].map((text) => at(text, parseBoolean))).toEqual([
      1, 0, 1, -1, -1, -1, -1,
    ]);
  });

  it('are dates that a calendar has', () => {
    expect(at('2024-02-29', parseDate)).toBe(Date.UTC(2024, 1, 29));
    expect(at('1900-03-01', parseDate)).toBe(Date.UTC(1900, 2, 1));
    for (const text of [
      '2023-02-29',
      '1900-02-29',
      '2024-13-01',
      '2024-00-10',
      '2024-04-31',
      '24-01-01',
      '2024/01/01',
    ]) {
      expect(at(text, parseDate), text).toBeNaN();
    }
  });

  it('are times, with and without seconds, fractions and zones', () => {
    const midday = Date.UTC(2024, 0, 31, 12, 30);
    expect(at('2024-01-31 12:30', parseTimestamp)).toBe(midday);
    expect(timestampTraits).toEqual({ hasZone: false, isExact: true });
    expect(at('2024-01-31T12:30:00.25', parseTimestamp)).toBe(midday + 250);
    expect(at('2024-01-31T12:30:00Z', parseTimestamp)).toBe(midday);
    expect(timestampTraits.hasZone).toBe(true);
    expect(at('2024-01-31T14:00:00.000+01:30', parseTimestamp)).toBe(midday);
    expect(at('2024-01-31T09:30-0300', parseTimestamp)).toBe(midday);
    expect(at('2024-01-31', parseTimestamp)).toBe(Date.UTC(2024, 0, 31));
    expect(at('2024-01-31T12:30:00.123456789', parseTimestamp)).toBe(midday + 123);
    expect(timestampTraits.isExact).toBe(false);
    expect(at('2024-01-31T12:30:00.123000', parseTimestamp)).toBe(midday + 123);
    expect(timestampTraits.isExact).toBe(true);
  });

  it('are no times when a part of them is wrong', () => {
    const wrong = [
      'T24:00',
      'T12:60',
      'T12:30:61',
      'T12:30:1',
      'T12:30:00.',
      'T12:30+1',
      'T12:30+25:00',
      'T12:30x',
      'T1',
    ];
    for (const text of wrong) expect(at(`2024-01-31${text}`, parseTimestamp), text).toBeNaN();
  });
});
