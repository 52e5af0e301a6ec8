import { describe, expect, it } from 'vitest';
import { addEverySalt, addSalt, dropSalt } from '../../../lib/api/salt-functions.ts';
import { travelAll } from '../../support/travel.ts';

describe('functions of salted keys', () => {
  it('add a salt, add each, and take it off', () => {
    expect(addSalt(3)([7, ['a', 1]])).toEqual([['a', 1], 1]);
    expect(addEverySalt(2)(['a', 1])).toEqual([
      [['a', 0], 1],
      [['a', 1], 1],
    ]);
    expect(dropSalt([['a', 1], 'x'])).toEqual(['a', 'x']);
  });

  it('travel', async () => {
    const [add, every, drop] = await travelAll([addSalt(3), addEverySalt(1), dropSalt]);
    expect(add([7, ['a', 1]])).toEqual([['a', 1], 1]);
    expect(every(['a', 1])).toEqual([[['a', 0], 1]]);
    expect(drop).toBe(dropSalt);
  });
});
