import { expect, it } from 'vitest';
import { checkPair, notAPair } from '../../../lib/lineage/pair.ts';

it('takes any array as a pair, and gives it back itself', () => {
  for (const pair of [['k', 1], [], ['k'], ['k', 1, 2]]) expect(checkPair(pair)).toBe(pair);
});

it.each([1, 'kv', null, undefined, { 0: 'k', 1: 'v' }, new Uint8Array(2)])(
  'refuses %s, and says what to do',
  (record) => {
    expect(() => checkPair(record)).toThrow(/NOT_A_PAIR: .*\n {2}hint: .*keyBy/);
    expect(notAPair(record).code).toBe('NOT_A_PAIR');
  },
);
