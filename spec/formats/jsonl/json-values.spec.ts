import { describe, expect, it } from 'vitest';
import { markBad, type RecordState, scalarConverter } from '../../../formats/jsonl/json-values.ts';
import type { ScalarType } from '../../../formats/text/text-type.ts';

const BAD = 'bad';

/** What values become; `'bad'` for those that mark their record. */
function convert(type: ScalarType, ...values: unknown[]): unknown[] {
  const to = scalarConverter(type, 'a', { dateFormat: undefined, timestampFormat: undefined, isSelection: false });
  return values.map((value) => {
    const state: RecordState = { bad: undefined, refusesUnknown: false };
    const found = to(value, state);
    return state.bad === undefined ? found : BAD;
  });
}

describe('scalarConverter', () => {
  it('takes what a type holds, null for null, and nothing else', () => {
    expect(convert('boolean', true, null, 1)).toEqual([true, null, BAD]);
    expect(convert('int32', 1, -0, 1.5, 2 ** 31, '1')).toEqual([1, -0, BAD, BAD, BAD]);
    expect(convert('int64', 2 ** 53 - 1, 2 ** 53, 1.5, 2n ** 64n)).toEqual([2 ** 53 - 1, BAD, BAD, BAD]);
    expect(convert('bigint', 1, 2n ** 62n, 2n ** 64n, 1.5)).toEqual([1n, 2n ** 62n, BAD, BAD]);
    expect(convert('double', 1.5, 'NaN', '-Infinity', 2n ** 60n, 'x')).toEqual([
      1.5,
      Number.NaN,
      -Infinity,
      2 ** 60,
      BAD,
    ]);
    expect(convert('date', '1970-01-02', '1970-01-32', 0)).toEqual([new Date(86_400_000), BAD, BAD]);
    expect(convert('timestamp', '1970-01-01T00:00:01Z', 'é')).toEqual([new Date(1000), BAD]);
  });

  it('makes JSON of what is no text', () => {
    expect(convert('string', 'x', 1.5, true, 2n ** 60n, [1, null, 'a'], { a: { b: [2n ** 60n] } })).toEqual([
      'x',
      '1.5',
      'true',
      '1152921504606846976',
      '[1,null,"a"]',
      '{"a":{"b":[1152921504606846976]}}',
    ]);
  });

  it('takes no number beyond all doubles for an infinity, nor for a missing value', () => {
    const beyond: unknown = JSON.parse('-1e400');
    expect(convert('double', beyond, 10n ** 400n, 10n ** 300n)).toEqual([BAD, BAD, 1e300]);
    expect(convert('string', beyond, [beyond])).toEqual([BAD, '[-1e999]']);
  });

  it('raises what it cannot hold exactly', () => {
    expect(() => convert('int64', 2n ** 60n)).toThrow(/VALUE_NOT_EXACT/);
    expect(() => convert('timestamp', '1970-01-01T00:00:00.0001')).toThrow(/VALUE_NOT_EXACT/);
  });
});

describe('markBad', () => {
  it('keeps what came first', () => {
    const state: RecordState = { bad: undefined, refusesUnknown: false };
    markBad(state, 'a', 'int32', 'x');
    markBad(state, 'b', 'int32', 'y');
    expect(state.bad).toBe(`'a' is int32, found "x"`);
  });
});
