import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { checkPair, notAPair } from '../../../lib/lineage/pair.ts';

describe('checkPair', () => {
  it('gives an array back as it is, of whatever length', () => {
    for (const pair of [['k', 1], [], ['k'], ['k', 1, 2], Object.freeze([null, undefined])]) {
      expect(checkPair(pair)).toBe(pair);
    }
  });

  it.each([undefined, null, 'ab', 7, { 0: 'k', 1: 1, length: 2 }, new Map([['k', 1]]), new Int8Array(2), () => {}])(
    'refuses %o',
    (record) => {
      expect(() => checkPair(record)).toThrowError(CairnError);
      expect(() => checkPair(record)).toThrowError(/^NOT_A_PAIR/);
    },
  );

  it('says what it found, without running code of it', () => {
    const hostile = {
      get 0(): never {
        throw new RangeError('asked');
      },
      toString(): never {
        throw new RangeError('asked');
      },
    };
    expect(notAPair(hostile).params).toEqual({ found: 'an object' });
    expect(notAPair('ab')).toMatchObject({ code: 'NOT_A_PAIR', kind: 'user', params: { found: '"ab"' } });
  });
});
